"""The library, for the county."""

from django import forms
from django.contrib import admin

from centres.actions.brands import locked_brand
from centres.models import Brand
from courses.models import Audience, ContentTask, Course, CourseVersion, Material
from juxian.people.admin_base import ReadOnly, ScopedAdmin, ScopedTabular, SharedAdmin, SharedTabular


@admin.register(Audience)
class AudienceAdmin(SharedAdmin):
    """An open list."""

    list_display = ["name", "order"]
    search_fields = ["name"]


@admin.register(ContentTask)
class ContentTaskAdmin(SharedAdmin):
    """The seven tasks of the Regulations; the county may reword them when those change."""

    list_display = ["name", "order"]
    search_fields = ["name"]


class CourseVersionInline(ReadOnly, SharedTabular):
    """Versions of a course, the newest first; they are drafted and published on the page of the course."""

    model = CourseVersion
    fields = ["number", "outline", "published_on"]


class CourseForm(forms.ModelForm):
    """A course; the brand it is the key of is locked until it is saved, so that two cannot become its key at once."""

    def clean_key_of(self) -> Brand | None:
        brand: Brand | None = self.cleaned_data["key_of"]
        return locked_brand(brand) if brand else None


@admin.register(Course)
class CourseAdmin(ScopedAdmin):
    """精品课程 and those on their way."""

    form = CourseForm
    list_display = ["code", "title", "theme", "town", "hours", "key_of", "featured_on", "retired_on"]
    list_filter = ["theme", "form", "tasks", "audiences", "featured_on", "town"]
    list_select_related = ["theme", "town", "key_of__town"]
    search_fields = ["code", "search_text", "lecturers__search_text"]
    autocomplete_fields = ["lecturers"]
    date_hierarchy = "featured_on"
    inlines = [CourseVersionInline]


class MaterialInline(ReadOnly, ScopedTabular):
    """Parts of a version."""

    model = Material
    fields = ["sort", "title", "text", "file"]


@admin.register(CourseVersion)
class CourseVersionAdmin(ReadOnly, ScopedAdmin):
    """What was taught when."""

    list_display = ["course", "number", "published_on", "note"]
    list_select_related = ["course"]
    search_fields = ["course__search_text", "course__code"]
    inlines = [MaterialInline]
