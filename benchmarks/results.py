"""Results signed, sealed and read again, per second of one process and of two; with keys from files, as PAdES B-B.

`python -m benchmarks.results` alone. The other way, for comparison, is the bare signature of the same number of bytes:
no PDF around it, no certificate, no check of what is signed.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import django

from . import ROOT

ROUNDS = 50
PAGE = "<html lang='vi'><title>Kết quả</title><h1>Quyết định</h1>" + "<p>Dữ liệu thử nghiệm.</p>" * 40


def run(environment: dict[str, str]) -> None:
    """Print the figures, in a process of its own with the demonstration's keys."""
    without = {name: text for name, text in environment.items() if name not in ("PORTAL_TRUST", "PORTAL_KEYS")}
    subprocess.run([sys.executable, "-m", "benchmarks.results"], cwd=ROOT, env=without, check=True)


def per_second(work: Callable[[], Any]) -> float:
    work()  # opens the key
    start = time.perf_counter()
    for _round in range(ROUNDS):
        work()
    return ROUNDS / (time.perf_counter() - start)


def begin(authority: Path) -> None:
    """A process with the keys of this authority."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    django.setup()
    from django.conf import settings

    settings.DEMONSTRATION_AUTHORITY = authority


def sign_and_seal(document: bytes, picture: bytes) -> None:
    from django.utils import timezone

    from records import signatures

    at = timezone.now()
    signatures.seal(signatures.sign(document, "bench", at=at), "seal", at=at, picture=picture)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        authority = Path(folder) / "authority"
        begin(authority)
        measure(authority)


def measure(authority: Path) -> None:
    import weasyprint
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from django.utils import timezone

    from records import signatures

    document = weasyprint.HTML(string=PAGE).write_pdf(pdf_variant="pdf/ua-1")
    picture = weasyprint.HTML(string="<style>@page { size: 60mm 25mm }</style>Đã đóng dấu").write_pdf()
    at = timezone.now()
    signed = signatures.sign(document, "bench", at=at)
    sealed = signatures.seal(signed, "seal", at=at, picture=picture)
    key = ec.generate_private_key(ec.SECP256R1())
    for name, work in {
        "sign": lambda: signatures.sign(document, "bench", at=at),
        "seal": lambda: signatures.seal(signed, "seal", at=at, picture=picture),
        "read both": lambda: signatures.read(sealed, at=at),
        "bare signature": lambda: key.sign(document, ec.ECDSA(hashes.SHA256())),
    }.items():
        print(f"{'results: ' + name:28}{per_second(work):10.1f} /s")
    with ProcessPoolExecutor(2, initializer=begin, initargs=(authority,)) as both:
        many = [[document] * ROUNDS, [picture] * ROUNDS]
        list(both.map(sign_and_seal, *(rows[:2] for rows in many)))  # opens the keys
        start = time.perf_counter()
        list(both.map(sign_and_seal, *many))
        print(f"{'results: both, two processes':28}{ROUNDS / (time.perf_counter() - start):10.1f} /s")


if __name__ == "__main__":
    main()
