"""What assessments add to the way of a class: checks at its gates, completion, and papers of its dossier."""

from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from assessments.filed import PAPERS
from assessments.kinds import SURVEY_OPEN, TRAINING_CLASS
from assessments.models import Attempt, Exam, MakeUp, Retake, Survey, SurveyTicket
from juxian.obligations.owe import owe
from juxian.obligations.registry import Draft
from trainings.models import Enrolment, TrainingClass
from trainings.registry import Gate, Missing, Tab, registry


def exam_of(training_class: TrainingClass) -> Exam | None:
    """The exam of a class, read freshly."""
    return Exam.objects.filter(training_class=training_class).first()


def exam_before_close(training_class: TrainingClass) -> list[Missing]:
    """A class that promised an exam has one arranged before it closes; it need not be over yet."""
    if not training_class.has_exam or exam_of(training_class):
        return []
    return [
        Missing("还没安排结业考试：选题库、定时间。不考的，先在班次资料里去掉“安排结业考试”。", _set_up(training_class))
    ]


def exam_before_archive(training_class: TrainingClass) -> list[Missing]:
    """The exam is over and released. Open retakes and make-ups are listed elsewhere and never hold the archive."""
    if not training_class.has_exam:
        return []
    exam = exam_of(training_class)
    if exam is None:
        return exam_before_close(training_class)
    if exam.released_at:
        return []
    link = reverse("assessments:town-exam", args=[exam.pk])
    if timezone.now() < exam.closes_at:
        until = timezone.localtime(exam.closes_at)
        return [Missing(f"考试到 {until.month}月{until.day}日 {until:%H:%M} 才截止。", link)]
    return [Missing("考试成绩还没公布。", link)]


def survey_before_archive(training_class: TrainingClass) -> list[Missing]:
    """The survey is opened by the sweep within a minute of closing; it need not be over."""
    if Survey.objects.filter(training_class=training_class).exists():
        return []
    return [Missing("满意度测评还没开放。结班后系统会自动开放，请过一分钟再看。")]


def exam_passed(enrolment: Enrolment) -> str:
    """Why the exam stands against completion; empty when it does not."""
    training_class = enrolment.training_class
    if not training_class.has_exam:
        return ""
    exam = exam_of(training_class)
    if exam is None:
        return ""
    scores = list(Attempt.objects.filter(exam=exam, enrolment=enrolment).values_list("score", flat=True))
    if any(score is not None and score >= exam.pass_mark for score in scores):
        return ""
    return "考试未及格。" if scores else "没有参加考试。"


def open_survey_soon(training_class: TrainingClass) -> None:
    """A class that begins to close rings for the survey at once; make-ups follow in the same sweep."""
    owe(Draft(SURVEY_OPEN, TRAINING_CLASS, training_class.pk, timezone.now()))


def _set_up(training_class: TrainingClass) -> str:
    return reverse("assessments:town-exam-set-up", args=[training_class.pk])


def has_paper(training_class: TrainingClass) -> bool:
    """试卷: somebody sat and the results are out."""
    return Exam.objects.filter(training_class=training_class, released_at__isnull=False).exists()


def has_remedies(training_class: TrainingClass) -> bool:
    """补课补考记录: there is at least one of either."""
    retakes = Retake.objects.filter(enrolment__training_class=training_class)
    return retakes.exists() or MakeUp.objects.filter(enrolment__training_class=training_class).exists()


def has_survey(training_class: TrainingClass) -> bool:
    """满意度测评表: opened; the summary fills as answers come in."""
    return Survey.objects.filter(training_class=training_class).exists()


def exam_count(training_class: TrainingClass) -> str:
    """What the exam's tab says beside its name."""
    exam = exam_of(training_class)
    if exam is None:
        return "未安排" if training_class.has_exam else ""
    retakes = Retake.objects.open().filter(exam=exam).count()
    if retakes:
        return f"待补考 {retakes}"
    return "已公布" if exam.released_at else ""


def survey_count(training_class: TrainingClass) -> str:
    """How many answered of those asked."""
    tickets = SurveyTicket.objects.filter(survey__training_class=training_class)
    counts = tickets.aggregate(answered=Count("pk", filter=Q(is_answered=True)), asked=Count("pk"))
    return f"{counts['answered']} / {counts['asked']}" if counts["asked"] else ""


DOSSIER = {"exam_paper": has_paper, "scores": has_paper, "makeup": has_remedies, "survey": has_survey}
TABS = [
    Tab("考试", "assessments:town-class-exam", exam_count),
    Tab("测评", "assessments:town-class-survey", survey_count),
]


def register() -> None:
    """Called when the apps are ready; again, nothing is added."""
    _add(registry.gates[Gate.CLOSE], exam_before_close)
    _add(registry.gates[Gate.ARCHIVE], exam_before_archive, survey_before_archive)
    _add(registry.closing, open_survey_soon)
    _add(registry.completion, exam_passed)
    _add(registry.tabs, *TABS)
    registry.dossier |= DOSSIER
    registry.papers |= PAPERS


def _add(entries: list[Any], *wanted: Any) -> None:
    entries += [one for one in wanted if one not in entries]
