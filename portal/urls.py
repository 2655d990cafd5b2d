"""The map of the portal."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

import records.api  # noqa: F401  # its figures stand in the API of the catalogue
from procedures import api

from . import health, views

urlpatterns = [
    path("health/live", health.live),
    path("health/ready", health.ready),
    path("api/", api.public_urls()),
    path("admin/two-factor/", include("organisation.urls")),
    path("admin/", admin.site.urls),
    path("robots.txt", views.robots),
]
urlpatterns += i18n_patterns(
    path("", views.home, name="home"),
    path("about/", views.about, name="about"),
    path("api/docs", api.api_docs, name="api_docs"),
    path("", include("procedures.urls")),
    path("", include("records.urls")),
    prefix_default_language=False,
)

handler400 = "portal.errors.bad_request"
handler403 = "portal.errors.forbidden"
handler404 = "portal.errors.not_found"
handler500 = "portal.errors.server_error"
