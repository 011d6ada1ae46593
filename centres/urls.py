"""URLs of centres, whole paths."""

from django.urls import path

from centres.views import places

app_name = "centres"
urlpatterns = [
    path("town/centre/", places.town_centre, name="town-centre"),
]
