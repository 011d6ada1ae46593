from django.urls import path

from juxian.messages.views import me, own, town

app_name = "inbox"
urlpatterns = [
    # me/inbox/
    path("me/inbox/", me.inbox, name="me-list"),
    path("me/inbox/read/", me.inbox_read, name="me-read-all"),
    path("me/inbox/<int:pk>/", me.message_page, name="me-detail"),
    path("me/inbox/<int:pk>/open/", me.message_open, name="me-open"),
    # town/inbox/
    path("town/inbox/", town.inbox, name="town-list"),
    path("town/inbox/read/", town.inbox_read, name="town-read-all"),
    path("town/inbox/<int:pk>/", town.message_page, name="town-detail"),
    path("town/inbox/<int:pk>/open/", town.message_open, name="town-open"),
    # inbox/
    path("inbox/", own.inbox, name="own-list"),
    path("inbox/read/", own.inbox_read, name="own-read-all"),
    path("inbox/<int:pk>/", own.message_page, name="own-detail"),
    path("inbox/<int:pk>/open/", own.message_open, name="own-open"),
]
