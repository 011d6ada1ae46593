from django.urls import path

from centres import views

app_name = "centres"
urlpatterns = [
    path("town/centre/", views.town_centre, name="town-centre"),
]
