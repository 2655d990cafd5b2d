"""The verdicts in plain words: what it is, what that means, and what to do."""

from enum import StrEnum
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .verdicts import Verdict as V


class Tone(StrEnum):
    GOOD = "good"
    CARE = "care"
    BAD = "bad"


class Words(NamedTuple):
    tone: Tone
    heading: str | Promise
    meaning: str | Promise
    act: str | Promise


NO_RELIANCE = _("Do not rely on it. Ask whoever gave it to you for the file that the Center has sealed.")
ANOTHER_FILE = _("Ask whoever gave it to you for the PDF that the Center has sealed, and check that one.")
NO_RESULT = _("This is no result of the Center. Ask the Center when somebody says that it is one.")

WORDS = {
    V.GENUINE: Words(
        Tone.GOOD,
        _("Genuine: signed, sealed and unchanged"),
        _("This is the file that the Center has issued, the same to the last bit, and it is in force."),
        _("You can rely on it. See whether the procedure and the code are those that you expect."),
    ),
    V.PAPER: Words(
        Tone.CARE,
        _("The Center has issued this result, and it is in force"),
        _("The register of the Center holds a result under the address in this QR code."),
        _("Whether the paper in your hand is that result, only a comparison shows: anybody can copy a QR code."),
    ),
    V.SIGNED: Words(
        Tone.CARE,
        _("Genuine and signed, but not sealed yet"),
        _("The file is unchanged since the agency signed it. The Center has not put its seal on it yet."),
        _("Wait for the sealed file before you rely on it."),
    ),
    V.BEFORE_SEAL: Words(
        Tone.CARE,
        _("Genuine and signed, but without the seal"),
        _("The file is unchanged since the agency signed it. The Center sealed the result later, as another file."),
        ANOTHER_FILE,
    ),
    V.PRINT: Words(
        Tone.CARE,
        _("The copy for printing: genuine, but not signed itself"),
        _("The Center made this file to be printed and stamped with ink. It is unchanged, but bears no signature."),
        _("Open the page to which its QR code leads: it says whether the result stands, and what to compare."),
    ),
    V.WITHDRAWN: Words(
        Tone.BAD,
        _("Withdrawn: this result does not count any more"),
        _("The Center has issued this result, and has withdrawn it since."),
        _("Do not rely on it. Ask the Center what counts instead, and say the code of the record."),
    ),
    V.REPLACED: Words(
        Tone.BAD,
        _("Replaced: a newer result counts instead"),
        _("The Center has issued this result, has withdrawn it since, and another one stands in its place."),
        _("Do not rely on it. Ask whoever gave it to you for the newer one."),
    ),
    V.TAKEN_BACK: Words(
        Tone.BAD,
        _("Taken back: this does not count"),
        _("It was signed or sealed by mistake, and the office has taken that back."),
        NO_RELIANCE,
    ),
    V.UNCERTAIN: Words(
        Tone.BAD,
        _("Our register cannot say it"),
        _("This is known to us, but our register does not agree with the history of the record. The fault is ours."),
        _("Do not rely on it before the Center has told you more. Call, or ask at the desk."),
    ),
    V.EXTENDED: Words(
        Tone.BAD,
        _("Changed after signing"),
        _("Something was added to the file after it was signed. It may show something else than what was signed."),
        NO_RELIANCE,
    ),
    V.ALTERED: Words(
        Tone.BAD,
        _("Changed: the signature does not fit the content"),
        _("The file was changed inside after it was signed, or the signature does not cover all of it."),
        NO_RELIANCE,
    ),
    V.STRANGER: Words(
        Tone.BAD,
        _("Signed by somebody whom the Center does not know"),
        _("The certificate is none of those that sign or seal for the Center. Anybody can make one with any name."),
        NO_RESULT,
    ),
    V.NOT_YET: Words(
        Tone.BAD,
        _("Signed before the certificate was valid"),
        _("When this was signed, the certificate of the signer was not valid yet."),
        NO_RELIANCE,
    ),
    V.EXPIRED: Words(
        Tone.BAD,
        _("Signed with an expired certificate"),
        _("When this was signed, the certificate of the signer had expired."),
        NO_RELIANCE,
    ),
    V.REVOKED: Words(
        Tone.BAD,
        _("Signed with a revoked certificate"),
        _("When this was signed, the certificate of the signer had been revoked: somebody else may have used it."),
        _("Do not rely on it. Ask the Center, and say the code of the record."),
    ),
    V.UNREGISTERED: Words(
        Tone.BAD,
        _("Signed by somebody whom the Center knows, but not issued by it"),
        _("The signature holds, but the register of the Center does not know this file as a result."),
        NO_RESULT,
    ),
    V.UNSIGNED: Words(
        Tone.BAD,
        _("Not signed, and not known to the Center"),
        _("The file bears no digital signature: it may be a scan, a draft, or something else entirely."),
        _("If you hold it on paper, scan the QR code there. Else ask for the PDF that the Center has sealed."),
    ),
    V.NOT_PDF: Words(
        Tone.BAD,
        _("This is not a PDF file"),
        _("The results of the Center are PDF files. A picture or a text document cannot be checked."),
        ANOTHER_FILE,
    ),
    V.ENCRYPTED: Words(
        Tone.BAD,
        _("The file is encrypted"),
        _("It cannot be read without a password. The Center encrypts none of its results."),
        ANOTHER_FILE,
    ),
    V.TOO_LARGE: Words(
        Tone.BAD,
        _("The file is too large"),
        _("It is larger than any result of the Center, or takes too much work to read. It was not looked at."),
        ANOTHER_FILE,
    ),
    V.SCRIPTS: Words(
        Tone.BAD,
        _("The file contains scripts"),
        _("It contains scripts or actions. No result of the Center does, and our register does not know this file."),
        NO_RELIANCE,
    ),
    V.ATTACHMENTS: Words(
        Tone.BAD,
        _("The file contains other files"),
        _("It has other files inside. No result of the Center does, and our register does not know this file."),
        NO_RELIANCE,
    ),
    V.DAMAGED: Words(
        Tone.BAD,
        _("The file is damaged"),
        _("It cannot be read as a PDF: perhaps it was changed, or not loaded to its end."),
        ANOTHER_FILE,
    ),
}
