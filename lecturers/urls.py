from django.urls import path

from lecturers import views

app_name = "lecturers"
urlpatterns = [
    path("town/lecturers/", views.town_list, name="town-list"),
]
