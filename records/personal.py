"""Personal facts at rest: encrypted with keys from the environment, found again by keyed hashes, shown masked.

The keys are `settings.DATA_KEYS`, the newest first: it encrypts, all of them decrypt. `settings.HASH_KEY` makes the
hashes and stays when the others change, or nothing would be found any more.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from procedures.text import words

LENGTHS_ABROAD = (11, 12)  # of a mobile and of a landline number with the country code
LAST_DIGITS = 4  # of the phone or ID number: what a citizen proves to know


class Unreadable(Exception):
    """Personal facts that no key of the environment opens."""


@lru_cache(maxsize=4)
def locksmith(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def seal(facts: dict[str, Any] | str) -> bytes:
    """The facts, encrypted with the newest key."""
    text = json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
    return locksmith(tuple(settings.DATA_KEYS)).encrypt(text.encode())


def unseal(sealed: bytes | memoryview) -> Any:
    """What was sealed; `Unreadable` when the key is gone or the bytes were touched."""
    try:
        return json.loads(locksmith(tuple(settings.DATA_KEYS)).decrypt(bytes(sealed)))
    except InvalidToken:
        raise Unreadable from None


def seal_file(content: bytes) -> bytes:
    """A file, encrypted with the newest key."""
    return locksmith(tuple(settings.DATA_KEYS)).encrypt(content)


def unseal_file(sealed: bytes | memoryview) -> bytes:
    """The file that was sealed; `Unreadable` as with `unseal`."""
    try:
        return locksmith(tuple(settings.DATA_KEYS)).decrypt(bytes(sealed))
    except InvalidToken:
        raise Unreadable from None


def rotate(sealed: bytes | memoryview) -> bytes:
    """The same facts under the newest key; `Unreadable` as with `unseal`."""
    try:
        return locksmith(tuple(settings.DATA_KEYS)).rotate(bytes(sealed))
    except InvalidToken:
        raise Unreadable from None


def has_newest_key(sealed: bytes | memoryview) -> bool:
    """Whether the newest key alone opens it."""
    try:
        locksmith(tuple(settings.DATA_KEYS[:1])).decrypt(bytes(sealed))
    except InvalidToken:
        return False
    return True


def keyed_hash(kind: str, value: str) -> int:
    """A 63-bit number by which `value` is found again; without the key it tells nothing."""
    digest = hmac.digest(settings.HASH_KEY.encode(), f"{kind}\0{value}".encode(), "sha256")
    return int.from_bytes(digest[:8], "big") >> 1


def digest(text: str) -> str:
    """What stands in a hashed event for a text that may be personal: the same text, the same digest; no way back."""
    return hmac.new(settings.HASH_KEY.encode(), text.encode(), hashlib.sha256).hexdigest() if text else ""


def digits(number: str) -> str:
    """A phone or ID number as its digits alone; a Vietnamese country code becomes the leading zero."""
    plain = re.sub(r"\D", "", number)
    return f"0{plain[2:]}" if plain.startswith("84") and len(plain) in LENGTHS_ABROAD else plain


def name_hashes(names: Iterable[str]) -> set[int]:
    """A hash for each word of the names, with and without accents alike."""
    return {keyed_hash("word", word) for name in names for word in words(name)}


def masked_name(name: str) -> str:
    """The first letter of each word: "Nguyễn Văn An" → "N***** V** A*"."""
    return " ".join(part[0] + "*" * (len(part) - 1) for part in name.split())


def masked_number(number: str) -> str:
    """The last three digits: "0912345678" → "*******678"."""
    return "*" * max(len(number) - 3, 0) + number[-3:] if number else ""
