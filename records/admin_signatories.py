"""The admin of signatories: whose certificate signs for an agency or seals for the Center, and since when."""

from typing import Any

from cryptography import x509
from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from . import signatures
from .models import Signatory
from .signatures.certificates import facts

FIXED = ["unit", "kind", "certificate", "key"]  # steps rest on them: another certificate is another signatory


class SignatoryForm(forms.ModelForm):
    """A certificate as PEM, or that of a configured key. What it says of itself need not be typed."""

    class Meta:
        model = Signatory
        fields = ["unit", "kind", "certificate", "key", "holder", "name", "title", "valid_from", "valid_to"]
        help_texts = {"certificate": _("As PEM; empty: that of the key below.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in {"certificate", "name"} & self.fields.keys():
            self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if self.instance.pk is None and not self.errors:
            self.read(given)
        return given

    def read(self, given: dict[str, Any]) -> None:
        """Fill in what the certificate says; tell at its field why it cannot be taken."""
        try:
            pem, key = given["certificate"].encode(), given["key"]
            found = facts(x509.load_pem_x509_certificate(pem)) if pem.strip() else signatures.certificate_of(key)
        except ValueError:
            self.add_error("certificate", _("This is no certificate in PEM."))
            return
        except signatures.Fault as fault:
            self.add_error("key", str(fault))
            return
        given["certificate"], given["name"] = found.pem, given["name"] or found.name
        self.instance.fingerprint = found.fingerprint
        if Signatory.objects.filter(fingerprint=found.fingerprint).exists():
            self.add_error("certificate", _("This certificate is registered already."))


@admin.register(Signatory)
class SignatoryAdmin(admin.ModelAdmin):
    form = SignatoryForm
    list_display = ["name", "title", "unit", "kind", "key", "holder", "valid_from", "valid_to"]
    list_filter = ["kind"]
    list_select_related = ["unit", "holder"]
    list_per_page = 50
    search_fields = ["name", "unit__name", "fingerprint"]
    autocomplete_fields = ["unit", "holder"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*FIXED, "fingerprint"] if obj else []
