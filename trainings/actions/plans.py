"""The year plan: lines while it is a draft, then submit, approve or return."""

from decimal import Decimal
from typing import TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from centres.models import BrandTheme
from juxian.audit.log import record
from juxian.messages.actions import tell
from juxian.messages.county import tell_county
from juxian.people.models import Town, User
from trainings.actions.rights import locked_plan, must_decide, must_run, need_text
from trainings.models import PlanLine, TrainingClass, YearPlan

State = YearPlan.State


class LineFields(TypedDict, total=False):
    """What a line says."""

    title: str
    audience: str
    theme: BrandTheme | None
    month: int
    days: Decimal
    people: int
    budget: Decimal | None


@transaction.atomic
def open_plan(*, town: Town, year: int, by: User) -> YearPlan:
    """The town's plan of `year`; made as a draft when there is none."""
    must_run(by, town)
    plan, created = YearPlan.objects.get_or_create(town=town, year=year)
    if created:
        record(by=by, action="plan.open", subject=plan, summary=f"新建{plan}", town_code=town.code)
    return plan


def plan_barred(plan: YearPlan) -> str:
    """Why the lines of a plan do not change any more; empty for a draft."""
    if plan.state == State.SUBMITTED:
        return f"{plan}已送审，不能再改。要改先撤回，或请县里退回。"
    if plan.state == State.APPROVED:
        return f"{plan}已批准，不能再改。临时增加的班可以直接开班。"
    return ""


def _draft(plan: YearPlan, by: User) -> YearPlan:
    plan = locked_plan(plan)
    must_run(by, plan.town)
    barred = plan_barred(plan)
    if barred:
        raise ValidationError(barred, code="state")
    return plan


@transaction.atomic
def add_line(*, plan: YearPlan, by: User, **fields: Unpack[LineFields]) -> PlanLine:
    """Add a class to a draft plan; the same line again returns the first one."""
    plan = _draft(plan, by)
    same: PlanLine | None = PlanLine.objects.filter(plan=plan, **fields).first()
    if same:
        return same
    line = PlanLine(plan=plan, **fields)
    line.full_clean()
    line.save()
    record(by=by, action="plan.line_add", subject=line, summary=f"{plan}加入“{line.title}”", town_code=plan.town.code)
    return line


@transaction.atomic
def change_line(*, line: PlanLine, by: User, **fields: Unpack[LineFields]) -> PlanLine:
    """Change a line of a draft plan."""
    plan = _draft(line.plan, by)
    line = PlanLine.objects.get(pk=line.pk)
    for name, value in fields.items():
        setattr(line, name, value)
    line.full_clean()
    line.save(update_fields=list(fields))
    record(by=by, action="plan.line_change", subject=line, summary=f"{plan}改“{line.title}”", town_code=plan.town.code)
    return line


@transaction.atomic
def remove_line(*, line: PlanLine, by: User) -> None:
    """Take a line out of a draft plan. A line a class was opened from stays."""
    plan = _draft(line.plan, by)
    opened = TrainingClass.objects.filter(line=line).first()
    if opened:
        raise ValidationError(f"“{line.title}”已开班（{opened.code}），不能去掉。", code="opened")
    record(
        by=by, action="plan.line_remove", subject=line, summary=f"{plan}去掉“{line.title}”", town_code=plan.town.code
    )
    PlanLine.objects.filter(pk=line.pk).delete()


@transaction.atomic
def submit_plan(*, plan: YearPlan, by: User) -> YearPlan:
    """Send the draft to the county."""
    plan = locked_plan(plan)
    must_run(by, plan.town)
    if plan.state != State.DRAFT:
        return plan
    lines = PlanLine.objects.filter(plan=plan).count()
    if not lines:
        raise ValidationError("计划里还没有班次，先加至少一个班再送审。", code="empty")
    plan.state, plan.submitted_by, plan.submitted_at = State.SUBMITTED, by, timezone.now()
    plan.decided_by, plan.decided_at, plan.comment = None, None, ""
    plan.save()
    record(by=by, action="plan.submit", subject=plan, summary=f"送审{plan}", town_code=plan.town.code)
    tell_county(
        key=f"plan:{plan.pk}:submitted:{plan.submitted_at:%Y%m%d%H%M%S%f}",
        title=f"等您审批：{plan}",
        body=f"{by}送审，共 {lines} 个班。可以批准，或写明意见退回。",
        link=f"/admin/trainings/yearplan/{plan.pk}/change/",
        by=by,
    )
    return plan


@transaction.atomic
def withdraw_plan(*, plan: YearPlan, by: User) -> YearPlan:
    """The town takes back the plan it sent, as a draft, before the county decided."""
    plan = locked_plan(plan)
    must_run(by, plan.town)
    if plan.state == State.DRAFT:
        return plan
    if plan.state == State.APPROVED:
        raise ValidationError(f"{plan}已批准，不能撤回。", code="state")
    plan.state, plan.submitted_by, plan.submitted_at = State.DRAFT, None, None
    plan.save(update_fields=["state", "submitted_by", "submitted_at"])
    record(by=by, action="plan.withdraw", subject=plan, summary=f"撤回{plan}", town_code=plan.town.code)
    return plan


def _decide(plan: YearPlan, by: User, state: str, comment: str) -> YearPlan:
    plan.state, plan.decided_by, plan.decided_at, plan.comment = state, by, timezone.now(), comment
    plan.save(update_fields=["state", "decided_by", "decided_at", "comment"])
    verb = "已批准" if state == State.APPROVED else "被退回"
    summary = f"{plan}{verb}" + (f"：{comment}" if comment else "")
    record(by=by, action=f"plan.{state}", subject=plan, summary=summary, town_code=plan.town.code)
    tell(
        to=plan.town,
        key=f"plan:{plan.pk}:{plan.decided_at:%Y%m%d%H%M%S%f}",
        title=f"{plan.year}年度培训计划{verb}",
        body=f"县里的意见：{comment}" if comment else "可以按计划逐班开班了。",
        link=f"/town/plans/{plan.pk}/",
    )
    return plan


@transaction.atomic
def approve_plan(*, plan: YearPlan, by: User) -> YearPlan:
    """The county approves what a town submitted."""
    plan = locked_plan(plan)
    must_decide(by, plan.submitted_by_id)
    if plan.state == State.APPROVED:
        return plan
    if plan.state != State.SUBMITTED:
        raise ValidationError(f"{plan}还没有送审，不能批准。", code="state")
    return _decide(plan, by, State.APPROVED, "")


@transaction.atomic
def return_plan(*, plan: YearPlan, comment: str, by: User) -> YearPlan:
    """The county sends a submitted plan back as a draft, saying why."""
    plan = locked_plan(plan)
    must_decide(by, None)
    if plan.state == State.DRAFT and plan.comment and plan.comment == comment.strip():
        return plan
    if plan.state == State.DRAFT:
        raise ValidationError(f"{plan}是草稿，还没有送审，不能退回。", code="state")
    if plan.state == State.APPROVED:
        raise ValidationError(f"{plan}已批准，不能退回。", code="state")
    return _decide(plan, by, State.DRAFT, need_text(comment, "退回要写明意见，镇里才知道改什么。"))
