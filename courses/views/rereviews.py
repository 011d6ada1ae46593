"""The yearly review of featured courses."""

from datetime import timedelta
from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from centres.views.asking import SignedRequest, tried, tried_form
from courses.actions import rereviews as actions
from courses.forms.review import ReviewForm
from courses.models import Course, CourseReview
from courses.rereview import Standing, due
from juxian.people.access import county_required, editor_required, signed_in, staff_required
from juxian.people.panels import panels_for
from juxian.rules.lookup import value

AHEAD = timedelta(days=60)


@staff_required
def reviews(request: HttpRequest) -> HttpResponse:
    """Featured courses to be reviewed within two months: all for the county, the own ones for a town."""
    user, today = signed_in(request), timezone.localdate()
    towns = set(user.towns().values_list("pk", flat=True))
    rows = [one for one in due(today, today + AHEAD) if user.is_county or one.course.town_id in towns]
    ctx = {
        "nav": "courses",
        "rows": [(one, *_stand(one)) for one in rows],
        "overdue": sum(one.due_on <= today for one in rows),
        "today": today,
        "may_review": user.is_county,
        "may_improve": user.is_clerk or user.is_county,
    }
    return render(request, "courses/reviews.html", ctx)


def _stand(one: Standing) -> tuple[str, str]:
    """Class and word of how a course stands."""
    late = one.due_on <= timezone.localdate()
    if one.last and one.last.verdict == CourseReview.Verdict.IMPROVE:
        if one.last.improved:
            return "st-info", "已改，等复审"
        return ("st-bad", "改进到期") if late else ("st-warn", "改进中")
    return ("st-warn", "该复审") if late else ("", "快到了")


@county_required
@require_http_methods(["GET", "HEAD", "POST"])
def course_review(request: HttpRequest, pk: int) -> HttpResponse:
    """The county's verdict on one course, beside what is known of it."""
    user, today = signed_in(request), timezone.localdate()
    rows = Course.objects.visible_to(user).filter(featured_on__isnull=False).select_related("town", "theme")
    course = get_object_or_404(rows, pk=pk)
    until = today + timedelta(days=value("review.improve_days", today))
    form = ReviewForm(request.POST or None, initial={"improve_by": until})
    if request.method == "POST" and form.is_valid():
        act = partial(actions.review, course=course, by=user, **form.cleaned_data)
        if tried_form(form, act):
            messages.success(request, "复审结论已记下，并通知了申报镇街。" if course.town else "复审结论已记下。")
            return redirect("courses:reviews")
    ctx = {"nav": "courses", "course": course, "form": form, "panels": panels_for(course, user)}
    return render(request, "courses/review.html", ctx)


@editor_required
@require_POST
def review_improved(request: SignedRequest, pk: int) -> HttpResponse:
    """The owner writes what was improved."""
    courses = Course.objects.editable_by(request.user).values("pk")
    row = get_object_or_404(CourseReview.objects.filter(course__in=courses), pk=pk)
    text = request.POST.get("text", "")[:500]
    tried(request, partial(actions.tell_improved, row=row, text=text, by=request.user), "已报县里，等复审。")
    return redirect("courses:reviews")
