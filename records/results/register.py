"""The register of hashes: which result a file is, whoever holds it. Asks, changes nothing."""

import hashlib
from collections.abc import Iterator

from django.db.models import F, QuerySet

from records.models import Record, Result, ResultDraft, ResultStep, StepKind, StoredFile

FILES = (StepKind.SIGN, StepKind.PRINT, StepKind.STAMP)  # the steps that make a file; the others hand it on
END_OF_REVISION = b"%%EOF"
MOST_REVISIONS = 64  # of a file that is looked up: each signature of a result is one
WITH = ("event", "file", "undone_by", "result__withdrawal", "result__record__procedure", "result__record__agency")


def steps() -> QuerySet[ResultStep]:
    """The steps that made files, with what tells of them; those that stand, of a living result, first."""
    undone, withdrawn = F("undone_by").asc(nulls_first=True), F("result__withdrawn_at").desc(nulls_first=True)
    return ResultStep.objects.filter(kind__in=FILES).select_related(*WITH).order_by(undone, withdrawn, "-pk")


def address_of(result: Result) -> str:
    """The path under which a result is verified; the QR of its print copy leads there."""
    return f"/verify/{result.token}/"


def by_hash(sha256: str) -> ResultStep | None:
    """The step that made the file of this hash: 64 small hexadecimal digits; None when none did.

    It tells the result and the record, whether the step stands (`undone_by`) and whether the result does
    (`result.is_living`, else `result.withdrawal`).
    """
    return steps().filter(file=sha256).first()


def by_token(token: str) -> Result | None:
    """The result of an address under which it is verified, with its record; None when there is none."""
    results = Result.objects.select_related("record__procedure", "record__agency", "withdrawal")
    return results.filter(token=token).first()


def by_prefix(content: bytes) -> ResultStep | None:
    """The step that made a file of which `content` is a longer version: something was added behind its end. None when
    no registered file begins like this."""
    known = {digest: size for size, digest in prefixes(content)}
    found = list(steps().filter(file__in=known))
    return max(found, key=lambda step: known[step.file_id], default=None)


def prefixes(content: bytes) -> Iterator[tuple[int, str]]:
    """The length and hash of every beginning of `content` that ends like a PDF, with the end of its line or without,
    up to `MOST_REVISIONS` marks."""
    digest, done, start = hashlib.sha256(), 0, 0
    for _number in range(MOST_REVISIONS):
        start = content.find(END_OF_REVISION, start) + len(END_OF_REVISION)
        if start < len(END_OF_REVISION):
            return
        for end in (
            start,
            *(start + len(mark) for mark in (b"\r", b"\n", b"\r\n") if content.startswith(mark, start)),
        ):
            if end < len(content):
                digest.update(content[done:end])
                done = end
                yield end, digest.hexdigest()


def sealed(record: Record) -> ResultStep | None:
    """The step that sealed the result which stands, with its file: what the applicant may have. None before it was
    stamped, after it was withdrawn, and once the file was erased."""
    standing = ResultStep.objects.filter(kind=StepKind.STAMP, undone_by=None, file__erased_at=None)
    return standing.filter(result__record=record, result__withdrawn_at=None).select_related("file").first()


def replacement(result: Result) -> Result | None:
    """The result that came in the place of one that is over: the living one of its record."""
    return None if result.is_living else result.record.results.filter(withdrawn_at=None).first()


def files_of(record: Record) -> QuerySet[StoredFile]:
    """The files that hold personal facts of this record alone, and are not erased yet."""
    steps, drafts = ResultStep.objects.order_by(), ResultDraft.objects.order_by()
    own = steps.filter(result__record=record).values("file").union(drafts.filter(record=record).values("file"))
    others = steps.exclude(result__record=record).values("file").union(drafts.exclude(record=record).values("file"))
    return StoredFile.objects.filter(pk__in=own, erased_at=None).exclude(pk__in=others)
