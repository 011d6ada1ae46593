from django.urls import path

from assessments.views import (
    me_exams,
    me_late,
    me_surveys,
    town_banks,
    town_exams,
    town_late,
    town_remedies,
    town_surveys,
)

app_name = "assessments"
urlpatterns = [
    # members
    path("me/exams/", me_exams.exams, name="me-exams"),
    path("me/exams/<int:pk>/", me_exams.exam, name="me-exam"),
    path("me/exams/<int:pk>/start/", me_exams.start, name="me-start"),
    path("me/exams/attempts/<int:pk>/", me_exams.attempt, name="me-attempt"),
    path("me/exams/attempts/<int:pk>/answers/", me_exams.answers, name="me-answers"),
    path("me/exams/attempts/<int:pk>/clock/", me_exams.clock, name="me-clock"),
    path("me/exams/attempts/<int:pk>/submit/", me_exams.submit, name="me-submit"),
    path("me/exams/attempts/<int:pk>/late/", me_late.late, name="me-late"),
    path("me/exams/attempts/<int:pk>/result/", me_exams.result, name="me-result"),
    path("me/surveys/<uuid:pk>/", me_surveys.survey, name="me-survey"),
    # clerks, county
    path("town/trainings/<int:pk>/exam/", town_exams.class_exam, name="town-class-exam"),
    path("town/trainings/<int:pk>/survey/", town_surveys.class_survey, name="town-class-survey"),
    path("town/trainings/<int:pk>/exam/set-up/", town_exams.set_up, name="town-exam-set-up"),
    path("town/exams/<int:pk>/", town_exams.exam, name="town-exam"),
    path("town/exams/<int:pk>/release/", town_exams.release, name="town-exam-release"),
    path("town/late-answers/<int:pk>/", town_late.late, name="town-late"),
    path("town/remedies/", town_remedies.remedies, name="town-remedies"),
    path("town/make-ups/<int:pk>/complete/", town_remedies.make_up, name="town-make-up"),
    path("town/surveys/<int:pk>/", town_surveys.survey, name="town-survey"),
    path("town/banks/", town_banks.banks, name="town-banks"),
    path("town/banks/add/", town_banks.add_bank, name="town-bank-add"),
    path("town/banks/template.xlsx", town_banks.import_template, name="town-bank-template"),
    path("town/banks/<int:pk>/", town_banks.bank, name="town-bank"),
    path("town/banks/<int:pk>/import/", town_banks.import_file, name="town-bank-import"),
    path("town/banks/<int:pk>/questions/add/", town_banks.add, name="town-question-add"),
    path("town/questions/<int:pk>/edit/", town_banks.edit, name="town-question-edit"),
    path("town/questions/<int:pk>/retire/", town_banks.retire, name="town-question-retire"),
]
