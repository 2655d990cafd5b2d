"""The keys opened, to sign with them."""

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pkcs11
from cryptography import x509
from pyhanko.config.pkcs11 import PKCS11SignatureConfig, TokenCriteria
from pyhanko.sign.general import SigningError
from pyhanko.sign.pkcs11 import PKCS11SigningContext
from pyhanko.sign.signers import Signer, SimpleSigner

from .certificates import Certificate, facts
from .faults import Fault, FaultKind
from .keys import Description, described

# A token knows one login for the whole process: whoever comes second waits.
TOKENS = threading.Lock()


def certificate_of(key: str) -> Certificate:
    """The certificate of the key of this name. Raises Fault: no_key, token_away."""
    with signer(key) as opened:
        if opened.signing_cert is None:
            raise Fault(FaultKind.NO_KEY)
        return facts(x509.load_der_x509_certificate(opened.signing_cert.dump()))


@contextmanager
def signer(key: str) -> Iterator[Signer]:
    """What signs with the key of this name, while the block lasts. Raises Fault: no_key, token_away; a token that
    goes away inside the block is token_away too."""
    description = described(key)
    if "pkcs11" in description:
        with token_signer(description) as opened:
            yield opened
    else:
        yield file_signer(description)


def file_signer(description: Description) -> Signer:
    try:
        file, password_file = Path(description["pkcs12"]), Path(description["password_file"])
        return loaded(file, file.stat().st_mtime_ns, password_file.read_text(encoding="utf-8").strip())
    except (KeyError, OSError, ValueError) as error:
        raise Fault(FaultKind.NO_KEY) from error


@functools.lru_cache(maxsize=64)
def loaded(file: Path, changed: int, password: str) -> Signer:
    """Opening a file takes as long as signing, because its password is stretched: kept while the file is unchanged."""
    opened = SimpleSigner.load_pkcs12_data(file.read_bytes(), [], password.encode())
    opened.embed_roots = False
    return opened


@contextmanager
def token_signer(description: Description) -> Iterator[Signer]:
    try:
        config = PKCS11SignatureConfig(
            module_path=description["pkcs11"],
            token_criteria=TokenCriteria(label=description["token"]),
            cert_label=description["label"],
            user_pin=Path(description["pin_file"]).read_text(encoding="utf-8").strip(),
        )
    except (KeyError, OSError) as error:
        raise Fault(FaultKind.NO_KEY) from error
    try:
        with TOKENS, PKCS11SigningContext(config) as opened:
            opened.embed_roots = False
            # Tokens sign a digest with such keys; few make the digest themselves.
            opened.use_raw_mechanism = opened.signing_cert.public_key.algorithm == "ec"
            yield opened
    except (pkcs11.PKCS11Error, SigningError) as error:
        raise Fault(token_fault(error)) from error


def token_fault(error: Exception) -> FaultKind:
    """A wrong PIN or a missing key is the configuration's fault, anything else the token's."""
    refused = (pkcs11.PinIncorrect, pkcs11.PinLocked, pkcs11.PinInvalid, pkcs11.PinLenRange)
    return FaultKind.NO_KEY if isinstance(error.__cause__ or error, refused) else FaultKind.TOKEN_AWAY
