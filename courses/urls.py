from django.urls import path

from courses.views import library

app_name = "courses"
urlpatterns = [
    path("town/courses/", library.town_list, name="town-list"),
    path("town/courses/<int:pk>/", library.detail, name="detail"),
]
