from django.urls import path

from juxian.files import views

app_name = "files"
urlpatterns = [
    path("uploads/<slug:key>/", views.upload, name="upload"),
    path("uploads/<slug:key>/cancel/", views.upload_cancel, name="upload-cancel"),
]
