"""Criteria to edit; topics, panels and ballots to read: they are moved on their own pages."""

from django.contrib import admin

from courses.models import Ballot, CourseReview, Criterion, Judge, Panel, Topic
from juxian.people.admin_base import ReadOnly, ScopedAdmin, SharedAdmin


@admin.register(Criterion)
class CriterionAdmin(SharedAdmin):
    """What judges give points for, by day."""

    list_display = ["name", "weight", "order", "valid_from", "valid_to"]
    search_fields = ["name"]


@admin.register(Topic)
class TopicAdmin(ReadOnly, ScopedAdmin):
    """Every topic."""

    list_display = ["title", "town", "theme", "state", "course"]
    list_filter = ["state", "town"]
    list_select_related = ["town", "theme", "course"]
    search_fields = ["title"]


@admin.register(Panel)
class PanelAdmin(ReadOnly, ScopedAdmin):
    """Every round of judging with its numbers."""

    list_display = ["topic", "number", "min_judges", "drop_from", "drop_each", "pass_mark", "ends_on", "closed_at"]
    list_select_related = ["topic"]
    search_fields = ["topic__title"]


@admin.register(Judge)
class JudgeAdmin(ReadOnly, ScopedAdmin):
    """Who was invited to what."""

    list_display = ["panel", "user", "unit", "invited_at"]
    list_select_related = ["panel__topic", "user"]
    search_fields = ["user__name", "unit", "panel__topic__title"]


@admin.register(Ballot)
class BallotAdmin(ReadOnly, ScopedAdmin):
    """Who handed in, when; the points are on the topic's page once the panel is over."""

    list_display = ["judge", "at"]
    fields = ["judge", "at"]
    list_select_related = ["judge__user"]
    search_fields = ["judge__user__name"]


@admin.register(CourseReview)
class CourseReviewAdmin(ReadOnly, SharedAdmin):
    """Every verdict of the yearly review."""

    list_display = ["course", "verdict", "on", "improve_by", "by_name"]
    list_filter = ["verdict"]
    list_select_related = ["course"]
    search_fields = ["course__title"]
