"""The admin of the catalogue: what a steward keeps, and what is still missing."""

from itertools import pairwise
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, F, OuterRef, Prefetch, QuerySet
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from organisation.admin import ValidityFilter, not_itself
from organisation.folded_search import FoldedSearch
from organisation.models import Agency
from portal.clock import today

from . import admin_loading  # noqa: F401  (it registers itself)
from .admin_edits import DecisionForm, VersionedAdmin
from .models import (
    Channel,
    Document,
    EverydayName,
    FailedSearch,
    Field,
    FieldOwner,
    LegalDocument,
    OnlineLevel,
    Origin,
    Procedure,
    Result,
    Synonym,
    parse_code,
)

UNKNOWN = "unknown"
AWAY = 10_000  # added to the positions of rows while others take their places

# Fields of work --------------------------------------------------------------------------------


class FieldOwnerForm(forms.ModelForm):
    def validate_constraints(self) -> None:
        """Without the rules between the rows of a field: the formset sees all rows, the database only the old ones."""
        if self.errors:
            return
        try:
            self.instance.validate_constraints(exclude={"field"})
        except ValidationError as error:
            self.add_error(None, error)


class FieldOwnerFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        rows = [form.instance for form in self.forms if kept(self, form)]
        rows.sort(key=lambda row: (row.valid_from is not None, row.valid_from))
        for earlier, later in pairwise(rows):
            if not (earlier.valid_to and later.valid_from and earlier.valid_to < later.valid_from):
                raise ValidationError(_("On one day a field has one owner: the periods overlap."))

    def save(self, commit: bool = True) -> Any:
        # Rows that will be written are closed first: the last owner's end may open only when no other is open.
        written = [form.instance.pk for form in self.initial_forms if form.has_changed()]
        day = today()
        if commit:
            FieldOwner.objects.filter(pk__in=written).update(valid_from=day, valid_to=day)
        return super().save(commit)


def kept(formset: Any, form: Any) -> bool:
    """Whether the form stands for a row that will exist after saving."""
    return (form.instance.pk or form.has_changed()) and form not in formset.deleted_forms


class FieldOwnerInline(admin.TabularInline):
    model = FieldOwner
    form = FieldOwnerForm
    formset = FieldOwnerFormSet
    extra = 0
    autocomplete_fields = ["agency"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("agency", "field")


def owners_today(prefix: str = "") -> Prefetch:
    """The owner of a field today, as `owners_today` of the field."""
    owners = FieldOwner.objects.valid_on(today()).select_related("agency")
    return Prefetch(f"{prefix}owners", queryset=owners, to_attr="owners_today")


def owner_name(field: Any) -> str:
    return ", ".join(owner.agency.name for owner in field.owners_today)


@admin.register(Field)
class FieldAdmin(VersionedAdmin, FoldedSearch):
    list_display = ["name", "slug", "owner", "procedure_count"]
    ordering = ["name", "slug"]  # counting takes the model's own order away
    list_per_page = 50
    search_fields = ["name", "name_en", "slug"]
    inlines = [FieldOwnerInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        counted = super().get_queryset(request).annotate(procedure_count=Count("procedures"))
        return counted.prefetch_related(owners_today())

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["slug"] if obj else []

    @admin.display(description=_("owner today"))
    def owner(self, field: Any) -> str:
        return owner_name(field)

    @admin.display(description=_("procedures"), ordering="procedure_count")
    def procedure_count(self, field: Any) -> int:
        return field.procedure_count


# The parts of a procedure ----------------------------------------------------------------------


class PartForm(forms.ModelForm):
    """A row with a place that may be left empty or be shared: the formset numbers the rows."""

    place = forms.IntegerField(label=_("position"), required=False, min_value=1, max_value=AWAY - 1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial.setdefault("place", self.instance.position)


class PartFormSet(forms.BaseInlineFormSet):
    """Rows in the order of their places, numbered from 1 when they are saved; rows without a place come last."""

    def save(self, commit: bool = True) -> Any:
        rows = [form for form in self.forms if kept(self, form)]
        rows.sort(key=lambda form: form.cleaned_data.get("place") or AWAY)
        for position, form in enumerate(rows, start=1):
            form.instance.position = position
        if not commit or not self.has_changed():
            return super().save(commit)
        stored = self.get_queryset().order_by()
        stored.update(position=F("position") + AWAY)
        saved = super().save()
        for form in rows:
            if not form.has_changed():
                stored.filter(pk=form.instance.pk).update(position=form.instance.position)
        return saved


class PartInline(admin.TabularInline):
    form = PartForm
    formset = PartFormSet
    extra = 0

    @admin.display(description=_("position"))
    def place(self, part: Any) -> int:
        return part.position  # for those who may only look


class ChannelInline(PartInline):
    model = Channel
    fields = ["place", "kind", "time", "unit", "fee_vnd", "note", "basis"]


class DocumentInline(PartInline):
    model = Document
    fields = ["place", "case", "name", "originals", "copies", "form"]


class ResultInline(PartInline):
    model = Result
    fields = ["place", "name"]


class WordForm(forms.ModelForm):
    def clean(self) -> dict[str, Any]:
        """A shipped word that a steward rewrites is the steward's from then on."""
        if self.has_changed():
            self.instance.origin = Origin.STEWARD
        return super().clean() or self.cleaned_data


class EverydayNameInline(admin.TabularInline):
    model = EverydayName
    form = WordForm
    fields = ["name", "language", "origin"]
    readonly_fields = ["origin"]
    extra = 0


# Filters ---------------------------------------------------------------------------------------


class OwnerFilter(admin.SimpleListFilter):
    title = _("agency today")
    parameter_name = "agency"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        owning = FieldOwner.objects.valid_on(today()).values("agency")
        return list(Agency.objects.filter(pk__in=owning).values_list("code", "name"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        owned = FieldOwner.objects.valid_on(today()).filter(agency__code=self.value())
        return queryset.filter(field__in=owned.values("field"))


class OnlineFilter(admin.SimpleListFilter):
    title = _("online level")
    parameter_name = "online_level"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*OnlineLevel.choices, (UNKNOWN, _("Not known"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset.filter(online="" if value == UNKNOWN else value) if value else queryset


class MissingFilter(admin.SimpleListFilter):
    """What the source did not say: the steward's list of work."""

    title = _("missing facts")
    parameter_name = "missing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("time", _("Without a processing time")),
            ("fee", _("Without a fee")),
            ("documents", _("Without documents")),
            ("online", _("Without an online level")),
            ("legal_basis", _("Without a legal basis")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        channels = Channel.objects.filter(procedure=OuterRef("pk"))
        match self.value():
            case "time":
                return queryset.filter(~Exists(channels.filter(time__isnull=False).exclude(unit="")))
            case "fee":
                return queryset.filter(~Exists(channels.filter(fee_vnd__isnull=False)))
            case "documents":
                return queryset.filter(~Exists(Document.objects.filter(procedure=OuterRef("pk"))))
            case "online":
                return queryset.filter(online="")
            case "legal_basis":
                return queryset.filter(legal_basis__isnull=True)
        return queryset


# Procedures ------------------------------------------------------------------------------------


class CodeField(forms.CharField):
    def to_python(self, value: Any) -> str:
        return parse_code(super().to_python(value) or "")


class ProcedureForm(DecisionForm):
    def clean_replaced_by(self) -> Any:
        return not_itself(self.instance, self.cleaned_data["replaced_by"], _("A procedure does not replace itself."))


@admin.register(Procedure)
class ProcedureAdmin(VersionedAdmin, FoldedSearch):
    form = ProcedureForm
    list_display = ["code", "short_name", "public", "owner", "field", "level", "online", "time", "document_count"]
    list_display_links = ["code", "short_name"]
    list_filter = [
        OwnerFilter,
        MissingFilter,
        ValidityFilter,
        "published",
        OnlineFilter,
        "level_province",
        "level_district",
        "level_commune",
        "electronic_process",
        "at_center",
        "source",
    ]
    list_per_page = 50
    search_fields = ["code", "name", "name_en", "names__name"]
    autocomplete_fields = ["field", "replaced_by", "legal_basis"]
    inlines = [ChannelInline, DocumentInline, ResultInline, EverydayNameInline]
    fieldsets = [
        (None, {"fields": ["code", "name", "name_en", "field"]}),
        (_("Levels"), {"fields": [("level_province", "level_district", "level_commune")]}),
        (
            _("Audience"),
            {
                "fields": [
                    ("audience_citizen", "audience_business", "audience_organisation"),
                    ("audience_official", "audience_foreigner"),
                ]
            },
        ),
        (_("How it is settled"), {"fields": ["online", "electronic_process", "at_center", "everyday_rank"]}),
        (_("Publication"), {"fields": ["published", "decision", "valid_from", "valid_to", "replaced_by"]}),
        (_("Legal basis"), {"fields": ["legal_basis"]}),
        (_("Source"), {"fields": ["source", "source_date", "source_note"]}),
        (_("This change"), {"fields": ["change_decision"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request).select_related("field")
        return rows.prefetch_related("channels", "documents", owners_today("field__"))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Without the question about the change for those who may only look."""
        may_change = self.has_change_permission(request, obj)
        return self.fieldsets if may_change else self.fieldsets[:-1]

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "code":
            kwargs["form_class"] = CodeField
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def view_on_site(self, procedure: Any) -> str | None:
        return procedure.get_absolute_url() if procedure.is_public(today()) else None

    @admin.display(description=_("name"), ordering="name")
    def short_name(self, procedure: Any) -> str:
        return Truncator(procedure.name).chars(80)

    @admin.display(description=_("public"), ordering="published")
    def public(self, procedure: Any) -> str:
        if procedure.is_public(today()):
            icon, text = "yes", gettext("Public")
        elif not procedure.published:
            icon, text = "no", gettext("Not published")
        else:
            icon, text = "alert", gettext("Not valid today")
        return format_html('<img src="{}" alt=""> {}', static(f"admin/img/icon-{icon}.svg"), text)

    @admin.display(description=_("agency today"))
    def owner(self, procedure: Any) -> str:
        return owner_name(procedure.field)

    @admin.display(description=_("levels"))
    def level(self, procedure: Any) -> str:
        return ", ".join(str(level.label) for level in procedure.levels)

    @admin.display(description=_("processing time"))
    def time(self, procedure: Any) -> str:
        known = [channel for channel in procedure.channels.all() if channel.time is not None and channel.unit]
        return ", ".join(dict.fromkeys(f"{channel.time} {channel.get_unit_display()}" for channel in known))

    @admin.display(description=_("documents"))
    def document_count(self, procedure: Any) -> int:
        return len(procedure.documents.all())


# Laws and words --------------------------------------------------------------------------------


@admin.register(LegalDocument)
class LegalDocumentAdmin(VersionedAdmin, FoldedSearch):
    list_display = ["number", "kind", "title", "procedure_count"]
    list_filter = ["kind"]
    ordering = ["number"]
    list_per_page = 50
    search_fields = ["number", "title"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(procedure_count=Count("procedures"))

    @admin.display(description=_("procedures"), ordering="procedure_count")
    def procedure_count(self, document: Any) -> int:
        return document.procedure_count


@admin.register(Synonym)
class SynonymAdmin(VersionedAdmin, FoldedSearch):
    form = WordForm
    list_display = ["everyday", "official", "origin"]
    list_filter = ["origin"]
    list_per_page = 50
    search_fields = ["everyday", "official"]
    fields = ["everyday", "official", "origin"]
    readonly_fields = ["origin"]


@admin.register(FailedSearch)
class FailedSearchAdmin(admin.ModelAdmin):
    """What people looked for in vain; written by the search alone."""

    list_display = ["query", "day", "count"]
    list_filter = ["day"]
    search_fields = ["query"]
    list_display_links = None
    show_full_result_count = False
