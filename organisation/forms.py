"""The forms of signing in."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from . import two_factor


class EmptyAgain(forms.TextInput):
    """A box that does not show again what was typed wrong: the next code is another one."""

    def format_value(self, value: Any) -> None:
        return None


class CodeForm(forms.Form):
    """One code; valid when it is the right one for `device`, which is used up by that."""

    code = forms.CharField(
        label=_("One-time code"),
        max_length=20,
        widget=EmptyAgain(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )
    form_of_code = re.compile(rf"[0-9]{{{two_factor.DIGITS}}}")
    wrong_form = _("A one-time code has six digits.")
    wrong = _("This code is not right or no longer valid. Wait for the next one and type that.")

    def __init__(self, user: Any, device: Any, *args: Any, **kwargs: Any) -> None:
        self.user = user
        self.device = device
        super().__init__(*args, **kwargs)

    def clean_code(self) -> str:
        code = re.sub(r"[\s-]", "", self.cleaned_data["code"]).lower()
        if not self.form_of_code.fullmatch(code):
            raise ValidationError(self.wrong_form)
        self.check(code)
        return code

    def check(self, code: str) -> None:
        seconds = two_factor.seconds_to_wait(self.device)
        if seconds:
            raise ValidationError(wait_message(seconds))
        if not two_factor.verify(self.user, self.device, code):
            raise ValidationError(self.wrong)


def wait_message(seconds: int) -> str:
    return ngettext(
        "Too many wrong codes. Wait %(seconds)d second, then try again.",
        "Too many wrong codes. Wait %(seconds)d seconds, then try again.",
        seconds,
    ) % {"seconds": seconds}


class RecoveryForm(CodeForm):
    code = forms.CharField(
        label=_("Recovery code"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "autofocus": True}),
    )
    form_of_code = re.compile(rf"[a-z0-9]{{{two_factor.RECOVERY_LENGTH}}}")
    wrong_form = _("A recovery code has eight letters and digits.")
    wrong = _("This recovery code is not right or was used before.")

    def check(self, code: str) -> None:
        super().check(two_factor.sealed(code))


class SetUpForm(CodeForm):
    """The first code of a new device, whose secret is `device.key`; `made` is the device that was kept."""

    made: Any = None

    def check(self, code: str) -> None:
        self.made = two_factor.set_up(self.user, self.device.key, code)
        if not self.made:
            raise ValidationError(self.wrong)
