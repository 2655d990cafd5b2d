"""What stands between a request of the staff and its view. A public view never gets to know the session."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from . import sessions, two_factor


class OfTheStaff:
    """Looks at requests for views that need a signed-in person, before the view does."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any) -> Any:
        if getattr(view_func, "login_required", True) and request.user.is_authenticated:
            return self.look(request)
        return None

    def look(self, request: HttpRequest) -> HttpResponse | None:
        raise NotImplementedError


class SessionsEnd(OfTheStaff):
    """Signs out whoever has been signed in for too long."""

    def look(self, request: HttpRequest) -> None:
        sessions.keep_or_end(request)


class CodeRequired(OfTheStaff):
    """Leads whoever signed in by password to the page that asks for the one-time code; no other view opens."""

    WITHOUT_CODE = frozenset({"two_factor", "two_factor_recovery", "two_factor_set_up", "admin:logout"})

    def look(self, request: HttpRequest) -> HttpResponse | None:
        match = request.resolver_match
        if not two_factor.is_missing(request.user) or (match and match.view_name in self.WITHOUT_CODE):
            return None
        # A form that was being sent is lost; its address may answer to nothing but POST.
        back = request.get_full_path() if request.method == "GET" else reverse("admin:index")
        return redirect_to_login(back, reverse("two_factor"))
