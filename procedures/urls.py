from django.urls import path

from . import views, views_changes

app_name = "procedures"
urlpatterns = [
    path("procedures/", views.catalogue, name="list"),
    path("procedures/suggest/", views.suggest, name="suggest"),
    path("procedures/changes/", views_changes.recent, name="changes"),
    path("procedures/changes.atom", views_changes.feed, name="changes_feed"),
    path("procedures/<str:code>/", views.detail, name="detail"),
    path("procedures/<str:code>/changes/", views_changes.history, name="history"),
    path("procedures/<str:code>/correction/", views.correction, name="correction"),
    path("agencies/", views.agencies, name="agencies"),
    path("agencies/<str:code>/", views.agency, name="agency"),
    path("fields/", views.fields, name="fields"),
]
