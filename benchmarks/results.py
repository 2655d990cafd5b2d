"""Results signed, sealed and read again, per second of one process; with keys from files, as PAdES B-B.

`python -m benchmarks.results` alone. The other way, for comparison, is the bare signature of the same number of bytes:
no PDF around it, no certificate, no check of what is signed.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

ROOT = Path(__file__).resolve().parent.parent
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


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    django.setup()
    from django.conf import settings

    with tempfile.TemporaryDirectory() as folder:
        settings.DEMONSTRATION_AUTHORITY = Path(folder) / "authority"
        measure()


def measure() -> None:
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


if __name__ == "__main__":
    main()
