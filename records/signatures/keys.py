"""The keys that sign: files (PKCS#12) and tokens (PKCS#11), as `settings.PORTAL_KEYS` names them.

That TOML file has one table for each key: `[keys.NAME]` with `pkcs12` and `password_file`, or with `pkcs11` (the
module of the token's maker), `token` (its label), `label` (of key and certificate on it) and `pin_file`. Paths are
relative to the file. Names are the codes of agencies for their signatures, and `seal` for the Center's seal.
"""

import tomllib
from pathlib import Path

from django.conf import settings

from . import demonstration
from .faults import Fault, FaultKind

Description = dict[str, str]


def is_demonstration() -> bool:
    """Whether the project's own authority is in use, because no trust list and no keys are configured."""
    return not settings.PORTAL_KEYS


def key_names() -> list[str]:
    """The names of the configured keys. The demonstration has a key of every name; those made so far are told."""
    if is_demonstration():
        demonstration.key_file("seal")
        return sorted(file.stem for file in demonstration.folder().glob("*.p12"))
    return list(configured())


def described(key: str) -> Description:
    if is_demonstration():
        file = demonstration.key_file(key)
        if file is None:
            raise Fault(FaultKind.NO_KEY)
        return {"pkcs12": str(file), "password_file": str(file.parent / demonstration.PASSWORD)}
    try:
        return configured()[key]
    except KeyError:
        raise Fault(FaultKind.NO_KEY) from None


def configured() -> dict[str, Description]:
    """The tables of the file, with paths made absolute. Raises Fault: no_key, when it cannot be read."""
    file = Path(settings.PORTAL_KEYS)
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8")).get("keys", {})
        return {
            name: {
                word: str(file.parent / value) if word in ("pkcs12", "password_file", "pkcs11", "pin_file") else value
                for word, value in table.items()
            }
            for name, table in tables.items()
        }
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise Fault(FaultKind.NO_KEY) from error
