"""For each page that writes, what makes it write in the two towns of the matrix."""

import json
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from juxian.people.codes import code_digest
from tests.factories import MemberFactory, SessionFactory
from tests.faults.brand_cases import brand_cases
from tests.faults.catalogue_cases import CATALOGUE, catalogue_paths, prepare_catalogue
from tests.faults.content_cases import CONTENT, CONTENT_NOT_WALKED
from tests.faults.disclosure_cases import DISCLOSURES
from tests.faults.evidence_cases import EVIDENCE
from tests.faults.inputs import Case
from tests.faults.inspection_cases import INSPECTIONS
from tests.faults.lists_cases import LISTS
from tests.faults.money_cases import money_cases, money_paths
from tests.faults.places_cases import places_cases
from tests.faults.pool_cases import POOL
from tests.faults.rating_cases import RATINGS
from tests.faults.regulation_cases import REGULATIONS
from tests.faults.review_cases import review_cases
from tests.faults.time_cases import prepare_time, time_cases
from tests.matrix.towns import County
from trainings.models import DossierItem

PASSWORD, CODE = "Maque-feiguo-7", "ABCDE23456"
ROLES = {
    "town": "clerk", "town-write": "clerk", "town-clerk": "clerk", "county": "county", "me": "member", "any": "clerk",
    "public": "anonymous", "teach": "lecturer", "judge": "lecturer",
}  # fmt: skip

# Pages with a POST that are not walked, and why.
NOT_WALKED = {
    "trainings:feed-close": "needs an open link; one action, one transaction",
    "trainings:viewing-add": "adds one more row to the transaction of the page that adds a session",
    "trainings:lecturer-calendar": "the action of the lecturer's own page",
    "trainings:lecturer-teaching": "the action of the lecturer's own page",
    **CONTENT_NOT_WALKED,
    "inbox:own-open": "the action of the desk's inbox",
    "inbox:own-read-all": "the action of the desk's inbox",
    "logout": "ends a session and changes nothing else",
    "people:town-member-find": "only looks",
    "assessments:town-exam-release": "needs a class whose sitters all handed in; one action, one transaction",
    "centres:inspection-start": "one is under way; one action, one transaction",
    "trainings:class-move": "needs a class with everything its gates ask for; one action, one transaction",
    "trainings:session-amend": "needs an archived class; one action, one transaction",
    "trainings:certificates-issue": "everybody of the class has one; one action, one transaction",
    "trainings:certificate-reissue": "needs a revoked one; one action, one transaction",
    "assessments:town-late": "needs an attempt the sweep closed; one action, one transaction",
    "assessments:me-late": "needs an attempt past its end; one action, one transaction",
}


def prepare(county: County) -> None:
    """Rows beside the matrix's own: passwords, a slip's code, somebody without a seat, a session nobody was marked in."""
    ours, now = county.ours, timezone.now()
    for user in (ours.clerk_user, ours.member.user):
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
    type(ours.slip).objects.filter(pk=ours.slip.pk).update(code_digest=code_digest(CODE))
    ours.rows["newcomer"] = MemberFactory(branch=ours.branch, name="示例新来")
    ours.rows["spare_session"] = SessionFactory(
        training_class=ours.training_class, half="pm", room=ours.room, lecturer=county.shared["lecturer"]
    )
    ours.rows["spare_item"] = DossierItem.objects.create(
        code="spare", name="另一份", stage="训中", made_by="镇街", need="required", order=98
    )
    type(ours.attempt).objects.filter(pk=ours.attempt.pk).update(started_at=now)
    prepare_time()
    prepare_catalogue()


def paths(county: County) -> dict[str, str]:
    """Addresses that differ from the matrix's own."""
    ours = county.ours
    spare = f"/town/trainings/{ours.training_class.pk}/papers/{ours.spare_item.pk}"
    return (
        {
            "trainings:line-open": f"/town/plan-lines/{ours.spare_line.pk}/open/",
            "trainings:session-edit": f"/town/sessions/{ours.spare_session.pk}/edit/",
            "trainings:session-cancel": f"/town/sessions/{ours.spare_session.pk}/cancel/",
            "trainings:paper-add": f"{spare}/add/",
            "trainings:paper-waive": f"{spare}/waive/",
            "assessments:town-exam-set-up": f"/town/trainings/{ours.draft.pk}/exam/set-up/",
        }
        | money_paths(county)
        | catalogue_paths()
    )


def _file(name: str, content: bytes) -> Any:
    return lambda: SimpleUploadedFile(name, content)


def cases(county: County) -> dict[str, Case]:
    """Only pages for which their own form, as it is, is not enough."""
    ours, now = county.ours, timezone.now()
    year = timezone.localdate().year
    sent_in = {"state": "submitted", "submitted_by_id": ours.clerk_user.pk, "submitted_at": now}
    password = {"new_password": "Neu-feiguo-88x", "new_password_again": "Neu-feiguo-88x"}
    mark = {f"m{row.pk}": "present" for row in (ours.enrolment, ours.colleague_enrolment)}
    done = {"finished_at": now, "score": 10, "closed_by": "member"}
    released = {"released_at": now - timedelta(minutes=5), "released_by_id": ours.clerk_user.pk}
    return (
        money_cases(county)
        | {
            **EVIDENCE,
            **CONTENT,
            **DISCLOSURES,
            **REGULATIONS,
            **INSPECTIONS,
            **POOL,
            **LISTS,
            **RATINGS,
            **brand_cases(county),
            "login": Case({"username": ours.member.user.username, "password": PASSWORD}),
            "people:account": Case({"old_password": PASSWORD} | password),
            "people:activate": Case({"code": CODE, "name": ours.colleague.name} | password),
            "people:town-slips": Case({"everybody": "on"}),
            "people:town-unmask": Case({"field": "mobile", "reason": "核对电话"}),
            "people:town-import-upload": Case(
                {"town": ours.town.pk, "file": _file("a.csv", "姓名,身份证号\n甲,1\n".encode())}
            ),
            "trainings:plan-open": Case({"year": year + 1}),
            "trainings:plan-withdraw": Case(given={"plan": sent_in}),
            "trainings:plan-approve": Case(given={"plan": sent_in}),
            "trainings:plan-return": Case(given={"plan": sent_in}),
            "trainings:line-open": Case(given={"plan": {"state": "approved"}}),
            "trainings:town-edit": Case({"title": "改过的题目"}),
            "trainings:class-return": Case(given={"draft": sent_in}),
            "trainings:paper-add": Case({"file": _file("a.pdf", b"%PDF-1.4 hello")}),
            "trainings:town-quotas": Case({f"b{ours.branch.pk}": "7"}, {"training_class": {"state": "enrolling"}}),
            "trainings:town-enrol": Case({"member": [ours.newcomer.pk]}, {"training_class": {"state": "enrolling"}}),
            "trainings:enrol-names": Case({"names": "示例新来"}, {"training_class": {"state": "enrolling"}}),
            "trainings:session-add": Case({"point": "", "site": "", "half": "xv"}),
            "trainings:session-edit": Case({"topic": "改过的课题", "course_version": "", "point": "", "site": ""}),
            "trainings:session-roll": Case(mark | {"key": "faults", "seen": "0", "early": "on"}),
            "assessments:town-question-add": Case({"options": "甲\n乙", "answer": "A"}),
            "assessments:town-exam-set-up": Case(
                {"single_count": "2", "single_points": "50", "multiple_count": "0", "true_false_count": "0"},
                {"draft": {"state": "approved"}},
            ),
            "assessments:town-bank-import": Case({"file": _file("a.csv", "题型,题目,选项,答案\n".encode())}),
            "assessments:me-start": Case(given={"attempt": done, "exam": released}),
            "assessments:me-attempt": Case({"q1": "1", "go": "stay"}),
            "assessments:me-answers": Case({"json": json.dumps({"number": 1, "choice": [0], "seq": 1})}),
        }
        | places_cases()
        | time_cases()
        | review_cases(county)
        | CATALOGUE
    )
