"""Pages of the roof: board, desks, health."""

from django.urls import path

from centres.views import inspections
from juxian.views import board, desk, doors, health, me, screen
from trainings.views import teach

urlpatterns = [
    path("", board.home, name="home"),
    path("help/", doors.guide, name="help"),
    path("robots.txt", doors.robots, name="robots"),
    path("screen/<str:code>/", screen.screen, name="screen"),
    # processes
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    # town/
    path("town/", desk.desk, name="desk"),
    # me/
    path("me/", me.home, name="me"),
    # teach/, inspect/
    path("teach/", teach.coming, name="teach"),
    path("inspect/", inspections.inspect, name="inspect"),
]
