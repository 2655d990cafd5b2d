"""What fingers typed when the keyboard's Vietnamese input was off: `ddang`, `giaays`, `giay61` undone.

Telex writes accents as letters (`aa` â, `aw` ă, `dd` đ, tones `f r x s j`), VNI as digits (`6` â ê ô, `7` ơ ư,
`8` ă, `9` đ, tones `1`–`5`); both let them stand behind the vowel or at the end of the word.
"""

import unicodedata
from collections.abc import Callable

BREVE, CIRCUMFLEX, HORN = "\u0306", "\u0302", "\u031b"
GRAVE, ACUTE, HOOK, TILDE, DOT = "\u0300", "\u0301", "\u0309", "\u0303", "\u0323"
TELEX_TONES = {"f": GRAVE, "s": ACUTE, "r": HOOK, "x": TILDE, "j": DOT}
VNI_TONES = {"1": ACUTE, "2": GRAVE, "3": HOOK, "4": TILDE, "5": DOT}
VNI_SHAPES = {"6": (CIRCUMFLEX, "aeo"), "7": (HORN, "ou"), "8": (BREVE, "a")}
VOWELS = "aeiouy"
Press = Callable[[list[str], str], str | None]  # letters so far, a key → its tone, "" for a mark, None for a letter


def undecoded(word: str) -> list[str]:
    """The words that were meant by `word` (small letters, composed), if it was typed as Telex or as VNI."""
    return [meant for meant in (typed(word, telex), typed(word, vni)) if meant and meant != word]


def typed(word: str, press: Press) -> str:
    """`word` as it appears when its keys are pressed one by one; its tone is put on the last vowel."""
    letters: list[str] = []
    tone = ""
    for key in word:
        pressed = press(letters, key)
        if pressed is None:
            letters.append(key)
        else:
            tone = pressed or tone
    place = max((number for number, letter in enumerate(letters) if base(letter) in VOWELS), default=None)
    if tone and place is not None:
        letters[place] += tone
    return unicodedata.normalize("NFC", "".join(letters))


def base(letter: str) -> str:
    return unicodedata.normalize("NFD", letter)[0]


def has_vowel(letters: list[str]) -> bool:
    return any(base(letter) in VOWELS for letter in letters)


def shape(letters: list[str], mark: str, vowels: str) -> bool:
    """Put `mark` on the last plain vowel of `vowels`; a horn goes on both letters of `uo`."""
    for number in reversed(range(len(letters))):
        if letters[number] in vowels:
            letters[number] += mark
            if mark == HORN and number and letters[number - 1 : number + 1] == ["u", f"o{HORN}"]:
                letters[number - 1] += mark
            return True
    return False


def cross_d(letters: list[str]) -> bool:
    if letters[:1] == ["d"]:
        letters[0] = "đ"
        return True
    return False


def telex(letters: list[str], key: str) -> str | None:
    """A key of Telex: the tone it gives, empty for another mark, None when it is a letter as any other."""
    if key == "d" and cross_d(letters):
        return ""
    if key in "aeo" and key in letters and shape(letters, CIRCUMFLEX, key):
        return ""
    if key == "w":
        if not (shape(letters, HORN, "ou") or shape(letters, BREVE, "a")):
            letters.append(f"u{HORN}")
        return ""
    return TELEX_TONES.get(key) if has_vowel(letters) else None


def vni(letters: list[str], key: str) -> str | None:
    """A key of VNI, answered as `telex` does."""
    if key == "9" and cross_d(letters):
        return ""
    if key in VNI_SHAPES and shape(letters, *VNI_SHAPES[key]):
        return ""
    return VNI_TONES.get(key) if has_vowel(letters) else None  # a number is no word: 2024
