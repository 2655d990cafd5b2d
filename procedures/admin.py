"""The admin of the catalogue: what a steward keeps, and what is still missing."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from organisation.admin import ValidityFilter
from organisation.folded_search import FoldedSearch
from organisation.models import Agency
from portal.clock import today

from .admin_forms import FieldOwnerForm, FieldOwnerFormSet, PartForm, PartFormSet, ProcedureForm, WordForm
from .models import (
    Channel,
    Document,
    EverydayName,
    Field,
    FieldOwner,
    LegalDocument,
    OnlineLevel,
    Procedure,
    Result,
    Synonym,
)
