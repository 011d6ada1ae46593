from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path

app_name = "trainings"


def _soon(request: HttpRequest, **kwargs: int) -> HttpResponse:
    raise Http404


urlpatterns = [
    path("town/trainings/", _soon, name="town-list"),
    path("town/trainings/<int:pk>/", _soon, name="town-detail"),
    path("town/trainings/<int:pk>/edit/", _soon, name="town-edit"),
    path("town/trainings/<int:pk>/quotas/", _soon, name="town-quotas"),
    path("town/trainings/<int:pk>/enrol/", _soon, name="town-enrol"),
    path("town/trainings/<int:pk>/sessions/add/", _soon, name="session-add"),
    path("town/sessions/<int:pk>/edit/", _soon, name="session-edit"),
    path("town/sessions/<int:pk>/roll/", _soon, name="session-roll"),
    path("town/plans/", _soon, name="town-plans"),
    path("me/trainings/", _soon, name="me-list"),
    path("me/hours/", _soon, name="me-hours"),
]
