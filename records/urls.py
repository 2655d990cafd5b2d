from django.urls import path

from . import views, views_statistics, views_verify

app_name = "records"
urlpatterns = [
    path("records/", views.lookup_page, name="lookup"),
    path("records/view/", views.view, name="view"),
    path("records/view/letters/<str:kind>/<int:number>/", views.letter, name="letter"),
    path("records/view/link.svg", views.link_picture, name="link_picture"),
    path("records/view/result.pdf", views.result, name="result"),
    path("records/t/<str:token>/", views.open_link, name="link"),
    path("records/end/", views.end, name="end"),
    path("verify/", views_verify.verify, name="verify"),
    path("verify/<str:token>/", views_verify.verified, name="verified"),
    path("statistics/", views_statistics.statistics, name="statistics"),
]
