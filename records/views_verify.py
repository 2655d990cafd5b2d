"""The public pages that say what a result is worth: of the address in its QR code, or of the file itself."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from organisation.address import client_address
from portal import clock

from . import signatures
from .forms import VerifyForm
from .results import verifying
from .results.attempts import Attempt, What
from .results.verdicts import Verdict
from .results.verifying import Answer
from .views import private


class InMemory(MemoryFileUploadHandler):
    """Takes every file into memory, also a large one: nothing of it ever lies on a disk."""

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        self.activated = True


@private
@csrf_exempt  # only here: `checked` looks at the token, once it is known how a file is read
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """The form; and what the file that came with it is worth. What is too large is refused before it is read."""
    request.upload_handlers.insert(0, InMemory(request))
    try:
        return checked(request)
    except RequestDataTooBig:
        return page(request, VerifyForm(), Answer(Verdict.TOO_LARGE), status=413)


@csrf_protect
def checked(request: HttpRequest) -> HttpResponse:
    form = VerifyForm(request.POST, request.FILES) if request.method == "POST" else VerifyForm()
    if not form.is_valid():
        return page(request, form)
    if not Attempt.begin(What.FILE, client_address(request)).is_allowed:
        return page(request, form, is_busy=True, status=429)
    with form.cleaned_data["file"] as file:
        return page(request, VerifyForm(), verifying.of_file(file.read()))


def page(
    request: HttpRequest, form: VerifyForm, answer: Answer | None = None, *, is_busy: bool = False, status: int = 200
) -> HttpResponse:
    context = {"form": form, "is_busy": is_busy, **told(answer)}
    return render(request, "records/verify.html", context, status=status)


def told(answer: Answer | None) -> dict[str, Any]:
    """What the verdict of a page is shown with."""
    return {"answer": answer, "now": clock.now(), "is_demonstration": signatures.is_demonstration()}


@private
@require_safe
def verified(request: HttpRequest, token: str) -> HttpResponse:
    """The page to which the QR code of a printed result leads. Too many wrong addresses look like a wrong one."""
    attempt = Attempt.begin(What.ADDRESS, client_address(request))
    answer = verifying.of_token(token) if attempt.is_allowed else None
    if answer is None:
        attempt.fail()
        return render(request, "records/verify_unknown.html", status=404)
    attempt.take_back()
    return render(request, "records/verify_result.html", told(answer))
