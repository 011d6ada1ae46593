"""Pages of the roof: board, desks, health."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
