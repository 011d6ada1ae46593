from django.urls import path

from lecturers.views import exports, imports, pool

app_name = "lecturers"
urlpatterns = [
    path("town/lecturers/", pool.town_list, name="town-list"),
    path("town/lecturers/<int:pk>/", pool.detail, name="detail"),
    # lists in and out
    path("county/lecturers/import/", imports.upload, name="county-import"),
    path("town/lecturers/template.xlsx", imports.import_template, name="import-template"),
    path("town/lecturers/export.xlsx", exports.export, name="town-export"),
]
