from django.urls import path

from lecturers.views import candidacies, exports, imports, pool, terms

app_name = "lecturers"
urlpatterns = [
    path("town/lecturers/", pool.town_list, name="town-list"),
    path("town/lecturers/<int:pk>/", pool.detail, name="detail"),
    # lists in and out
    path("county/lecturers/import/", imports.upload, name="county-import"),
    path("town/lecturers/template.xlsx", imports.import_template, name="import-template"),
    path("town/lecturers/export.xlsx", exports.export, name="town-export"),
    # candidates
    path("town/candidacies/", candidacies.candidacy_list, name="candidacies"),
    path("town/candidacies/add/", candidacies.candidacy_add, name="candidacy-add"),
    path("town/candidacies/<int:pk>/", candidacies.candidacy, name="candidacy"),
    path("town/candidacies/<int:pk>/edit/", candidacies.candidacy_edit, name="candidacy-edit"),
    path("town/candidacies/<int:pk>/withdraw/", candidacies.candidacy_withdraw, name="candidacy-withdraw"),
    path("county/candidacies/<int:pk>/vet/", candidacies.candidacy_vet, name="candidacy-vet"),
    path("county/candidacies/<int:pk>/panel/", candidacies.candidacy_panel, name="candidacy-panel"),
    path("county/candidacies/<int:pk>/refuse/", candidacies.candidacy_refuse, name="candidacy-refuse"),
    path("county/candidacies/<int:pk>/appoint/", candidacies.candidacy_appoint, name="candidacy-appoint"),
    # terms
    path("county/appointments/<int:pk>/renew/", terms.renew, name="renew"),
    path("county/lecturers/<int:pk>/suspend/", terms.suspend, name="suspend"),
    path("county/suspensions/<int:pk>/lift/", terms.lift, name="suspension-lift"),
    path("county/lecturers/<int:pk>/leave/", terms.leave, name="leave"),
    path("county/lecturers/<int:pk>/review/", terms.review, name="review"),
    path("county/lecturers/reviews/", terms.reviews, name="reviews"),
    path("town/appointments/<int:pk>/letter/", terms.letter, name="letter"),
    path("teach/appointments/<int:pk>/letter/", terms.my_letter, name="my-letter"),
]
