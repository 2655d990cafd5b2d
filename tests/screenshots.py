"""Draws the pictures of the documentation: `make screenshots`."""

import contextlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.portals import CHROMIUM, ROOT, environment, own_database, prepare, running_portal

PLACE = ROOT / "docs" / "pictures"
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 360, "height": 740}
TALL = {"width": 1440, "height": 1350}
PICTURES = [
    ("home.png", "/", DESK),
    ("results.png", "/procedures/?q=dang+ky+khai+sinh", DESK),
    ("procedure.png", "/procedures/1.001193/", DESK),
    ("procedure-phone.png", "/procedures/1.001193/", PHONE),
    ("statistics.png", "/statistics/", TALL),
]


SIMULATE = [sys.executable, "manage.py", "simulate_records", "--count", "4000", "--seed", "1"]  # as `make run` does


def draw(address: str) -> None:
    PLACE.mkdir(parents=True, exist_ok=True)
    executable = shutil.which("chromium-headless-shell") or sys.exit("missing: deploy/need.sh chromium-headless-shell")
    with (
        sync_playwright() as playwright,
        contextlib.closing(playwright.chromium.launch(executable_path=executable, args=CHROMIUM)) as chromium,
    ):
        for name, path, size in PICTURES:
            with contextlib.closing(chromium.new_context(viewport=size, locale="vi-VN")) as context:
                page = context.new_page()
                page.goto(address + path)
                page.evaluate("document.fonts.ready")
                page.screenshot(path=PLACE / name, animations="disabled")
            print(f"{(PLACE / name).relative_to(ROOT)}: {(PLACE / name).stat().st_size // 1024} KB")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        with own_database(directory, "pictures") as url:
            prepare(url)
            subprocess.run(SIMULATE, cwd=ROOT, env=environment(url), check=True)
            with running_portal(url, directory) as address:
                draw(address)


if __name__ == "__main__":
    main()
