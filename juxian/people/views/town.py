"""Members of a town: list, one member, numbers on request, activation slips."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from juxian.people.access import editor_required, signed_in, staff_required
from juxian.people.actions import guarded, make_slips, unmask
from juxian.people.forms import MemberFilterForm, SlipSheetForm, UnmaskForm
from juxian.people.models import Member
from juxian.people.models.members import MemberQuerySet
from juxian.people.panels import panels_for
from juxian.people.slip_sheet import keep, kept

PAGE = 30
SHEET_LIMIT = 400


@staff_required
def members(request: HttpRequest) -> HttpResponse:
    """Everybody in the towns the reader sees, by branch and name."""
    user = signed_in(request)
    form = MemberFilterForm(request.GET, user=user)
    rows = Member.objects.visible_to(user).filter(left_on=None).select_related("branch__town", "user")
    page = Paginator(_filtered(rows, form), PAGE).get_page(request.GET.get("page"))
    kept = {key: value for key, value in request.GET.items() if value and key in form.fields}
    ctx = {
        "nav": "members",
        "form": form,
        "page": page,
        "many_towns": len(form.fields["town"].queryset) > 1,  # type: ignore[attr-defined]
        "filtered": bool(kept),
        "may_edit": user.is_clerk or user.is_county,
        "query": f"{urlencode(kept)}&" if kept else "",
    }
    return render(request, "people/town_members.html", ctx)


def _filtered(rows: MemberQuerySet, form: MemberFilterForm) -> MemberQuerySet:
    if not form.is_valid():
        return rows.none()
    data = form.cleaned_data
    rows = rows.matching(data["q"])
    if data["town"]:
        rows = rows.filter(branch__town=data["town"])
    if data["branch"]:
        rows = rows.filter(branch=data["branch"])
    if data["kind"]:
        rows = rows.filter(kind=data["kind"])
    if data["account"]:
        rows = rows.filter(user__isnull=data["account"] == form.Account.NONE)
    return rows


@require_POST
@staff_required
def find(request: HttpRequest) -> HttpResponse:
    """The member with a whole ID or mobile number; posted, so that the number stays out of addresses and logs."""
    number = request.POST.get("number", "")
    found = list(Member.objects.visible_to(request.user).with_number(number)[:2])
    if len(found) == 1:
        return redirect("people:town-member", pk=found[0].pk)
    text = "不止一人留了这个手机号，请按姓名查找。" if found else "没有找到。请核对是不是完整的身份证号或手机号。"
    messages.error(request, text)
    return redirect("people:town-members")


@staff_required
def member(request: HttpRequest, pk: int) -> HttpResponse:
    """One member with masked numbers and what upper floors tell."""
    row = get_object_or_404(Member.objects.visible_to(request.user).select_related("branch__town", "user"), pk=pk)
    return render(request, "people/town_member.html", _member_page(request, row))


def _member_page(request: HttpRequest, row: Member) -> dict[str, Any]:
    user = signed_in(request)
    return {
        "nav": "members",
        "member": row,
        "panels": panels_for(row, user),
        "may_edit": Member.objects.editable_by(user).filter(pk=row.pk).exists(),
        "unmask_form": UnmaskForm(),
    }


@require_http_methods(["GET", "POST"])
@editor_required
@never_cache
def unmask_number(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one full number in this one answer; who looked and why is on record. A GET leads back to the member."""
    user = signed_in(request)
    row = get_object_or_404(Member.objects.editable_by(user).select_related("branch__town", "user"), pk=pk)
    if request.method == "GET":
        return redirect("people:town-member", pk=pk)
    ctx = _member_page(request, row)
    form = UnmaskForm(request.POST)
    if form.is_valid():
        field = form.cleaned_data["field"]
        ctx["shown"] = {field: unmask(member=row, field=field, reason=form.cleaned_data["reason"], by=user)}
    else:
        ctx["unmask_form"] = form
    return render(request, "people/town_member.html", ctx)


@require_POST
@editor_required
@never_cache
def slip(request: HttpRequest, pk: int) -> HttpResponse:
    """A fresh slip for one member, shown on the next page."""
    user = signed_in(request)
    rows = Member.objects.editable_by(user).filter(left_on=None).select_related("branch__town", "user")
    row = get_object_or_404(rows, pk=pk)
    try:
        keep(request.session, make_slips(members=[row], by=user))
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
        return redirect("people:town-member", pk=pk)
    return redirect("people:town-slip-sheet")


@editor_required
@never_cache
@require_http_methods(["GET", "POST"])
def slips(request: HttpRequest) -> HttpResponse:
    """Choose a branch (or come with a list of members), get a sheet of slips to print and cut."""
    user = signed_in(request)
    form = SlipSheetForm(request.POST if request.method == "POST" else None, user=user)
    if form.is_valid():
        rows = Member.objects.editable_by(user).filter(left_on=None).select_related("branch__town", "user")
        try:
            keep(request.session, make_slips(members=_chosen(rows, form), by=user))
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("people:town-slip-sheet")
    return render(request, "people/town_slips.html", {"nav": "members", "form": form})


def _chosen(rows: MemberQuerySet, form: SlipSheetForm) -> list[Member]:
    data = form.cleaned_data
    rows = rows.filter(pk__in=data["member"]) if data["member"] else rows.filter(branch=data["branch"])
    if not data["everybody"]:
        rows = rows.filter(user=None)
    chosen = list(rows[: SHEET_LIMIT + 1])
    if data["branch"]:
        staff = guarded(chosen)
        chosen = [row for row in chosen if row.pk not in staff and (row.user is None or row.user.is_active)]
    if not chosen:
        raise ValidationError("这里的党员都已开通账号，没有要打印的。要重设密码，请勾选下面一项。", code="nobody")
    if len(chosen) > SHEET_LIMIT:
        raise ValidationError(f"一次最多打印 {SHEET_LIMIT} 张，请分支部打印。", code="many")
    return chosen


@require_safe
@editor_required
@never_cache
def slip_sheet(request: HttpRequest) -> HttpResponse:
    """The slips made a moment ago, to print; the same ones on a reload, until their minutes are over."""
    printed = kept(request.session, signed_in(request))
    if not printed:
        messages.error(request, "开通码已经不再显示。没有打印好的，请重新生成。")
        return redirect("people:town-slips")
    address = request.build_absolute_uri(reverse("people:activate"))
    ctx = {"nav": "members", "printed": printed, "address": address}
    return render(request, "people/town_slip_sheet.html", ctx)
