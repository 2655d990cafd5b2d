"""The steward's page of searches: what was looked for in vain or not opened, trends; and a word learnt from it."""

import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from organisation.admin_pages import Pages
from portal.clock import today
from procedures import search
from procedures.learning import counting, report, trial
from procedures.loading.versions import begin_edit, end_edit, state_of
from procedures.models import EverydayName, Procedure, SearchCount
from procedures.text import LONGEST_QUERY, clean

from .chart import HEIGHT, WIDTH, drawn
from .edits import edit_by
from .learning_form import LearningForm

PERIODS = {"7": _("7 days"), "30": _("30 days"), "90": _("90 days"), "365": _("a year")}
USUAL = "30"
CONFIRMED = "confirmed"  # the page that shows what follows was seen
OFFERED = 10  # procedures


@admin.register(SearchCount)
class SearchesAdmin(Pages):
    """Read only, by the table of roles; who may add names and synonyms may learn from a query."""

    def get_urls(self) -> list[Any]:
        learn = self.admin_site.admin_view(self.learn)
        return [path("learn/", learn, name="procedures_searchcount_learn"), *super().get_urls()]

    # What was searched for -----------------------------------------------------------------------

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        counting.flush()  # what this process has not written yet
        chosen = request.GET.get("days", USUAL)
        chosen = chosen if chosen in PERIODS else USUAL
        last = today()
        period = (last - datetime.timedelta(days=int(chosen) - 1), last)
        asked = clean(request.GET.get("q", ""))[:LONGEST_QUERY]
        bars = report.bars(*period)
        return self.shown(
            request,
            "searches",
            title=_("What people search for"),
            periods=PERIODS.items(),
            chosen=chosen,
            asked=asked,
            matching=report.matching(asked, *period) if asked else None,
            bars=drawn(bars),
            picture=(WIDTH, HEIGHT),
            sum_of={name: sum(getattr(bar, name) for bar in bars) for name in ("times", "in_vain", "opened")},
            in_vain=report.in_vain(*period),
            not_opened=report.not_opened(*period),
            rising=report.rising(*period),
            most_opened=report.most_opened(*period),
            may_learn=may_learn(request),
        )

    # A word learnt from it -----------------------------------------------------------------------

    def learn(self, request: HttpRequest) -> HttpResponse:
        """The form; then what the word would do, with nothing saved; then the word, live at once."""
        if not may_learn(request):
            raise PermissionDenied
        form = LearningForm(request.POST) if request.method == "POST" else LearningForm(initial=brought(request))
        if not form.is_bound or not form.is_valid():
            return self.ask(request, form)
        if CONFIRMED in request.POST:
            return self.write(request, form)
        query = form.cleaned_data["query"]
        return self.shown(
            request,
            "learn_preview",
            title=_("Before it is saved"),
            form=form,
            word=form.word,
            query=query,
            effect=trial.effect(form.word, query),
        )

    def ask(self, request: HttpRequest, form: LearningForm) -> HttpResponse:
        query = str(form["query"].value() or "")
        look = clean(request.GET.get("look", query))[:LONGEST_QUERY]
        codes = search.find(look).codes[:OFFERED] if look else []
        names = dict(Procedure.objects.filter(code__in=codes).values_list("code", "name"))
        return self.shown(
            request,
            "learn",
            title=_("Learn from a search"),
            form=form,
            query=query,
            look=look,
            offered=[(code, names[code], address(query=query, kind="name", look=look, code=code)) for code in codes],
        )

    @transaction.atomic
    def write(self, request: HttpRequest, form: LearningForm) -> HttpResponse:
        kept = form.word.procedure if isinstance(form.word, EverydayName) else form.word
        before = begin_edit(kept)
        form.word.save()
        end_edit(before, state_of(kept), edit_by(request))
        self.log_addition(request, form.word, gettext("Learnt from a search."))
        results = f"{reverse('procedures:list')}?{urlencode({'q': form.cleaned_data['query']})}"
        text = gettext('“{}” is saved and found from now on. <a href="{}">See the results</a>')
        messages.success(request, format_html(text, form.word, results))
        return redirect("admin:procedures_searchcount_changelist")


def may_learn(request: HttpRequest) -> bool:
    return all(request.user.has_perm(f"procedures.add_{word}") for word in ("everydayname", "synonym"))


def brought(request: HttpRequest) -> dict[str, str]:
    """What the link from the page of searches says."""
    query = clean(request.GET.get("query", ""))[: SearchCount.LONGEST]
    kind = request.GET.get("kind", "name")
    return {"query": query, "words": query, "kind": kind, "code": request.GET.get("code", "")}


def address(**values: str) -> str:
    return f"{reverse('admin:procedures_searchcount_learn')}?{urlencode(values)}"
