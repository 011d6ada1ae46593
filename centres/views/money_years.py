"""The closing of a town's year: it asks first, and a closed year says by whom and when."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from centres.actions import money as actions
from centres.days import cn_date
from centres.forms.money import ClosingForm, ReasonForm
from centres.models import Budget, Disclosure, YearClosing
from centres.money import accounts, total
from centres.views.asking import tried_form
from centres.views.money import asked, back_to, shut, year_of
from centres.views.places import centre_of
from juxian.people.access import county_required, editor_required, signed_in
from juxian.people.models import Town


def _closing(request: HttpRequest, town: Town, year: int) -> YearClosing | None:
    steps = YearClosing.objects.visible_to(request.user).filter(town=town, year=year).select_related("by")
    last: YearClosing | None = steps.order_by("-number").first()
    return last


def _facts(request: HttpRequest, town: Town, year: int) -> dict[str, Any]:
    """What closes: the sums, and what is still a draft."""
    budgets = Budget.objects.visible_to(request.user).filter(town=town, year=year)
    accounts_of = Disclosure.objects.visible_to(request.user).filter(town=town, ends_on__year=year)
    return {
        "budget": budgets.first(),
        "sums": total(accounts(town, year)),
        "unpublished": list(accounts_of.exclude(state=Disclosure.State.PUBLISHED).order_by("ends_on", "pk")),
    }


@editor_required
def year_close(request: HttpRequest) -> HttpResponse:
    """Ask before the books of a year close: what closes, a tick, and before the year's last day why."""
    town, year = centre_of(request).town, year_of(request)
    back = back_to(request, town, year)
    ctx = {"nav": "centre", "title": f"{town.name} {year} 年度结账", "back": back, "year": year, "town": town}
    closing = _closing(request, town, year)
    if closing and closing.is_closed:
        ctx |= {"closing": closing, "may_reopen": signed_in(request).is_county}
        return render(request, "centres/money_close.html", ctx)
    barred, is_early = actions.closing_barred(town, year), actions.is_early(year)
    start = {"seen": actions.closing_seen(town, year)}
    form = ClosingForm(request.POST if request.method == "POST" else None, is_early=is_early, initial=start)
    if request.method == "POST" and not barred and form.is_valid():
        said = {"reason": form.cleaned_data.get("reason", ""), "seen": request.POST.get("seen")}
        if tried_form(form, partial(actions.close_year, town=town, year=year, by=signed_in(request), **said)):
            messages.success(request, f"{year} 年度已结账。")
            return redirect(back)
        form.look_again()
    ctx |= {"form": form, "barred": barred, "is_early": is_early, **_facts(request, town, year)}
    return render(request, "centres/money_close.html", ctx)


@county_required
def year_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a closed year again, saying why; `pk` is its closing."""
    closing = get_object_or_404(YearClosing.objects.visible_to(request.user).select_related("town"), pk=pk)
    town, year = closing.town, closing.year
    back, title = back_to(request, town, year), f"重新打开{town.name} {year} 年度账目"
    last = _closing(request, town, year)
    if last and not last.is_closed:
        return shut(
            request, title, f"{cn_date(timezone.localdate(last.at))} {last.by}已经重新打开：{last.reason}", back
        )
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        act = partial(actions.reopen_year, town=town, year=year, by=signed_in(request), reason=reason)
        if tried_form(form, act):
            messages.success(request, f"{year} 年度账目已重新打开。")
            return redirect(back)
    text = "打开后镇里可以入账和冲销，办完请再结账。原因留在记录里。"
    return asked(request, form, back, title=title, text=text, button="重新打开")
