from django.urls import path

from courses.views import catalogue, exports, imports, library

app_name = "courses"
urlpatterns = [
    path("town/courses/", catalogue.town_list, name="town-list"),
    path("town/courses/<int:pk>/", library.detail, name="detail"),
    path("me/courses/", catalogue.me_list, name="me-list"),
    path("me/courses/<int:pk>/", catalogue.me_detail, name="me-detail"),
    path("courses/", catalogue.public_list, name="public-list"),
    path("courses/<int:pk>/", catalogue.public_detail, name="public-detail"),
    path("courses/<int:pk>/cover.svg", catalogue.cover, name="cover"),
    # lists in and out
    path("county/courses/import/", imports.upload, name="county-import"),
    path("town/courses/template.xlsx", imports.import_template, name="import-template"),
    path("town/courses/export.xlsx", exports.export, name="town-export"),
]
