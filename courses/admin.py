"""The library, for the county."""

from django.contrib import admin

from courses.models import Course, CourseVersion
from juxian.people.admin_base import SharedAdmin, SharedTabular


class CourseVersionInline(SharedTabular):
    """Versions of a course, the newest first."""

    model = CourseVersion


@admin.register(Course)
class CourseAdmin(SharedAdmin):
    """精品课程 and those on their way."""

    list_display = ["code", "title", "theme", "town", "hours", "featured_on", "retired_on"]
    list_filter = ["theme", "featured_on", "town"]
    list_select_related = ["theme", "town"]
    search_fields = ["code", "title", "lecturers__name"]
    autocomplete_fields = ["lecturers"]
    date_hierarchy = "featured_on"
    inlines = [CourseVersionInline]


@admin.register(CourseVersion)
class CourseVersionAdmin(SharedAdmin):
    """What was taught when."""

    list_display = ["course", "number", "published_on"]
    list_select_related = ["course"]
    search_fields = ["course__title", "course__code"]
    autocomplete_fields = ["course"]
