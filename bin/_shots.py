"""Pictures of every page of the demo county (started by bin/shots): build/shots/<url name>[-role]-<width>.png.

A page that answers with a failure, logs an error in the console (a CSP violation among them) or scrolls sideways at
390 px is reported, and so is a GET pattern without a picture or a reason.
"""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "juxian.settings")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # the browser driver runs a loop in this thread

import django  # noqa: E402  # settings come first

django.setup()

from django.apps import apps  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.urls import NoReverseMatch, reverse  # noqa: E402
from django.utils import timezone  # noqa: E402
from playwright.sync_api import Error, sync_playwright  # noqa: E402

from assessments import models as assessments  # noqa: E402
from assessments.actions import start_attempt  # noqa: E402
from centres import models as centres  # noqa: E402
from centres.models import Brand, BrandRevision  # noqa: E402
from juxian.people.models import Grant, ImportRun, Member, User  # noqa: E402
from lecturers import models as lecturers  # noqa: E402
from tests.matrix.table import ADMIN, TABLE  # noqa: E402
from tests.matrix.walk import VERBS, known, patterns  # noqa: E402
from trainings import models as trainings  # noqa: E402

OUT = ROOT / "build" / "shots"
WIDTHS = {390: 844, 1440: 900}
ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
# A picture of the whole page waits for the images below the fold too.
PICTURES = """Promise.all([...document.images].map(image => {
  image.loading = "eager";
  return image.complete ? null : new Promise(done => { image.onload = image.onerror = done; });
}))"""
TOWN = "371327102"
State = trainings.TrainingClass.State
Kwargs = Callable[[], dict[str, Any]]

# GET patterns that have no page to look at, and why.
REASONS = {
    "robots": "机器读的文本",
    "healthz": "机器读的文本",
    "admin:jsi18n": "脚本",
    "admin:autocomplete": "管理页面内部用的 JSON",
    "admin:view_on_site": "没有配置站点，管理里不显示这个链接",
    "admin:": "后台的“找不到”页，与其他 404 相同",
    "admin:login": "转到 /login/",
    "admin:password_change": "转到“我的账号”",
    "admin:password_change_done": "只在改完密码后出现；改密码在“我的账号”",
    "trainings:paper-file": "下载文件",
    "centres:regulation-file": "下载文件",
    "centres:evidence-file": "照片或文件",
    "centres:evidence-thumbnail": "照片文件",
    "centres:compliance-export": "下载文件",
    "centres:compliance-sheet": "PDF 文件",
    "centres:money-export": "下载文件",
    "centres:scan-file": "下载文件",
    "centres:inspection-photo": "照片文件",
    "centres:inspection-worker": "脚本",
    "trainings:certificates-print": "PDF 文件",
    "trainings:certificate-print": "PDF 文件",
    "trainings:me-certificate-print": "PDF 文件",
    "trainings:teaching-export": "下载文件",
    "trainings:feed": "日历程序读的文本",
    "courses:topic-script": "下载文件",
    "courses:judge-script": "下载文件",
    "trainings:line-delete": "只问一句的确认页，草稿计划里才有",
    "people:town-import-template": "下载文件",
    "lecturers:import-template": "下载文件",
    "courses:import-template": "下载文件",
    "courses:town-export": "下载文件",
    "lecturers:town-export": "下载文件",
    "people:town-import-refused": "下载文件",
    "assessments:town-bank-template": "下载文件",
    "assessments:town-late": "演示县没有迟到的答案，浏览器测试走这一页",
    "assessments:me-clock": "考试页面内部用的 JSON",
    "people:town-slip-sheet": "刚生成开通条后的一页，浏览器测试走这一页",
    "centres:photo": "照片文件",
    "courses:cover": "图片，在目录页里看",
    "lecturers:letter": "PDF 文件",
    "lecturers:my-letter": "PDF 文件",
    "courses:town-material-file": "下载或播放的文件",
    "courses:teach-material-file": "下载或播放的文件",
    "files:upload": "上传时页面内部用的 JSON",
    "people:town-unmask": "直接打开时转到学员本人的页",
    "people:town-import": "演示县没有导入记录，浏览器测试走这一页",
}
# Kinds of rows a demo county has none of.
NONE_IN_DEMO = (
    "inbox.channelhealth",
    "inbox.outboundsend",
    "people.activationslip",
    "people.importrun",
    "assessments.lateanswers",
)
REASONS |= {
    f"admin:{model.replace('.', '_')}_{verb}": "演示县里没有这种记录"
    for model in NONE_IN_DEMO
    for verb in ("change", "delete", "history")
}


@dataclass(frozen=True)
class Shot:
    """One picture: as whom, and which object."""

    role: str
    kwargs: Kwargs = dict
    query: str = ""
    suffix: str = ""
    paper: bool = False  # an A4 sheet to print may be wider than a phone


def _pk(rows: Any) -> dict[str, Any]:
    return {"pk": rows.values_list("pk", flat=True)[0]}


def _classes(*states: str) -> Any:
    return trainings.TrainingClass.objects.filter(town__code=TOWN, state__in=states).order_by("-starts_on", "-pk")


def _class(*states: str) -> Kwargs:
    """A class of the demo clerk's town in one of these states."""
    return lambda: _pk(_classes(*states))


def _elsewhere(state: str) -> Kwargs:
    """A class of any town in a state that none of the demo clerk's is in."""
    return lambda: _pk(trainings.TrainingClass.objects.filter(state=state).order_by("-starts_on", "-pk"))


def _swept() -> dict[str, Any]:
    """The heart of the background work beats as late as this."""
    call_command("sweep", stdout=StringIO())
    return {}


def _mine(model: Any, **conditions: Any) -> Kwargs:
    """A row of the demo member."""
    return lambda: _pk(model.objects.mine(User.objects.get(username="member")).filter(**conditions).order_by("-pk"))


def _own(model: Any, **conditions: Any) -> Kwargs:
    """A row of the demo clerk's town."""
    clerk = f"clerk-{TOWN}"
    return lambda: _pk(model.objects.visible_to(User.objects.get(username=clerk)).filter(**conditions).order_by("-pk"))


def _to_lecturer() -> dict[str, Any]:
    return _pk(apps.get_model("inbox.InboxMessage").objects.mine(User.objects.get(username="lecturer")).order_by("-pk"))


def _amend() -> dict[str, Any]:
    mark = trainings.Mark.objects.filter(session__training_class__in=_classes(State.ARCHIVED)).order_by("-pk")[0]
    return {"pk": mark.session_id, "enrolment": mark.enrolment_id}


def _paper() -> dict[str, Any]:
    return {**_class(State.CLOSING, State.RUNNING)(), "item": trainings.DossierItem.objects.order_by("order")[0].pk}


def _drafted() -> dict[str, Any]:
    return {"pk": _own(apps.get_model("courses.Course"), versions__published_on=None)()["pk"]}


def _taught(model: str, path: str, **more: Any) -> Kwargs:
    """A row of a course of the demo lecturer."""
    conditions = {f"{path}__lecturers__user__username": "lecturer"} | more
    return lambda: _pk(apps.get_model(model)._default_manager.filter(**conditions).order_by("-pk"))


def _courses_elsewhere() -> Any:
    """Courses that other towns own."""
    return apps.get_model("courses.Course").objects.exclude(town__code=TOWN).exclude(town=None).order_by("pk")


def _disclosed(state: str) -> Kwargs:
    """A disclosure of any town in this state."""
    return lambda: _pk(centres.Disclosure.objects.filter(state=state).order_by("-pk"))


def _found(**conditions: Any) -> Kwargs:
    """A finding about a lecturer or a course."""
    return lambda: _pk(assessments.TeachingFinding.objects.filter(**conditions).order_by("-pk"))


def _taught_finding() -> dict[str, Any]:
    """A finding the demo lecturer has not replied to."""
    rows = assessments.TeachingFinding.objects.mine(User.objects.get(username="lecturer"))
    return _pk(rows.filter(replied_at=None, decided_at=None).order_by("-pk"))


def _rated(path: str) -> Kwargs:
    """The lecturer or course of a rated lesson."""
    rows = assessments.SurveyLesson.objects.filter(very_good__gte=5, **{f"{path}__isnull": False}).order_by("pk")
    return lambda: {"pk": rows.values_list(path, flat=True)[0]}


def _candidate(state: str) -> Kwargs:
    """A candidate of any town in this state."""
    return lambda: _pk(lecturers.Candidacy.objects.filter(state=state).order_by("-pk"))


def _topic(state: str) -> Kwargs:
    """A topic of any town in this state."""
    return lambda: _pk(apps.get_model("courses.Topic").objects.filter(state=state).order_by("-pk"))


def _judged(**conditions: Any) -> Kwargs:
    """An invitation of the demo judge."""
    rows = apps.get_model("courses.Judge").objects
    return lambda: _pk(rows.filter(user__username="judge", **conditions).order_by("-pk"))


ELSEWHERE = (State.APPROVED, State.CANCELLED)
DRAFT_PLAN = _own(trainings.YearPlan)
OPEN_SESSION = _own(trainings.Session, training_class__state=State.RUNNING, day__lte=timezone.localdate())
SHOTS: dict[str, list[Shot]] = {
    "home": [Shot("anonymous", suffix="public"), Shot("county", suffix="county")],
    "help": [Shot("anonymous")],
    "readyz": [Shot("anonymous", _swept)],
    "screen": [Shot("anonymous", lambda: {"code": TOWN})],
    "login": [Shot("anonymous")],
    "people:activate": [Shot("anonymous")],
    "people:account": [Shot("member")],
    "desk": [Shot("clerk"), Shot("county", suffix="county")],
    "teach": [Shot("lecturer")],
    "inspect": [Shot("inspector")],
    "centres:inspection": [
        Shot(
            "inspector",
            lambda: _pk(centres.Inspection.objects.filter(kind="county", state="draft").order_by("-pk")),
            suffix="hall",
        ),
        Shot("clerk", _own(centres.Inspection, state="submitted"), suffix="answer"),
        Shot("clerk", _own(centres.Inspection, state="closed"), suffix="closed"),
    ],
    "centres:town-inspections": [Shot("clerk"), Shot("county", query=f"?town={TOWN}", suffix="county")],
    "centres:finding": [Shot("clerk", _own(centres.Finding, closed_on=None))],
    "lecturers:detail": [
        Shot("clerk", lambda: _pk(apps.get_model("lecturers.Lecturer").objects.order_by("pk"))),
        Shot("county", lambda: {"pk": _ending().lecturer_id}, suffix="ending"),
        Shot(
            "county",
            lambda: {"pk": lecturers.Suspension.objects.filter(ends_on=None)[0].lecturer_id},
            suffix="suspended",
        ),
    ],
    "courses:detail": [Shot("clerk", lambda: _pk(apps.get_model("courses.Course").objects.order_by("pk")))],
    "courses:town-list": [Shot("clerk"), Shot("clerk", query="?q=dz&form=classroom", suffix="found")],
    "courses:town-live": [Shot("clerk"), Shot("county", suffix="county")],
    "courses:me-live": [Shot("member")],
    "courses:broadcast": [
        Shot("clerk", lambda: _pk(apps.get_model("courses.Broadcast").objects.order_by("-starts_at")))
    ],
    "trainings:viewing-add": [
        Shot("clerk", lambda: _pk(apps.get_model("courses.Broadcast").objects.order_by("-starts_at")))
    ],
    "courses:borrowings": [Shot("clerk"), Shot("county", suffix="county")],
    "courses:borrow": [Shot("clerk", lambda: _pk(_courses_elsewhere()))],
    "courses:borrowing-refuse": [
        Shot("clerk", _own(apps.get_model("courses.Borrowing"), owner__code=TOWN, state="requested"))
    ],
    "courses:topics": [Shot("clerk"), Shot("county", suffix="county")],
    "courses:topic": [
        *[Shot("county", _topic(state), suffix=state) for state in apps.get_model("courses.Topic").State.values],
        Shot("clerk", _own(apps.get_model("courses.Topic"), state="judging"), suffix="clerk"),
    ],
    "courses:topic-edit": [Shot("clerk", _own(apps.get_model("courses.Topic"), state="returned"))],
    "courses:topic-declare": [Shot("clerk", _own(apps.get_model("courses.Topic"), state="approved"))],
    "courses:judge-list": [Shot("judge")],
    "courses:judge-ballot": [
        Shot("judge", _judged(ballot=None), suffix="open"),
        Shot("judge", _judged(ballot__isnull=False), suffix="given"),
    ],
    "courses:reviews": [Shot("county"), Shot("clerk", suffix="clerk")],
    "courses:course-review": [
        Shot("county", lambda: {"pk": apps.get_model("courses.CourseReview").objects.order_by("-pk")[0].course_id})
    ],
    "courses:me-list": [Shot("member")],
    "courses:me-detail": [Shot("member", lambda: _pk(apps.get_model("courses.Course").objects.order_by("pk")))],
    "courses:public-list": [Shot("anonymous")],
    "courses:public-detail": [Shot("anonymous", lambda: _pk(apps.get_model("courses.Course").objects.order_by("pk")))],
    "courses:versions": [Shot("clerk", _drafted)],
    "courses:town-version": [
        Shot("clerk", _own(apps.get_model("courses.CourseVersion"), published_on=None), suffix="draft"),
        Shot(
            "clerk",
            _own(apps.get_model("courses.CourseVersion"), materials__file__kind="pdf", published_on__isnull=False),
        ),
    ],
    "courses:town-material": [Shot("clerk", _own(apps.get_model("courses.Material"), file__kind="pdf"))],
    "courses:teach-courses": [Shot("lecturer")],
    "courses:teach-version": [Shot("lecturer", _taught("courses.CourseVersion", "course"))],
    "courses:teach-material": [
        Shot("lecturer", _taught("courses.Material", "version__course")),
        Shot("lecturer", _taught("courses.Material", "version__course", file__kind="pdf"), suffix="paper"),
    ],
    "people:town-member": [Shot("clerk", _own(Member))],
    "lecturers:candidacies": [Shot("county"), Shot("clerk", suffix="clerk")],
    "lecturers:candidacy": [
        *[Shot("county", _candidate(state), suffix=state) for state in lecturers.Candidacy.State.values],
        Shot("clerk", _own(lecturers.Candidacy), suffix="clerk"),
    ],
    "lecturers:candidacy-edit": [Shot("clerk", _own(lecturers.Candidacy, state="proposed"))],
    "lecturers:candidacy-vet": [Shot("county", _candidate("proposed"))],
    "lecturers:candidacy-panel": [Shot("county", _candidate("vetted"))],
    "lecturers:candidacy-refuse": [Shot("county", _candidate("proposed"))],
    "lecturers:candidacy-appoint": [Shot("county", _candidate("passed"))],
    "lecturers:renew": [Shot("county", lambda: {"pk": _ending().pk})],
    "lecturers:suspend": [Shot("county", lambda: _pk(apps.get_model("lecturers.Lecturer").objects.order_by("pk")))],
    "lecturers:leave": [Shot("county", lambda: _pk(apps.get_model("lecturers.Lecturer").objects.order_by("pk")))],
    "lecturers:review": [Shot("county", lambda: _pk(apps.get_model("lecturers.Lecturer").objects.order_by("pk")))],
    "lecturers:suspension-lift": [Shot("county", lambda: _pk(lecturers.Suspension.objects.filter(ends_on=None)))],
    "centres:compliance": [Shot("county"), Shot("clerk", suffix="clerk")],
    "centres:compliance-centre": [Shot("county", lambda: {"code": TOWN})],
    "centres:town-standard": [Shot("clerk"), Shot("county", query=f"?town={TOWN}", suffix="county")],
    "centres:standard-item": [
        Shot("clerk", lambda: {"key": "zone-office"}),
        Shot("clerk", lambda: {"key": "have-rules"}, suffix="paper"),
    ],
    "centres:evidence-withdraw": [Shot("clerk", _own(apps.get_model("centres.Evidence"), state="standing"))],
    "centres:regulations": [Shot("clerk"), Shot("county", suffix="county")],
    "centres:regulation-version-add": [Shot("clerk", _own(apps.get_model("centres.Regulation"), town__code=TOWN))],
    "inbox:me-detail": [Shot("member", _mine(apps.get_model("inbox.InboxMessage")))],
    "inbox:own-list": [Shot("lecturer")],
    "inbox:own-detail": [Shot("lecturer", _to_lecturer)],
    "inbox:town-detail": [Shot("clerk", _own(apps.get_model("inbox.InboxMessage")))],
    "trainings:plan-detail": [Shot("clerk", DRAFT_PLAN)],
    "trainings:plan-return": [Shot("county", lambda: _pk(trainings.YearPlan.objects.order_by("-state", "pk")))],
    "trainings:line-add": [Shot("clerk", DRAFT_PLAN)],
    "trainings:line-edit": [Shot("clerk", _own(trainings.PlanLine))],
    "trainings:line-open": [Shot("clerk", _own(trainings.PlanLine))],
    "trainings:town-detail": [
        *[Shot("clerk", _class(state), suffix=state) for state in State.values if state not in ELSEWHERE],
        *[Shot("county", _elsewhere(state), suffix=state) for state in ELSEWHERE],
        *[
            Shot("clerk", _class(State.RUNNING), query=f"?tab={tab}", suffix=tab)
            for tab in ("timetable", "people", "sign", "dossier")
        ],
        Shot("county", lambda: {"pk": _revoked().enrolment.training_class_id}, "?tab=certificates", "certificates"),
    ],
    "trainings:town-edit": [Shot("clerk", _class(State.DRAFT))],
    "trainings:class-cancel": [Shot("clerk", _class(State.DRAFT))],
    "trainings:class-return": [
        Shot("county", lambda: _pk(trainings.TrainingClass.objects.filter(state=State.SUBMITTED)))
    ],
    "trainings:timetable-print": [Shot("clerk", _class(State.RUNNING), paper=True)],
    "trainings:roster-print": [Shot("clerk", _class(State.RUNNING), paper=True)],
    "trainings:paper-add": [Shot("clerk", _paper)],
    "trainings:paper-waive": [Shot("clerk", _paper)],
    "trainings:town-quotas": [Shot("clerk", _class(State.ENROLLING, State.RUNNING))],
    "trainings:town-enrol": [Shot("clerk", _class(State.ENROLLING, State.RUNNING))],
    "trainings:enrol-names": [Shot("clerk", _class(State.ENROLLING, State.RUNNING))],
    "trainings:enrolment-cancel": [Shot("clerk", _own(trainings.Enrolment, training_class__state=State.ENROLLING))],
    "trainings:session-add": [Shot("clerk", _class(State.DRAFT))],
    "trainings:session-edit": [Shot("clerk", OPEN_SESSION)],
    "trainings:session-substitute": [Shot("clerk", _own(trainings.Session, training_class__state=State.RUNNING))],
    "trainings:lecturer-find": [Shot("clerk", _class(State.RUNNING), query="?all=1")],
    "trainings:teaching-hours": [Shot("county"), Shot("clerk", suffix="clerk")],
    "trainings:teach-calendar": [Shot("lecturer")],
    "trainings:teach-teaching": [Shot("lecturer")],
    "trainings:teach-ratings": [Shot("lecturer")],
    "trainings:lecturer-calendar": [
        Shot("county", lambda: _pk(apps.get_model("lecturers.Lecturer").objects.order_by("pk")))
    ],
    "trainings:lecturer-teaching": [
        Shot("county", lambda: _pk(apps.get_model("lecturers.Lecturer").objects.order_by("pk")))
    ],
    "trainings:session-roll": [Shot("clerk", OPEN_SESSION)],
    "trainings:session-sheet": [Shot("clerk", OPEN_SESSION, paper=True)],
    "trainings:session-amend": [Shot("clerk", _amend)],
    "trainings:certificate-revoke": [Shot("county", _own(trainings.Certificate, revocation=None))],
    "trainings:verify": [
        Shot("anonymous", lambda: {"number": trainings.Certificate.objects.valid()[0].number}, suffix="valid"),
        Shot("anonymous", lambda: {"number": _revoked().number}, suffix="revoked"),
    ],
    "trainings:me-detail": [Shot("member", lambda: {"pk": _enrolment().pk})],
    "assessments:town-bank": [Shot("clerk", _own(assessments.QuestionBank))],
    "assessments:town-question-add": [Shot("county", lambda: _pk(assessments.QuestionBank.objects.all()))],
    "assessments:town-question-edit": [Shot("county", lambda: _pk(assessments.Question.objects.all()))],
    "assessments:town-exam-set-up": [Shot("clerk", _class(State.RUNNING, State.ENROLLING))],
    "assessments:town-bank-import": [Shot("county", lambda: _pk(assessments.QuestionBank.objects.all()))],
    "assessments:town-class-exam": [Shot("clerk", _class(State.RUNNING))],
    "assessments:town-class-survey": [Shot("clerk", _class(State.CLOSING))],
    "assessments:town-exam": [Shot("clerk", _own(assessments.Exam))],
    "assessments:town-make-up": [Shot("clerk", _own(assessments.MakeUp))],
    "assessments:town-survey": [Shot("clerk", _own(assessments.Survey))],
    "assessments:me-exam": [Shot("member", lambda: {"pk": _retaken()})],
    "assessments:me-attempt": [Shot("member", lambda: {"pk": _sitting()})],
    "assessments:me-submit": [Shot("member", lambda: {"pk": _sitting()})],
    "assessments:me-result": [Shot("member", _mine(assessments.Attempt, finished_at__isnull=False))],
    "assessments:teach-lessons": [Shot("lecturer")],
    "assessments:teach-findings": [Shot("lecturer")],
    "assessments:teach-finding": [Shot("lecturer", _taught_finding)],
    "assessments:town-lecturer-ratings": [Shot("county", _rated("session__lecturer"))],
    "assessments:town-course-ratings": [Shot("county", _rated("session__course_version__course"))],
    "assessments:lecturer-finding-add": [Shot("county", _rated("session__lecturer"))],
    "assessments:course-finding-add": [Shot("county", _rated("session__course_version__course"))],
    "assessments:town-findings": [Shot("county"), Shot("clerk", suffix="clerk")],
    "assessments:town-finding": [
        Shot("county", _found(decided_at=None, replied_at__isnull=False), suffix="heard"),
        Shot("county", _found(decided_at=None, replied_at=None), suffix="unheard"),
        Shot("county", _found(verdict="improve"), suffix="decided"),
    ],
    "assessments:me-survey": [
        Shot("member", _mine(assessments.SurveyTicket, is_answered=False)),
        Shot("member", _mine(assessments.SurveyTicket, is_answered=True), suffix="answered"),
    ],
    "centres:disclosure-detail": [
        *[Shot("county", _disclosed(state), suffix=state) for state in centres.Disclosure.State.values],
        Shot("clerk", _own(centres.Disclosure, state="published", questions__isnull=False), suffix="clerk"),
    ],
    "centres:disclosure-edit": [Shot("clerk", _own(centres.Disclosure, state="draft"))],
    "centres:disclosure-print": [Shot("clerk", _own(centres.Disclosure, state="published"), paper=True)],
    "centres:disclosure-item": [Shot("clerk", _own(centres.DisclosureItem, head__disclosure__state="draft"))],
    "centres:disclosure-answer": [Shot("clerk", _own(centres.DisclosureQuestion, answered_at=None))],
    "centres:county-disclosures": [Shot("county"), Shot("clerk", suffix="clerk")],
    "centres:me-account": [
        Shot("member", _mine(centres.Disclosure, questions__isnull=False)),
        Shot("member", _mine(centres.Disclosure, correction__state="published"), suffix="corrected"),
    ],
    "centres:me-account-print": [Shot("member", _mine(centres.Disclosure), paper=True)],
    "centres:town-money": [
        Shot("clerk"),
        Shot("clerk", query=f"?year={timezone.localdate().year - 1}", suffix="closed"),
        Shot("county", query=f"?town={TOWN}", suffix="county"),
    ],
    "centres:money-print": [Shot("clerk", paper=True)],
    "centres:budget-edit": [
        Shot("clerk", query=f"?year={timezone.localdate().year + 1}"),
        Shot("clerk", suffix="approved"),
    ],
    "centres:budget-return": [Shot("county", lambda: _pk(centres.Budget.objects.filter(state="draft")))],
    "centres:year-close": [
        Shot("clerk"),
        Shot("clerk", query=f"?year={timezone.localdate().year - 1}", suffix="closed"),
    ],
    "centres:budget-adjust": [
        Shot("county", lambda: _pk(centres.Budget.objects.filter(state="approved").order_by("-year")))
    ],
    "centres:expense-reverse": [Shot("clerk", _own(centres.Expense, reverses=None, year=timezone.localdate().year))],
    "centres:scan-add": [Shot("clerk", _own(centres.Expense, reverses=None))],
    "centres:year-reopen": [Shot("county", lambda: _pk(centres.YearClosing.objects.filter(is_closed=True)))],
    "centres:county-money": [Shot("county"), Shot("clerk", suffix="clerk")],
    "trainings:class-costs": [Shot("clerk", _own(trainings.TrainingClass, costs__isnull=False))],
    "trainings:class-budget": [Shot("clerk", _class(State.RUNNING))],
    "trainings:cost-link": [Shot("clerk", _class(State.RUNNING))],
    "centres:town-brand": [
        Shot("clerk"),
        Shot("county", dict, "?town=371327108", "returned"),
        Shot("county", dict, "?town=371327106", "review"),
    ],
    "centres:brand-return": [Shot("county", lambda: _pk(BrandRevision.objects.filter(state="submitted")))],
    "trainings:county-brands": [Shot("county")],
    "trainings:brand-keys": [Shot("county", lambda: _pk(Brand.objects.filter(key_course=None)))],
    "centres:town-centre": [
        Shot("clerk"),
        Shot("county", suffix="county"),
        Shot("county", query=f"?town={TOWN}", suffix="one"),
    ],
    "centres:public": [Shot("anonymous", lambda: {"code": TOWN})],
    "centres:zone-edit": [Shot("clerk", _own(centres.Zone))],
    "centres:photo-add": [Shot("clerk", _own(centres.Zone))],
    "centres:room-edit": [Shot("clerk", _own(centres.Room))],
    "centres:point-edit": [Shot("clerk", _own(centres.TeachingPoint))],
    "centres:site-edit": [Shot("clerk", _own(centres.ReceptionSite))],
    "centres:county-posts": [Shot("county")],
    "centres:post-take-up": [
        Shot("county", lambda: _pk(centres.Post.objects.standing().exclude(holdings__ends_on=None)))
    ],
    "centres:post-leave": [Shot("county", lambda: _pk(centres.PostHolding.objects.current()))],
    "admin:app_list": [Shot("county", lambda: {"app_label": "people"})],
}


def _ending() -> Any:
    """The term that ends first."""
    return lecturers.Appointment.objects.filter(end_kind="").order_by("ends_on")[0]


def _enrolment() -> Any:
    return trainings.Enrolment.objects.filter(member__user__username="member").order_by("-pk")[0]


def _revoked() -> Any:
    return trainings.CertificateRevocation.objects.order_by("pk")[0].certificate


def _exam() -> int:
    rows = assessments.Exam.objects.filter(training_class__enrolments__member__user__username="member")
    return int(rows.order_by("-opens_at").values_list("pk", flat=True)[0])


def _retaken() -> int:
    """An exam whose retake the demo member has not begun."""
    owed = assessments.Retake.objects.mine(User.objects.get(username="member")).open()
    return int(owed.values_list("exam_id", flat=True)[0])


def _sitting() -> int:
    """The demo member sits the exam that is open (again: goes on with it)."""
    exam = assessments.Exam.objects.get(pk=_exam())
    enrolment = trainings.Enrolment.objects.get(training_class=exam.training_class_id, member__user__username="member")
    return int(start_attempt(exam=exam, enrolment=enrolment, by=enrolment.member.user).pk)


def shots_of(name: str) -> list[Shot]:
    """What to take of a pattern; nothing for one that is not there to be looked at."""
    row = known(name)
    if row is None or "GET" not in row.methods or name in REASONS:
        return []
    if name in SHOTS:
        return SHOTS[name]
    if name.startswith("admin:") and name not in TABLE:
        return _admin_shots(name)
    if row.of:
        return []
    role = {"county": "county", "admin": "county", "me": "member", "public": "anonymous", "any": "member"}
    return [Shot(role.get(row.audience, "clerk"))]


def _admin_shots(name: str) -> list[Shot]:
    label, verb = name.removeprefix("admin:").rsplit("_", 1)
    model = next(model for model in ADMIN if model.replace(".", "_") == label)
    if verb not in VERBS:
        return []
    if verb in ("changelist", "add"):
        return [Shot("county")]
    return [Shot("county", lambda: {"object_id": apps.get_model(model)._default_manager.order_by("-pk")[0].pk})]


def uncovered() -> list[str]:
    """GET patterns with neither a picture nor a reason."""
    names = sorted({name for name, _ in patterns()})
    rows = [(name, known(name)) for name in names]
    return [
        name
        for name, row in rows
        if row is None or ("GET" in row.methods and not shots_of(name) and name not in REASONS)
    ]


def cookie(role: str, url: str) -> list[dict[str, Any]]:
    """The session cookie of a demo sign-in, made without the password."""
    if role == "anonymous":
        return []
    username = f"clerk-{TOWN}" if role == "clerk" else role
    user = User.objects.get(username=username)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "juxian.people.backends.PortalBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return [{"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": url}]


class Camera:
    """One browser; one context per role and width."""

    def __init__(self, browser: Any, url: str) -> None:
        self.browser = browser
        self.url = url
        self.contexts: dict[tuple[str, int], Any] = {}
        self.notes: list[str] = []
        self.taken = 0

    def page(self, role: str, width: int) -> Any:
        if (role, width) not in self.contexts:
            size = {"width": width, "height": WIDTHS[width]}
            context = self.browser.new_context(viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai")
            context.add_cookies(cookie(role, self.url))
            page = context.new_page()
            page.on("console", lambda message: self._heard(message))
            page.on("pageerror", lambda error: self.notes.append(f"script: {error}"))
            self.contexts[role, width] = page
        return self.contexts[role, width]

    def _heard(self, message: Any) -> None:
        if message.type == "error":
            self.notes.append(f"console: {message.text}")

    def take(self, name: str, shot: Shot, path: str, width: int) -> Iterator[str]:
        """Take one picture; yields what is wrong with the page."""
        self.notes.clear()
        page = self.page(shot.role, width)
        try:
            response = page.goto(self.url + path + shot.query, wait_until="load")
        except Error as error:  # no page at all, as for a 405 without a body
            yield str(error.message).splitlines()[0]
            return
        refused_here = name.startswith("admin:") and response.status == 403
        if refused_here:  # nobody may add, change or delete rows of this model: there is no page
            return
        file = OUT / f"{'-'.join(filter(None, [name.replace(':', '-'), shot.suffix]))}-{width}.png"
        page.evaluate(PICTURES)
        page.screenshot(path=str(file), full_page=True)
        self.taken += 1
        if response.status != 200:
            yield f"status {response.status}"
        if (
            width == min(WIDTHS)
            and not shot.paper
            and page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
        ):
            yield "scrolls sideways"
        yield from self.notes


def tour(camera: Camera, wanted: list[str]) -> list[str]:
    """All pictures of the wanted patterns; returns faults."""
    faults: list[str] = []
    for name in sorted({name for name, _ in patterns()}):
        if wanted and not any(part in name for part in wanted):
            continue
        for shot in shots_of(name):
            try:
                path = reverse(name, kwargs=shot.kwargs())
            except (IndexError, NoReverseMatch) as error:
                faults.append(f"{name} {shot.suffix}: 演示县里没有可拍的对象（{error}）")
                continue
            for width in WIDTHS:
                faults += [
                    f"{name} {shot.suffix} {width} {path}: {fault}" for fault in camera.take(name, shot, path, width)
                ]
    return faults


def main(url: str, wanted: list[str]) -> int:
    """Everything, or the patterns whose names contain a given part."""
    if not wanted:
        shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True, exist_ok=True)
    assert Grant.objects.exists(), "no demo county"
    assert not ImportRun.objects.exists(), "a demo county has no imports"
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=ARGS)
        camera = Camera(browser, url)
        faults = tour(camera, wanted)
        browser.close()
    faults += [f"{name}: 没有照片，也没有写明原因" for name in uncovered()]
    for fault in faults:
        print(fault)
    print(f"{camera.taken} 张照片在 {OUT.relative_to(ROOT)}/，{len(faults)} 处问题")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
