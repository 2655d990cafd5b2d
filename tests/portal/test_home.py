"""The home page: where most people start."""

import datetime
import re

import pytest
from django.urls import reverse
from django.utils import translation

from organisation.models import Agency
from procedures.models import Procedure
from procedures.search import current

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(client):
    return client.get("/en/")


def test_home_opens_in_both_languages_without_a_redirect(client):
    vietnamese, english = client.get("/"), client.get("/en/")
    assert (vietnamese.status_code, english.status_code) == (200, 200)
    assert '<html lang="vi">' in vietnamese.text
    assert '<html lang="en">' in english.text


@pytest.mark.parametrize("page", ["/", "/procedures/?q=khai+sinh&level=commune", "/procedures/1.001193/", "/about/"])
def test_every_page_links_to_itself_in_the_other_language(client, page):
    link = '<a class="language" href="{}" lang="{}" hreflang="{}">'
    other = f"/en{page}".replace("&", "&amp;")
    assert link.format(other, "en", "en") in client.get(page).text
    assert link.format(page.replace("&", "&amp;"), "vi", "vi") in client.get(f"/en{page}").text


def test_the_search_box_has_the_focus_and_leads_to_the_list(home):
    box = re.search(r'<input[^>]*name="q"[^>]*>', home.text)[0]
    assert "autofocus" in box
    assert f'action="{reverse_in("en", "procedures:list")}"' in home.text


def test_exactly_22_departments_and_branches_on_the_day_of_the_demonstration(home):
    assert len(home.context["units"]) == 22
    shown = home.text.split('<h2 id="agencies">')[1]
    assert len(re.findall(r'href="/en/agencies/[^/"]+/"', shown)) == 22


def test_the_figures_are_those_of_the_catalogue(home, catalogue_day):
    public = Procedure.objects.public(catalogue_day)
    assert home.context["total"] == public.count() > 1500
    assert home.context["online"] == public.filter(online__in=["full", "partial"]).count()
    assert home.context["electronic"] == public.filter(electronic_process=True).count()
    assert home.context["at_center"] == public.filter(at_center=True).count()


def test_everyday_procedures_lead_to_pages_that_exist(home, client):
    assert "1.001193" in home.text
    for procedure in home.context["everyday"]:
        assert client.get(f"/en/procedures/{procedure.code}/").status_code == 200


def test_the_number_on_an_audience_is_what_the_filter_finds(home, client):
    for choice in home.context["audiences"]:
        listed = client.get("/en/procedures/", {"audience": choice.item.value})
        title = re.search(r'id="results-title"[^>]*>([\d,.]+) ', listed.text)[1]
        assert int(re.sub(r"\D", "", title)) == choice.count


def test_home_and_about_need_few_queries(client, django_assert_num_queries):
    current()  # builds the index
    with django_assert_num_queries(3):
        client.get("/")
    with django_assert_num_queries(2):
        client.get("/about/")


def test_about_counts_every_procedure_under_one_source(client, catalogue_day):
    context = client.get("/en/about/").context
    assert sum(count for _source, count in context["sources"]) == context["total"]
    assert context["total"] == Procedure.objects.public(catalogue_day).count()


def test_robots_are_kept_from_the_staff_only(client):
    assert client.get("/robots.txt").text == "User-agent: *\nDisallow: /admin/\n"


def test_the_demonstration_says_which_day_it_shows(client, settings):
    assert 'class="demonstration"' in client.get("/en/").text
    settings.PORTAL_TODAY = None
    assert 'class="demonstration"' not in client.get("/en/").text


def test_after_the_reform_home_shows_the_units_of_that_day(client, settings):
    settings.PORTAL_TODAY = datetime.date(2026, 11, 23)
    shown = {unit.item.code for unit in client.get("/en/").context["units"]}
    assert "so-nn-mt" in shown
    assert "so-tnmt" not in shown
    assert Agency.objects.filter(code="so-tnmt").exists()


def reverse_in(language, name):
    with translation.override(language):
        return reverse(name)
