from django.urls import path

from lecturers.views import pool

app_name = "lecturers"
urlpatterns = [
    path("town/lecturers/", pool.town_list, name="town-list"),
    path("town/lecturers/<int:pk>/", pool.detail, name="detail"),
]
