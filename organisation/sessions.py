"""Sessions of the staff end: after a while without a request, and at the latest after a working day.

Without a request for `SESSION_COOKIE_AGE` seconds the row in the database is no longer valid; a request moves
that moment on. The cookie itself ends with the browser.
"""

import time
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

BEGUN = "staff_begun"
SEEN = "staff_seen"
KEPT_EVERY = 60  # seconds; writing the session at every request would cost three queries each


def begin(request: HttpRequest, **_signal: Any) -> None:
    """Note when the session began; called at each sign-in."""
    request.session[BEGUN] = request.session[SEEN] = int(time.time())


def is_over(session: SessionBase) -> bool:
    """Whether the working day has passed. A session that does not say when it began is over, too."""
    return time.time() - session.get(BEGUN, 0) > settings.SESSION_LONGEST


def keep_or_end(request: HttpRequest) -> None:
    """Sign the person out when the session is over, else note that they are here."""
    if is_over(request.session):
        logout(request)
    elif time.time() - request.session.get(SEEN, 0) > KEPT_EVERY:
        request.session[SEEN] = int(time.time())
