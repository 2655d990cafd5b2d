"""What stands between a request and its view."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse

from . import errors


class DatabaseAway:
    """A page that says so, with 503, when the database does not answer. The next request tries again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, errors.DATABASE_AWAY):
            return errors.unavailable(request)
        return None


class ClosedUnlessPublic(LoginRequiredMiddleware):
    """Every view needs a signed-in person unless it says otherwise; a public one never looks at the session.

    Django's own asks who the visitor is first, so that every public page would vary with the cookie.
    """

    def process_view(self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any) -> Any:
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)
