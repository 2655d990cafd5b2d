"""What a result, or a file that claims to be one, is worth: facts in, one verdict out. Asks and changes nothing."""

from dataclasses import dataclass
from enum import StrEnum

from records.signatures import FaultKind
from records.signatures import Verdict as SignatureVerdict

S = SignatureVerdict


class Known(StrEnum):
    """What the register of hashes knows of a file."""

    NOTHING = "nothing"
    PAPER = "paper"  # no file: the address of the QR on a printed copy
    SIGNED = "sign"  # this and the next two are the steps that make files
    PRINT = "print"
    SEALED = "stamp"
    BEGINNING = "beginning"  # a registered file, with something behind its end


class Verdict(StrEnum):
    GENUINE = "genuine"
    PAPER = "paper"
    SIGNED = "signed"
    BEFORE_SEAL = "before_seal"
    PRINT = "print"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    TAKEN_BACK = "taken_back"
    UNCERTAIN = "uncertain"
    EXTENDED = "extended"
    ALTERED = "altered"
    STRANGER = "stranger"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    REVOKED = "revoked"
    UNREGISTERED = "unregistered"
    UNSIGNED = "unsigned"
    NOT_PDF = "not_pdf"
    ENCRYPTED = "encrypted"
    TOO_LARGE = "too_large"
    SCRIPTS = "scripts"
    ATTACHMENTS = "attachments"
    DAMAGED = "damaged"


@dataclass(frozen=True)
class Facts:
    """`signatures` are those of the file, each judged at the moment when it was made: the one of its step in the
    chained history, where the file is registered; else that of its timestamp, or the signer's own word."""

    known: Known = Known.NOTHING
    agrees: bool = True  # the register with the chained history of the record, whose every link holds
    is_taken_back: bool = False  # the step that made the file, or its result's signature, was undone
    is_withdrawn: bool = False
    is_replaced: bool = False
    is_sealed: bool = False  # the result, perhaps in another file
    fault: FaultKind | None = None
    signatures: tuple[SignatureVerdict, ...] = ()
    is_signer_known: bool = False


WHOLE = {
    Known.PAPER: Verdict.PAPER,
    Known.SIGNED: Verdict.SIGNED,
    Known.PRINT: Verdict.PRINT,
    Known.SEALED: Verdict.GENUINE,
}
# What reading a file may find wrong with it; whatever else means that it is damaged.
FAULTS = {
    FaultKind.NOT_PDF: Verdict.NOT_PDF,
    FaultKind.ENCRYPTED: Verdict.ENCRYPTED,
    FaultKind.TOO_LARGE: Verdict.TOO_LARGE,
    FaultKind.SCRIPTS: Verdict.SCRIPTS,
    FaultKind.ATTACHMENTS: Verdict.ATTACHMENTS,
}
OUT_OF_TIME = {S.REVOKED: Verdict.REVOKED, S.EXPIRED: Verdict.EXPIRED, S.NOT_YET: Verdict.NOT_YET}


def verdict(facts: Facts) -> Verdict:
    """Only a file whose hash is registered is ever called unchanged, whatever its signatures say."""
    if facts.known in WHOLE:
        return of_registered(facts)
    if {S.ALTERED, S.BROKEN} & {*facts.signatures}:
        return Verdict.ALTERED
    if facts.known == Known.BEGINNING or S.EXTENDED in facts.signatures:
        return Verdict.EXTENDED
    if facts.fault:
        return FAULTS.get(facts.fault, Verdict.DAMAGED)
    return of_stranger(facts)


def of_registered(facts: Facts) -> Verdict:
    """The portal trusted the certificate when the step was made, and that stands in the history: a root that has left
    the trust list since changes nothing, but a list that says it was revoked before does."""
    if not facts.agrees:
        return Verdict.UNCERTAIN
    if facts.is_taken_back:
        return Verdict.TAKEN_BACK
    if facts.is_withdrawn:
        return Verdict.REPLACED if facts.is_replaced else Verdict.WITHDRAWN
    if bad := out_of_time(facts):
        return bad
    if facts.known == Known.SIGNED and facts.is_sealed:
        return Verdict.BEFORE_SEAL
    return WHOLE[facts.known]


def of_stranger(facts: Facts) -> Verdict:
    """A file that can be read and that the register does not know."""
    if not facts.signatures:
        return Verdict.UNSIGNED
    if S.UNTRUSTED in facts.signatures:
        return Verdict.STRANGER
    return out_of_time(facts) or (Verdict.UNREGISTERED if facts.is_signer_known else Verdict.STRANGER)


def out_of_time(facts: Facts) -> Verdict | None:
    """Why one of the certificates could not sign at its moment."""
    return next((verdict for found, verdict in OUT_OF_TIME.items() if found in facts.signatures), None)
