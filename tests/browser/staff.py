"""Somebody of the staff at a screen; signing in itself has its own tests (`test_sign_in.py`)."""

import time

from playwright.sync_api import Page

PASSWORD = "demo-bac-giang"
LONGEST = 10 * 60  # seconds; sessions end half an hour after the last request
_sessions: dict[str, tuple[float, list]] = {}  # of this worker's portal: when it began, and its cookie


def sign_in(page: Page, name: str = "demo-officer") -> None:
    """Give the screen a session of this person: by the password the first time, afterwards by the cookie of then."""
    begun, cookies = _sessions.get(name, (0, []))
    if time.monotonic() - begun > LONGEST or not cookies:
        page.goto("/admin/login/?next=/admin/")
        page.locator("#id_username").fill(name)
        page.locator("#id_password").fill(PASSWORD)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        cookies = [cookie for cookie in page.context.cookies() if cookie["name"] == "sessionid"]
        _sessions[name] = time.monotonic(), cookies
    page.context.add_cookies(cookies)
