"""What is missing at each gate of a class, listed at once."""

from django.urls import reverse
from django.utils import timezone

from trainings.attendance import unmarked
from trainings.dossier import missing_papers
from trainings.models import DossierItem, Enrolment, Quota, Session, TrainingClass
from trainings.registry import Gate, Missing, registry
from trainings.words import cn_day


def _when(session: Session) -> str:
    return f"{session.day.month}月{session.day.day}日{session.get_half_display()}“{session.topic}”"


def _of_session(session: Session, training_class: TrainingClass) -> list[str]:
    texts = []
    if session.lecturer_id is None:
        texts.append(f"{_when(session)}还没选授课人。")
    if session.room_id is None and session.point_id is None and session.site_id is None:
        texts.append(f"{_when(session)}还没选地点。")
    place = session.point or session.site
    if place and place.refusal:
        texts.append(f"{_when(session)}：{place.refusal}")
    if not training_class.starts_on <= session.day <= training_class.ends_on:
        texts.append(f"{_when(session)}不在开班期间内。")
    return texts


def unusable_places(training_class: TrainingClass) -> list[str]:
    """Half-days at a teaching point or reception site that is out of use now."""
    rows = Session.objects.filter(training_class=training_class).standing().select_related("point", "site")
    places = [(session, session.point or session.site) for session in rows]
    return [f"{_when(session)}：{place.refusal}" for session, place in places if place and place.refusal]


def _submit(training_class: TrainingClass) -> list[Missing]:
    edit = reverse("trainings:town-edit", args=[training_class.pk])
    blanks = [
        (training_class.purpose.strip(), "还没写培训目的。"),
        (training_class.contact.strip(), "还没写联系人。"),
        (training_class.safety_note.strip(), "还没写安全及纪律要求。"),
        (training_class.capacity, "还没定名额。"),
    ]
    found = [Missing(text, edit) for value, text in blanks if not value]
    if training_class.starts_on < timezone.localdate():
        found.insert(0, Missing(f"{cn_day(training_class.starts_on)}已经过了，开始日期要改到今天或以后。", edit))
    quota = sum(Quota.objects.filter(training_class=training_class).values_list("seats", flat=True))
    if quota > training_class.capacity:
        link = reverse("trainings:town-quotas", args=[training_class.pk])
        found.append(Missing(f"各支部名额合计 {quota} 人，超过本班名额 {training_class.capacity} 人。", link))
    sessions = list(
        Session.objects.filter(training_class=training_class).standing().select_related("room", "point", "site")
    )
    if not sessions:
        return [
            *found,
            Missing("课程表是空的，至少排一次课。", reverse("trainings:session-add", args=[training_class.pk])),
        ]
    for session in sessions:
        link = reverse("trainings:session-edit", args=[session.pk])
        found += [Missing(text, link) for text in _of_session(session, training_class)]
        place = session.room or session.point
        if place and place.capacity < training_class.capacity:
            text = f"{_when(session)}的{place}只能坐 {place.capacity} 人，少于名额 {training_class.capacity} 人。"
            found.append(Missing(text, link))
    return found


def _close(training_class: TrainingClass) -> list[Missing]:
    today = timezone.localdate()
    sessions = Session.objects.filter(training_class=training_class).standing()
    found = []
    for session, gap in sorted(unmarked(training_class), key=lambda pair: pair[0].day != today):
        if session.day <= today:
            link = reverse("trainings:session-roll", args=[session.pk])
            found.append(Missing(f"{_when(session)}还有 {gap} 人没点名。", link))
    if not sessions:
        found.append(Missing("没有上过课。", reverse("trainings:session-add", args=[training_class.pk])))
    if not Enrolment.objects.filter(training_class=training_class).seated().exists():
        found.append(Missing("没有录取的学员。", reverse("trainings:town-enrol", args=[training_class.pk])))
    ahead = [session for session in sessions if session.day > today]
    return found + [Missing(f"{_when(session)}还没上。", later=True) for session in ahead]


def _paper(item: DossierItem, training_class: TrainingClass) -> Missing:
    """A missing paper, with the form that puts it in."""
    if item.code == "summary":
        edit = reverse("trainings:town-edit", args=[training_class.pk])
        return Missing(f"还没写“{item.name}”，请写小结。", f"{edit}#id_summary")
    link = reverse("trainings:paper-add", args=[training_class.pk, item.pk])
    return Missing(f"档案还缺“{item.name}”：上传，或写明原因后略过。", link)


def _archive(training_class: TrainingClass) -> list[Missing]:
    return [_paper(item, training_class) for item in missing_papers(training_class)]


OWN = {Gate.SUBMIT: _submit, Gate.CLOSE: _close, Gate.ARCHIVE: _archive}


def missing_at(gate: Gate, training_class: TrainingClass) -> list[Missing]:
    """All that holds the class at `gate`: our own checks, then those upper floors registered."""
    found = OWN[gate](training_class)
    for check in registry.gates[gate]:
        found += check(training_class)
    return found
