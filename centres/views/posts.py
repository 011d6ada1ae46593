"""Posts of all towns: who holds them, coming and going."""

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from centres.actions import posts
from centres.forms.posts import LeaveForm, TakeUpForm
from centres.models import Post, PostHolding
from centres.staffing import seats
from centres.views.asking import tried_form
from juxian.people.access import county_required, signed_in, staff_required


@staff_required
def county_posts(request: HttpRequest) -> HttpResponse:
    """Posts of the towns this user sees, with holders and vacancies, in code order."""
    rows = Post.objects.visible_to(request.user).standing().select_related("town", "staffing__document")
    found = seats(rows.order_by("town__code", "slot"), timezone.localdate())
    ctx = {
        "nav": "centre",
        "seats": found,
        "filled": sum(seat.holding is not None for seat in found),
        "long_vacant": sum(seat.is_long for seat in found),
    }
    return render(request, "centres/county_posts.html", ctx)


@county_required
def take_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody comes into a post."""
    post = get_object_or_404(Post.objects.visible_to(request.user).select_related("town"), pk=pk)
    if held := PostHolding.objects.visible_to(request.user).current().filter(post=post).first():
        messages.error(request, f"{post}现由{held.name}任职，请先登记离岗。")
        return redirect("centres:county-posts")
    form = TakeUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = partial(posts.take_up, post=post, by=signed_in(request), **form.cleaned_data)
        if tried_form(form, act):
            user = form.cleaned_data["user"]
            opened = f"登录名 {user.username} 有{post.town.name}干事权限，离岗时收回。" if user else ""
            messages.success(request, f"{post}已登记到岗。{opened}")
            return redirect("centres:county-posts")
    return _page(request, form, f"{post}：登记到岗", "登记到岗")


@county_required
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody leaves a post."""
    rows = PostHolding.objects.visible_to(request.user).select_related("post__town", "grant")
    holding = get_object_or_404(rows, pk=pk)
    form = LeaveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = partial(posts.leave, holding=holding, ends_on=form.cleaned_data["ends_on"], by=signed_in(request))
        if tried_form(form, act):
            messages.success(request, f"{holding.name}已登记离岗。{_grant_words(holding)}")
            return redirect("centres:county-posts")
    note = "离岗后随岗的镇街干事权限同时收回；同镇街还担任别的岗位的，权限保留。"
    return _page(request, form, f"{holding.post}：{holding.name}离岗", "登记离岗", note)


def _grant_words(holding: PostHolding) -> str:
    """What became of the clerk's rights of somebody who has left."""
    if holding.grant is None:
        return ""
    holding.grant.refresh_from_db()
    town = holding.post.town.name
    if holding.grant.ends_on:
        return f"{town}干事权限已收回，自 {holding.grant.ends_on} 起。"
    return f"在{town}还担任别的岗位，干事权限保留。"


def _page(request: HttpRequest, form: TakeUpForm | LeaveForm, title: str, button: str, note: str = "") -> HttpResponse:
    ctx = {"nav": "centre", "form": form, "title": title, "button": button, "note": note, "crumb": "岗位"}
    return render(request, "centres/part_form.html", ctx | {"back": "/county/posts/"})
