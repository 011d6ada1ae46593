"""All URLs of the portal, whole paths, grouped by door.

No path is answered by two of these files, so their order is only about time: patterns are tried one after the other, and
what a running exam and a roll ask comes first.
"""

from django.contrib import admin
from django.urls import include, path

from juxian.people.views import account

urlpatterns = [
    path("login/", account.sign_in, name="login"),
    path("logout/", account.sign_out, name="logout"),
    path("", include("assessments.urls")),
    path("", include("trainings.urls")),
    path("", include("juxian.urls_roof")),
    path("", include("juxian.people.urls")),
    path("", include("juxian.messages.urls")),
    path("", include("juxian.files.urls")),
    path("", include("centres.urls")),
    path("", include("lecturers.urls")),
    path("", include("courses.urls")),
    path("admin/", admin.site.urls),
]

handler500 = "juxian.views.trouble.trouble"
