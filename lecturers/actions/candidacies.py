"""The way of a candidate: towns recommend, the county looks, a panel votes, only the county appoints."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from centres.days import cn_date
from juxian.audit.log import record
from juxian.messages.actions import tell
from juxian.people.models import Town, User
from juxian.people.rights import must_decide, must_run, need_text
from juxian.rules.lookup import value
from lecturers.actions.terms import locked_lecturer, record_term
from lecturers.models import Appointment, Candidacy, Lecturer
from lecturers.terms import wrong

State = Candidacy.State
SAID = ("source", "name", "kind", "unit", "topics", "tier", "reason", "conduct")


def _locked(candidacy: Candidacy) -> Candidacy:
    rows = Candidacy.objects.select_for_update(of=("self",)).select_related("town", "kind", "lecturer")
    found: Candidacy = rows.get(pk=candidacy.pk)
    return found


def _county(by: User, candidacy: Candidacy) -> None:
    """The county decides, and of what a town recommended nobody who registered it."""
    if not by.is_county:
        raise PermissionDenied
    if candidacy.town_id:
        must_decide(by, candidacy.proposed_by_id)


def _must_be(candidacy: Candidacy, state: State) -> None:
    if candidacy.state != state:
        raise ValidationError(f"{candidacy}现在是“{candidacy.get_state_display()}”，不能做这一步。", code="state")


def _noted(candidacy: Candidacy, by: User, verb: str, summary: str, body: dict[str, Any] | None = None) -> None:
    code = candidacy.town.code if candidacy.town else ""
    record(by=by, action=f"lecturers.candidacy_{verb}", subject=candidacy, summary=summary, town_code=code, body=body)


def _tell_town(candidacy: Candidacy, title: str, body: str) -> None:
    if candidacy.town:
        link = reverse("lecturers:candidacy", args=[candidacy.pk])
        tell(to=candidacy.town, key=f"lecturers.candidacy:{candidacy.pk}", title=title, body=body, link=link)


def _texts(candidacy: Candidacy) -> None:
    candidacy.name = need_text(candidacy.name, "写明姓名。")
    candidacy.conduct = need_text(candidacy.conduct, "写明政治表现情况，由推荐单位把关。")
    candidacy.reason = need_text(candidacy.reason, "写明推荐理由。")


@transaction.atomic
def propose(*, by: User, town: Town | None, lecturer: Lecturer | None = None, **said: Any) -> Candidacy:
    """Recommend somebody, for a town or (the county only) for nobody's town. Refused while the same one is open."""
    if town:
        must_run(by, town)
    elif not by.is_county:
        raise PermissionDenied
    row = Candidacy(town=town, lecturer=lecturer, proposed_by=by, proposed_at=timezone.now(), **said)
    _texts(row)
    row.full_clean()
    row.save()
    _noted(row, by, "propose", f"{row.get_source_display()}：{row}")
    return row


@transaction.atomic
def change(*, candidacy: Candidacy, by: User, **said: Any) -> Candidacy:
    """Say it otherwise, as long as the county has not begun. The same again changes nothing."""
    row = _locked(candidacy)
    _may_write(row, by)
    _must_be(row, State.PROPOSED)
    changed = [name for name in SAID if name in said and getattr(row, name) != said[name]]
    if not changed:
        return row
    for name in changed:
        setattr(row, name, said[name])
    _texts(row)
    row.full_clean()
    row.save(update_fields=changed)
    names = {field.name: str(field.verbose_name) for field in Candidacy._meta.concrete_fields}
    labels = "、".join(names[name] for name in changed)
    _noted(row, by, "change", f"{row}：改了{labels}")
    return row


def _may_write(candidacy: Candidacy, by: User) -> None:
    if candidacy.town:
        must_run(by, candidacy.town)
    elif not by.is_county:
        raise PermissionDenied


@transaction.atomic
def withdraw(*, candidacy: Candidacy, by: User) -> Candidacy:
    """Take a recommendation back before anybody is appointed. Twice is once."""
    row = _locked(candidacy)
    _may_write(row, by)
    if row.state == State.WITHDRAWN:
        return row
    if not row.is_open:
        raise ValidationError(f"{row}已经办结，不能撤回。", code="state")
    row.state, row.decided_at = State.WITHDRAWN, timezone.now()
    row.save(update_fields=["state", "decided_at"])
    _noted(row, by, "withdraw", f"撤回{row}")
    return row


@transaction.atomic
def vet(*, candidacy: Candidacy, conduct_opinion: str, content_opinion: str, by: User) -> Candidacy:
    """Conduct and content were looked at and are in order; next is the panel."""
    row = _locked(candidacy)
    _county(by, row)
    _must_be(row, State.PROPOSED)
    row.conduct_opinion = need_text(conduct_opinion, "写明政治表现审核意见。")
    row.content_opinion = need_text(content_opinion, "写明授课内容审核意见。")
    row.state, row.vetted_at = State.VETTED, timezone.now()
    row.full_clean()
    row.save(update_fields=["conduct_opinion", "content_opinion", "state", "vetted_at"])
    _noted(row, by, "vet", f"{row}审核通过", {"conduct": row.conduct_opinion, "content": row.content_opinion})
    return row


@transaction.atomic
def record_panel(*, candidacy: Candidacy, on: date, size: int, yes: int, note: str, by: User) -> Candidacy:
    """Write down a panel's vote: enough people, and more than the needed share of them for it, or it is refused.

    Both numbers are those of the day of the panel, and are kept with it.
    """
    row = _locked(candidacy)
    _county(by, row)
    _must_be(row, State.VETTED)
    if on > timezone.localdate():
        raise wrong("on", "评审日期不能晚于今天，开完会再登记。", "future")
    proposed = timezone.localdate(row.proposed_at)
    if on < proposed:
        raise wrong("on", f"{cn_date(proposed)}才推荐，评审日期不能更早，请核对年份。", "before")
    least, percent = int(value("pool.panel_least", on)), int(value("pool.panel_percent", on))
    if size < least:
        raise wrong("size", f"评审至少要 {least} 人，这次只有 {size} 人，不能算数。", "few")
    if yes > size:
        raise wrong("yes", "同意人数不能多于评审人数。", "votes")
    row.panel_on, row.panel_size, row.panel_yes, row.panel_note = on, size, yes, note.strip()
    row.panel_least, row.panel_percent = least, percent
    passed = yes * 100 > size * percent
    row.state = State.PASSED if passed else State.REFUSED
    if not passed:
        row.refusal, row.decided_at = f"评审 {size} 人，同意 {yes} 人，没有超过 {percent}%。", timezone.now()
    row.full_clean()
    row.save()
    _noted(row, by, "panel", f"{row}评审 {size} 人，同意 {yes} 人，{'通过' if passed else '未通过'}")
    if not passed:
        _tell_town(row, f"推荐的{row.name}评审没有通过", row.refusal)
    return row


@transaction.atomic
def refuse(*, candidacy: Candidacy, reason: str, by: User) -> Candidacy:
    """The county says no, at any step, with a reason the town reads. Twice is once."""
    row = _locked(candidacy)
    _county(by, row)
    if row.state == State.REFUSED:
        return row
    if not row.is_open:
        raise ValidationError(f"{row}已经办结。", code="state")
    row.refusal = need_text(reason, "写明不予通过的原因，推荐单位会看到。")
    row.state, row.decided_at = State.REFUSED, timezone.now()
    row.full_clean()
    row.save(update_fields=["refusal", "state", "decided_at"])
    _noted(row, by, "refuse", f"{row}不予通过：{row.refusal}")
    _tell_town(row, f"推荐的{row.name}没有通过", row.refusal)
    return row


@transaction.atomic
def appoint(*, candidacy: Candidacy, starts_on: date, ends_on: date, by: User, number: str = "") -> Appointment:
    """Appoint who has passed the panel, for a term not longer than the rule allows. Again: the same appointment.

    Whoever is not in the pool yet becomes a lecturer. The town that recommended is told.
    """
    row = _locked(candidacy)
    _county(by, row)
    if row.state == State.APPOINTED:
        known: Appointment = Appointment.objects.get(candidacy=row)
        if (known.starts_on, known.agreed_until or known.ends_on) != (starts_on, ends_on):
            raise ValidationError(f"{row.name}已经聘任（{known.span}），没有再改。", code="appointed")
        return known
    _must_be(row, State.PASSED)
    if row.panel_on and starts_on < row.panel_on:
        raise wrong("starts_on", f"{cn_date(row.panel_on)}才评审通过，聘期不能更早开始，请核对年份。", "before")
    if ends_on <= timezone.localdate():
        raise wrong("ends_on", "这一聘期已经过去了，请核对年份。", "past")
    lecturer = locked_lecturer(row.lecturer) if row.lecturer else _new_lecturer(row)
    term = record_term(
        lecturer=lecturer,
        tier=row.tier,
        starts_on=starts_on,
        ends_on=ends_on,
        by=by,
        number=number,
        candidacy=row,
    )
    row.lecturer, row.state, row.decided_at = lecturer, State.APPOINTED, timezone.now()
    row.save(update_fields=["lecturer", "state", "decided_at"])
    _tell_town(row, f"推荐的{row.name}已聘任", f"聘为{row.get_tier_display()}，{term.span}。聘书可在讲师页打印。")
    return term


def _new_lecturer(candidacy: Candidacy) -> Lecturer:
    said = {name: getattr(candidacy, name) for name in ("name", "kind", "unit", "topics", "town")}
    made = Lecturer(**said)
    made.full_clean()
    made.save()
    return made
