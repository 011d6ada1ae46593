from django.urls import URLPattern

app_name = "lecturers"
urlpatterns: list[URLPattern] = []
