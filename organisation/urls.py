"""The addresses of the one-time code, under /admin/two-factor/."""

from django.contrib import admin
from django.urls import path

from . import views

staff = admin.site.admin_view

urlpatterns = [
    path("", staff(views.code), name="two_factor"),
    path("recovery/", staff(views.recovery), name="two_factor_recovery"),
    path("set-up/", staff(views.set_up), name="two_factor_set_up"),
]
