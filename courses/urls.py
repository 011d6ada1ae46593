from django.urls import path

from courses import views

app_name = "courses"
urlpatterns = [
    path("town/courses/", views.town_list, name="town-list"),
]
