"""Disclosed accounts of the demo county: published, corrected, waiting, returned; questions with and without answers."""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from centres.books import Head, books
from centres.models import Disclosure, DisclosureHead, DisclosureItem, DisclosureQuestion
from juxian.demo.people import HERO_TOWN
from juxian.demo.plot import Plot, save_all
from juxian.people.models import Town, User

State = Disclosure.State
PATH = (State.PROPOSED, State.CHECKED, State.APPROVED, State.PUBLISHED)
VERBS = {State.PROPOSED: "propose", State.CHECKED: "check", State.APPROVED: "approve", State.PUBLISHED: "publish"}
WORDS = "全年按计划办班，经费主要用于学员用餐、资料和现场教学用车，没有发放个人补助。（演示）"
RETURNED = "明细里“签到册、胶卷和电池”写得太笼统，请逐笔写清用途。（演示）"
QUESTIONS = (
    ("学员用餐一天多少钱，是怎么定的？", "每人每天不超过规定标准，在镇机关食堂用工作餐，按实际人数结算。（演示）"),
    ("现场教学用车能不能几个村合着坐？", "可以。从下一期起按片区合并派车，已和客运公司说好。（演示）"),
    ("明年还会印纸质资料吗？年纪大的看不惯手机。", ""),
)


@dataclass
class Plan:
    """One disclosure to be written: how far it has come, and what makes it special."""

    town: Town
    starts_on: date
    ends_on: date
    state: State
    text: str = WORDS
    comment: str = ""
    corrects: "Plan | None" = None
    row: Disclosure = field(init=False)


def write_disclosures(plot: Plot) -> None:
    """A handful of bulk writes; the frozen rows are marked as published last, for nothing comes into them after."""
    planned = [*_last_year(plot), *_this_year(plot)]
    contents = [(plan, books(plan.town, plan.starts_on, plan.ends_on)) for plan in planned]
    contents = [(plan, found) for plan, found in contents if any(head.items for head in found)]
    plans = [plan for plan, _ in contents]
    for plan in plans:
        plan.row = _row(plot, plan)
    save_all(Disclosure, [plan.row for plan in plans if plan.corrects is None])
    for plan in plans:
        if plan.corrects:
            plan.row.corrects = plan.corrects.row
    save_all(Disclosure, [plan.row for plan in plans if plan.corrects])
    _copy(contents)
    _publish(plot, plans)
    _ask(plot, plans)


def _others(plot: Plot) -> list[Town]:
    return [town for town in plot.towns if town.code != HERO_TOWN]


def _last_year(plot: Plot) -> list[Plan]:
    """Nearly everybody has opened the books of last year; the demo clerk's town put a word right since."""
    year = plot.at.year - 1
    first, last, late = date(year, 1, 1), date(year, 12, 31), _others(plot)[4]
    plans = [Plan(town, first, last, State.PUBLISHED) for town in plot.towns if town != late]
    own = next(plan for plan in plans if plan.town.code == HERO_TOWN)
    why = "上一份的说明漏写了现场教学用车一项，金额没有变，补写在这里。（演示）"
    return [*plans, Plan(own.town, first, last, State.PUBLISHED, why, corrects=own)]


def _this_year(plot: Plot) -> list[Plan]:
    """As far as the year has come: one of each state; the demo clerk's own half year is out, the next came back."""
    month = plot.at.month - 1
    if not month:
        return []
    first, last = date(plot.at.year, 1, 1), _month_end(plot.at.year, month)
    others = _others(plot)
    name = plot.members[others[1].pk][0].name
    hero = next(town for town in plot.towns if town.code == HERO_TOWN)
    half = max(month // 2, 1)
    plans = [
        Plan(others[0], first, last, State.PROPOSED, f"{WORDS}咨询电话 199 0000 1234。"),
        Plan(others[1], first, last, State.CHECKED, f"{WORDS}会务由{name}同志义务帮忙。"),
        Plan(others[2], first, last, State.APPROVED),
        Plan(others[3], first, last, State.DRAFT, comment=RETURNED),
        Plan(others[5], first, last, State.PUBLISHED),
    ]
    if half == month:
        return [Plan(hero, first, last, State.DRAFT, comment=RETURNED), *plans]
    rest = Plan(hero, date(plot.at.year, half + 1, 1), last, State.DRAFT, comment=RETURNED)
    return [rest, *plans, Plan(hero, first, _month_end(plot.at.year, half), State.PUBLISHED)]


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _title(plan: Plan) -> str:
    whole = (plan.ends_on.month, plan.ends_on.day) == (12, 31)
    year = plan.starts_on.year
    first, last = plan.starts_on.month, plan.ends_on.month
    title = f"{year} 年度培训经费" if whole else f"{year} 年 {first} 至 {last} 月培训经费"
    return f"{title}（更正）" if plan.corrects else title


def _step_at(plot: Plot, plan: Plan, step: int) -> datetime:
    """The steps of a disclosure begin soon after its last day, a day apart, and lie before the day of the play."""
    begin = min(plan.ends_on + timedelta(days=12 + 14 * bool(plan.corrects)), plot.day(-8 + 3 * bool(plan.corrects)))
    return plot.moment(begin + timedelta(days=step), f"{9 + step}:30")


def _people(plot: Plot, plan: Plan) -> tuple[User, User, User]:
    """Who proposes, checks and approves: three people."""
    return plot.clerk(plan.town), plot.users["county-2"], plot.users["county"]


def _row(plot: Plot, plan: Plan) -> Disclosure:
    """As it stands after its last step but the publishing."""
    row = Disclosure(
        town=plan.town, title=_title(plan), starts_on=plan.starts_on, ends_on=plan.ends_on, text=plan.text,
        comment=plan.comment, copied_at=_step_at(plot, plan, 0),
        state=State.APPROVED if plan.state == State.PUBLISHED else plan.state,
    )  # fmt: skip
    people = _people(plot, plan)
    come = PATH.index(plan.state) + 1 if plan.state in PATH else 0
    for step, (name, who) in enumerate(zip(("proposed", "checked", "approved"), people, strict=True)):
        if step < come:
            setattr(row, f"{name}_by", who)
            setattr(row, f"{name}_at", _step_at(plot, plan, step))
    return row


def _copy(contents: list[tuple[Plan, list[Head]]]) -> None:
    heads = [
        DisclosureHead(
            disclosure=plan.row,
            order=order,
            name=one.name,
            budget=one.budget,
            spent_before=one.spent_before,
            spent=one.spent,
        )
        for plan, found in contents
        for order, one in enumerate(found, 1)
    ]
    save_all(DisclosureHead, heads)
    copied = [one for _, found in contents for one in found]
    save_all(
        DisclosureItem,
        [
            DisclosureItem(
                head=head, number=number, source=item.source, day=item.day, text=item.text, amount=item.amount
            )
            for head, one in zip(heads, copied, strict=True)
            for number, item in enumerate(one.items, 1)
        ],
    )


def _publish(plot: Plot, plans: list[Plan]) -> None:
    out = []
    for plan in plans:
        row = plan.row
        if plan.state == State.PUBLISHED:
            row.state, row.published_by = State.PUBLISHED, plot.clerk(plan.town)
            row.published_at = _step_at(plot, plan, 3)
            out.append(row)
        for step, state in enumerate(PATH[: PATH.index(State(row.state)) + 1] if row.state in PATH else ()):
            by = (*_people(plot, plan), plot.clerk(plan.town))[step]
            words = {"propose": "提出公开", "check": "保密审查通过", "approve": "批准公开", "publish": "公布"}[
                VERBS[state]
            ]
            at = _step_at(plot, plan, step)
            plot.note(at, by, f"centres.disclosure_{VERBS[state]}", row, f"{words}：{row}", plan.town.code)
    Disclosure.objects.bulk_update(out, ["state", "published_by", "published_at"])


def _ask(plot: Plot, plans: list[Plan]) -> None:
    """Members ask about the newest published one of their town: answered, answered, open; the demo member asks first."""
    rows = []
    newest = {plan.town.pk: plan for plan in plans if plan.state == State.PUBLISHED}
    hero = next(plan for plan in newest.values() if plan.town.code == HERO_TOWN)
    for place, plan in enumerate([hero, *(newest[town.pk] for town in _others(plot)[:3] if town.pk in newest)]):
        people = plot.members[plan.town.pk]
        asking = [plot.hero or people[0], people[1], people[2]] if plan is hero else people[3:6]
        for number, ((text, answer), member) in enumerate(zip(QUESTIONS, asking, strict=True)):
            asked_at = plot.moment(plot.day(-4 + number), "20:15") if not place else plot.moment(plot.day(-10), "20:15")
            answered = {
                "answer": answer,
                "answered_by": plot.clerk(plan.town),
                "answered_at": asked_at + timedelta(hours=14),
            }
            rows.append(
                DisclosureQuestion(
                    disclosure=plan.row, member=member, text=text, asked_at=asked_at, **(answered if answer else {})
                )
            )  # fmt: skip
    if plot.hero:
        asked_at = plot.moment(plot.day(-1), "19:40")
        text = "师资费里有没有请县外的老师？"
        rows.append(DisclosureQuestion(disclosure=hero.row, member=plot.hero, text=text, asked_at=asked_at))
    save_all(DisclosureQuestion, rows)
