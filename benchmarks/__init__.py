"""`make bench`: what the portal takes beside the ordinary way, in one run."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def has_postgresql(measured: str) -> bool:
    """Whether PostgreSQL is there, or could be installed; says that `measured` is missing where it is not."""
    if subprocess.run(["deploy/need.sh", "postgresql"], cwd=ROOT).returncode == 0:
        return True
    print(f"PostgreSQL is not installed: {measured} are not measured.")
    return False
