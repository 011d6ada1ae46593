"""Terms of the demo county's lecturers: some end soon, a year was reviewed, one is suspended, one left; and candidates
in every state."""

from datetime import date, timedelta
from typing import Any

from juxian.demo.plot import Plot, save_all
from juxian.people.models import Town
from lecturers.models import Appointment, Candidacy, Lecturer, LecturerKind, Suspension, YearlyReview
from lecturers.terms import years_later

State = Candidacy.State
SOON = {20: 25, 27: 40, 34: 55}  # place of a term in the list: days until it ends
TERM = timedelta(days=1095)
REVIEWED = 40  # lecturers whose last year is reviewed; the others wait for the county
NOTES = {"good": "学员反映好，备课认真。", "fit": "按时完成授课。", "weak": "讲稿更新慢，下一年改进。"}
WAY = (State.PROPOSED, State.PROPOSED, State.VETTED, State.PASSED, State.REFUSED, State.WITHDRAWN, State.APPOINTED)


def write_pool(plot: Plot) -> None:
    """Everything of it. Draws nothing from the plot's own random source."""
    terms = list(Appointment.objects.order_by("pk"))
    _date_terms(plot, terms)
    people = list(Lecturer.objects.order_by("pk"))
    save_all(YearlyReview, [_review(plot, one, place) for place, one in enumerate(people[:REVIEWED])])
    pausing = people[-1]
    reason = "住院治疗，请假三个月。"
    save_all(
        Suspension,
        [Suspension(lecturer=pausing, starts_on=plot.day(-6), reason=reason, by=plot.users["county"])],
    )
    _left(plot, people[0].kind)
    _candidates(plot, people)


def _date_terms(plot: Plot, terms: list[Appointment]) -> None:
    """Three years each, with letters; a few are nearly over."""
    for place, term in enumerate(terms):
        if place in SOON:
            term.ends_on = plot.day(SOON[place])
            term.starts_on = term.ends_on - TERM
        else:
            term.ends_on = years_later(term.starts_on, 3)
        term.limit_on = years_later(term.starts_on, 3)
        term.number = f"示例师聘〔{term.starts_on.year}〕{place + 1:03d}号"
    Appointment.objects.bulk_update(terms, ["starts_on", "ends_on", "limit_on", "number"])


def _review(plot: Plot, lecturer: Lecturer, place: int) -> YearlyReview:
    result = "weak" if place % 19 == 7 else "good" if place % 4 == 0 else "fit"
    return YearlyReview(
        lecturer=lecturer,
        year=plot.at.year - 1,
        result=result,
        note=NOTES[result],
        by=plot.users["county"],
        at=plot.moment(date(plot.at.year, 1, 8)) if plot.at > date(plot.at.year, 1, 8) else plot.moment(plot.at),
    )


def _left(plot: Plot, kind: LecturerKind) -> None:
    """Somebody who taught once and moved away."""
    (gone,) = save_all(Lecturer, [Lecturer(name="示例离任", kind=kind, unit="示例单位（已调离）", is_demo=True)])
    starts_on = plot.day(-900)
    agreed = years_later(starts_on, 3)
    term = Appointment(
        lecturer=gone,
        tier=Appointment.Tier.POOL,
        starts_on=starts_on,
        ends_on=plot.day(-350),
        agreed_until=agreed,
        limit_on=agreed,
        number=f"示例师聘〔{starts_on.year}〕099号",
        end_kind=Appointment.EndKind.MOVED,
        end_reason="调到外县工作，本人申请退出。",
    )
    save_all(Appointment, [term])


def _candidates(plot: Plot, people: list[Lecturer]) -> None:
    """One or two in each state; whoever was appointed is a lecturer of the pool."""
    towns = sorted(plot.towns, key=lambda one: (one.code != "371327102", one.code))
    rows = [_candidate(plot, towns[place % 4], state, place, people) for place, state in enumerate(WAY)]
    rows.append(_candidate(plot, None, State.VETTED, len(WAY), people))
    for row in save_all(Candidacy, rows):
        if row.state == State.APPOINTED:
            Appointment.objects.filter(lecturer=row.lecturer, tier=row.tier).update(candidacy=row)


def _candidate(plot: Plot, town: Town | None, state: State, place: int, people: list[Lecturer]) -> Candidacy:
    appointed = next(one for one in people[20:] if one.town_id) if state == State.APPOINTED else None
    town = appointed.town if appointed else town
    day = -505 - place if appointed else -20 + place
    given: dict[str, Any] = {"name": f"示例候选{'甲乙丙丁戊己庚辛壬癸'[place]}", "unit": "示例合作社理事长"}
    if appointed:
        given = {"name": appointed.name, "unit": appointed.unit or "示例单位"}
    row = Candidacy(
        source=Candidacy.Source.TOWN if town else Candidacy.Source.SELF,
        town=town,
        lecturer=appointed,
        kind=people[place].kind,
        topics="茶园管理、合作社经营",
        reason="带着乡亲干了十几年，讲得清楚，群众听得懂。",
        conduct="所在党组织意见：政治表现良好，没有违纪违规情况。",
        state=state,
        proposed_by=plot.clerk(town) if town else plot.users["county"],
        proposed_at=plot.moment(plot.day(day - 9)),
        **given,
    )
    if state in (State.VETTED, State.PASSED, State.REFUSED, State.APPOINTED):
        row.conduct_opinion, row.content_opinion = "材料齐全，没有问题。", "听过试讲，内容实在。"
        row.vetted_at = plot.moment(plot.day(day - 5))
    if state in (State.PASSED, State.REFUSED, State.APPOINTED):
        row.panel_on, row.panel_size, row.panel_least, row.panel_percent = plot.day(day - 2), 5, 3, 50
        row.panel_yes = 2 if state == State.REFUSED else 5
    if state == State.REFUSED:
        row.refusal = "评审 5 人，同意 2 人，没有超过 50%。"
    if state in (State.REFUSED, State.WITHDRAWN, State.APPOINTED):
        row.decided_at = plot.moment(plot.day(day - 1))
    return row
