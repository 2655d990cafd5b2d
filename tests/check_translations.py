"""Fails unless the Vietnamese face is complete: `python tests/check_translations.py`.

Nothing missing, fuzzy or obsolete in the `.po`, measured against the source as it is now, and a committed
`.mo` that says the same. The messages are collected in a copy, so that the checkout stays as it was.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = Path("locale/vi/LC_MESSAGES/django.po")
# No messages of ours; `fixtures` is data, and large. The program's own tests speak English.
LEFT_OUT = [".*", "__pycache__", "fixtures", "static", "staticfiles", "tests", "benchmarks", "var"]
KINDS = {
    "missing": ["--untranslated", "--no-obsolete"],
    "fuzzy": ["--only-fuzzy", "--no-obsolete"],
    "obsolete": ["--only-obsolete"],
}


def output(*command: str | Path, cwd: Path = ROOT) -> str:
    return subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.PIPE, text=True).stdout


def merged(copy: Path) -> Path:
    """The `.po` after `makemessages` in a copy of the source: what is new stands in it untranslated or fuzzy."""
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
    (copy / CATALOGUE).parent.mkdir(parents=True, exist_ok=True)
    output(sys.executable, "manage.py", "makemessages", "--locale=vi", "--no-location", "--verbosity=0", cwd=copy)
    return copy / CATALOGUE


def messages(catalogue: Path, options: list[str]) -> list[str]:
    """The entries that `msgattrib` selects, without the header that precedes them."""
    entries = output("msgattrib", "--no-wrap", *options, catalogue).strip().split("\n\n")
    return [entry for entry in entries if entry and 'msgid ""\nmsgstr' not in entry]


def is_compiled(directory: Path) -> bool:
    """Whether the committed `.mo` is what the committed `.po` compiles to; compared as text, because releases
    of gettext lay the binary file out differently."""
    committed = ROOT / CATALOGUE.with_suffix(".mo")
    fresh = directory / "django.mo"
    output("msgfmt", "--check", "--output-file", fresh, CATALOGUE)
    return committed.exists() and output("msgunfmt", committed) == output("msgunfmt", fresh)


def faults(directory: Path) -> list[str]:
    if not (ROOT / CATALOGUE).exists():
        return [f"{CATALOGUE} does not exist; make it with: manage.py makemessages -l vi"]
    catalogue = merged(directory / "copy")
    found = [f"{kind}:\n{entry}" for kind, options in KINDS.items() for entry in messages(catalogue, options)]
    if not is_compiled(directory):
        found.append(f"{CATALOGUE.with_suffix('.mo')} is not made of its .po; run: manage.py compilemessages")
    return found


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        found = faults(Path(directory))
    for fault in found:
        print(fault, end="\n\n")
    if found:
        sys.exit(f"{len(found)} fault(s) in the Vietnamese translation.")
    print("The Vietnamese translation is complete.")
