"""Signing what was found: hand in, confirm or send back. With the second signature the findings take effect."""

from datetime import date, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from centres.actions.inspections import is_county_side, must_inspect, works_for
from centres.models import Finding, Inspection, InspectionResult
from juxian.audit import log
from juxian.messages.actions import tell
from juxian.people.models import User
from juxian.people.rights import need_text
from juxian.rules.lookup import value

Kind, State, Verdict = Inspection.Kind, Inspection.State, InspectionResult.Verdict
UNSEEN, UNTOLD = "这一项还没有结果，请选一个。", "请在“情况”里写明问题。"


def _locked(inspection: Inspection) -> Inspection:
    rows = Inspection.objects.select_for_update(of=("self",)).select_related("centre__town", "inspector")
    found: Inspection = rows.get(pk=inspection.pk)
    return found


def default_rectify_by(on: date) -> date:
    """The day by which faults found on `on` are to be put right, unless the inspector says another."""
    return on + timedelta(days=int(value("inspection.rectify_days", on)))


@transaction.atomic
def submit_inspection(*, inspection: Inspection, rectify_by: date | None, by: User) -> Inspection:
    """Hand in: the own side's signature. Twice is once. Refused with everything that is missing at once."""
    inspection = _locked(inspection)
    must_inspect(by, inspection.centre, inspection.kind)
    if not inspection.is_draft:
        return inspection
    now = timezone.now()
    today = timezone.localdate(now)
    results = list(inspection.results.select_related("item"))
    faulty = any(result.verdict != Verdict.MET for result in results)
    missing = _missing(results) + wrong_day(results, rectify_by, today)
    if missing:
        raise ValidationError([ValidationError(text, code="missing") for text in missing])
    inspection.state, inspection.submitted_at, inspection.inspected_on = State.SUBMITTED, now, today
    inspection.rectify_by = rectify_by if faulty else None
    inspection.returned_reason = ""
    _sign(inspection, by, town=inspection.is_own)
    inspection.save()
    bad = sum(result.verdict != Verdict.MET for result in results)
    _note(by, "submit", inspection, f"提交{inspection.get_kind_display()}，{len(results)} 项，问题 {bad} 个")
    if not inspection.is_own:
        tell(
            to=inspection.centre.town,
            key=f"centres.inspection_submitted:{inspection.pk}:{int(now.timestamp())}",
            title=f"{inspection.get_kind_display()}结果等您确认",
            body=f"{by}检查了 {len(results)} 项，问题 {bad} 个。请核对后确认；有出入的可以写明原因退回。",
            link=reverse("centres:inspection", args=[inspection.pk]),
        )
    return inspection


def lacks(result: InspectionResult) -> str:
    """What keeps an item from being handed in, as said at the item; empty where nothing does."""
    if not result.verdict:
        return UNSEEN
    return "" if result.verdict == Verdict.MET or result.note else UNTOLD


def _missing(results: list[InspectionResult]) -> list[str]:
    """Items nobody looked at, and faults nobody described."""
    unseen = [result.item.name for result in results if lacks(result) == UNSEEN]
    untold = [result.item.name for result in results if lacks(result) == UNTOLD]
    return [
        *([f"还有 {len(unseen)} 项没有结果：{'、'.join(unseen)}。"] if unseen else []),
        *([f"还有 {len(untold)} 项没写明问题：{'、'.join(untold)}。"] if untold else []),
    ]


def wrong_day(results: list[InspectionResult], rectify_by: date | None, today: date) -> list[str]:
    """What is wrong with the day by which faults are to be put right; nothing where there are none."""
    if all(result.verdict == Verdict.MET for result in results):
        return []
    if rectify_by is None:
        return ["请填整改期限，镇街要在这一天以前改好。"]
    return ["整改期限不能早于今天。"] if rectify_by < today else []


def _sign(inspection: Inspection, by: User, *, town: bool) -> None:
    if town:
        inspection.town_by, inspection.town_name = by, str(by)
    else:
        inspection.county_by, inspection.county_name = by, str(by)


def _must_answer(inspection: Inspection, by: User, deed: str) -> None:
    """Only the other side answers, and nobody answers for what they had a hand in."""
    town_side = not inspection.is_own
    if not (works_for(by, inspection.centre) if town_side else is_county_side(by)):
        raise PermissionDenied
    hands = {inspection.inspector_id, inspection.town_by_id if inspection.is_own else inspection.county_by_id}
    hands |= set(inspection.results.values_list("by_id", flat=True))
    if by.pk in hands:
        other = f"{inspection.centre.town.name}的另一位干事" if town_side else "县里的另一位同志"
        raise ValidationError(f"这次检查是您自己做的，不能由您{deed}，请{other}来办。", code="own")


@transaction.atomic
def confirm_inspection(*, inspection: Inspection, by: User, remark: str = "") -> Inspection:
    """The other side's signature; the findings are opened, accepted or opened again. Twice is once."""
    inspection = _locked(inspection)
    _must_answer(inspection, by, "确认")
    if inspection.is_draft:
        raise ValidationError("检查还没有提交，提交以后才能确认。", code="draft")
    if inspection.state != State.SUBMITTED:
        return inspection
    now = timezone.now()
    _sign(inspection, by, town=not inspection.is_own)
    inspection.state, inspection.confirmed_at, inspection.remark = State.CONFIRMED, now, remark.strip()[:200]
    inspection.save()
    _settle(inspection, timezone.localdate(now))
    _note(by, "confirm", inspection, f"确认{inspection.get_kind_display()}")
    close_finished(inspection, by)
    return inspection


@transaction.atomic
def return_inspection(*, inspection: Inspection, reason: str, by: User) -> Inspection:
    """The other side sends it back, saying why; whoever looked goes on with it."""
    inspection = _locked(inspection)
    _must_answer(inspection, by, "退回")
    reason = need_text(reason, "请写明为什么退回，检查人要照着改。")
    if inspection.is_draft:
        return inspection
    if inspection.state != State.SUBMITTED:
        raise ValidationError("双方已经确认，不能再退回。", code="confirmed")
    inspection.state, inspection.returned_reason = State.DRAFT, reason[:200]
    inspection.submitted_at = inspection.inspected_on = None
    inspection.town_by = inspection.county_by = None
    inspection.town_name = inspection.county_name = ""
    inspection.save()
    _note(by, "return", inspection, f"退回{inspection.get_kind_display()}：{reason}")
    tell(
        to=inspection.centre.town if inspection.is_own else inspection.inspector,
        key=f"centres.inspection_returned:{inspection.pk}:{int(timezone.now().timestamp())}",
        title=f"{inspection.centre.town.name}的{inspection.get_kind_display()}被退回",
        body=f"{by}退回，原因：{reason}。请改好再提交。",
        link=reverse("centres:inspection", args=[inspection.pk]),
    )
    return inspection


def _settle(inspection: Inspection, today: date) -> None:
    """Let the verdicts take effect on the findings of this centre."""
    open_ones = Finding.objects.open().filter(result__inspection__centre=inspection.centre)
    by_key = {finding.result.item.key: finding for finding in open_ones.select_related("result__item")}
    for result in inspection.results.select_related("item", "rechecks"):
        if result.rechecks:
            _check_again(result.rechecks, result, inspection, today)
        elif inspection.is_own:
            if result.verdict != Verdict.MET and result.item.key not in by_key:
                _open(result, inspection, today)
        else:
            _look_anew(by_key.get(result.item.key), result, inspection, today)


def _check_again(finding: Finding, result: InspectionResult, inspection: Inspection, today: date) -> None:
    if finding.state in Finding.OVER:  # a new inspection took it over meanwhile
        return
    if result.verdict == Verdict.MET:
        _end(finding, Finding.State.ACCEPTED, today)
        return
    finding.state, finding.due_on, finding.rounds = Finding.State.REOPENED, _due(inspection, today), finding.rounds + 1
    finding.save(update_fields=["state", "due_on", "rounds"])


def _look_anew(finding: Finding | None, result: InspectionResult, inspection: Inspection, today: date) -> None:
    """A full inspection by the county has the last word on what was open."""
    met = result.verdict == Verdict.MET
    if finding:
        _end(finding, Finding.State.ACCEPTED if met else Finding.State.REPLACED, today)
    if not met:
        _open(result, inspection, today)


def _due(inspection: Inspection, today: date) -> date:
    """The day the inspector set, but never before the day it takes effect."""
    return max(inspection.rectify_by or today, today)


def _open(result: InspectionResult, inspection: Inspection, today: date) -> None:
    owner = inspection.town_name or str(inspection.inspector)
    Finding.objects.create(result=result, owner=owner, opened_on=today, due_on=_due(inspection, today))


def _end(finding: Finding, state: Finding.State, today: date) -> None:
    finding.state, finding.closed_on = state, today
    finding.save(update_fields=["state", "closed_on"])


def close_finished(inspection: Inspection, by: User) -> None:
    """Close this one, and the older ones of the centre, as far as none of their findings is open."""
    now = timezone.now()
    waiting = Inspection.objects.filter(centre=inspection.centre, state=State.CONFIRMED)
    still = Finding.objects.open().filter(result__inspection__centre=inspection.centre)
    for one in waiting.exclude(pk__in=still.values("result__inspection")).select_related("centre__town"):
        one.state, one.closed_at = State.CLOSED, now
        one.save(update_fields=["state", "closed_at"])
        _note(by, "close", one, f"{one.get_kind_display()}办结")


def _note(by: User, verb: str, inspection: Inspection, summary: str) -> None:
    """One audit row about an inspection."""
    centre = inspection.centre
    log.record(
        by=by,
        action=f"centres.inspection_{verb}",
        subject=inspection,
        summary=f"{summary}：{centre.name}",
        town_code=centre.town.code,
    )
