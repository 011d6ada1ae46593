"""Who may call which URL. A pattern of the resolver that is not in here fails the matrix.

Row: name → (audience, methods, object). Methods the page is made for; object names a row of a town (towns.py) whose
key goes into the URL, several ones as a mapping of keyword to `row` or `row.attribute`.

Audiences:
  public       everybody, signed in or not
  any          everybody who is signed in
  town         clerks and county staff; another town's object is not found
  town-clerk   clerks only;            another town's object is not found
  town-write   clerks and the county;  another town's object is not found
  county       the county only
  me           members; somebody else's object is not found
  teach        lecturers
  inspect      inspectors, the county and auditors
"""

from dataclasses import dataclass, field

GET = ("GET",)
POST = ("POST",)
FORM = ("GET", "POST")


@dataclass(frozen=True)
class Row:
    """One pattern. `reveals`: it shows full personal numbers by design; `quiet`: a GET that may change rows, and why;
    `shown`: everybody may see this of any town (a test of its own says what must not be there)."""

    audience: str
    methods: tuple[str, ...] = GET
    of: str | dict[str, str] = ""
    reveals: bool = False
    quiet: str = ""
    shown: bool = False
    also: dict[str, int] = field(default_factory=dict)


TABLE: dict[str, Row] = {
    # roof
    "home": Row("public"),
    "help": Row("public"),
    "robots": Row("public"),
    "screen": Row("public", of={"code": "town.code"}, shown=True),
    "healthz": Row("public"),
    "readyz": Row("public", also={"*": 503}),
    "desk": Row("town"),
    "me": Row("me"),
    "teach": Row("teach"),
    "inspect": Row("inspect"),
    # sign-in and the own account
    "login": Row("public", FORM),
    "logout": Row("public", POST),
    "people:account": Row("any", FORM),
    "people:elder-switch": Row("any", POST),
    "people:activate": Row("public", FORM),
    # people of a town
    "people:town-members": Row("town"),
    "people:town-member": Row("town", of="member"),
    "people:town-member-find": Row("town", POST),
    "people:town-slip": Row("town-write", POST, of="colleague"),
    "people:town-slips": Row("town-write", FORM),
    "people:town-slip-sheet": Row("town-write"),
    "people:town-unmask": Row("town-write", FORM, of="member", reveals=True),
    "people:town-imports": Row("town"),
    "people:town-import-upload": Row("town-write", POST),
    "people:town-import-template": Row("town"),
    "people:town-import": Row("town", of="import_run"),
    "people:town-import-commit": Row("town-write", POST, of="import_run"),
    "people:town-import-drop": Row("town-write", POST, of="import_run"),
    "people:town-import-refused": Row("town-write", of="import_run", also={"*": 404}),
    # inboxes
    "inbox:me-list": Row("me"),
    "inbox:me-detail": Row("me", of="letter"),
    "inbox:me-open": Row("me", POST, of="letter"),
    "inbox:me-read-all": Row("me", POST),
    "inbox:town-list": Row("town"),
    "inbox:town-detail": Row("town", of="desk_letter"),
    "inbox:town-open": Row("town", POST, of="desk_letter"),
    "inbox:town-read-all": Row("town", POST),
    # plans
    "trainings:town-plans": Row("town"),
    "trainings:plan-open": Row("town-clerk", POST),
    "trainings:plan-detail": Row("town", of="plan"),
    "trainings:plan-submit": Row("town-write", POST, of="plan"),
    "trainings:plan-withdraw": Row("town-write", POST, of="plan"),
    "trainings:plan-approve": Row("county", POST, of="plan"),
    "trainings:plan-return": Row("county", FORM, of="plan"),
    "trainings:line-add": Row("town-write", FORM, of="plan"),
    "trainings:line-edit": Row("town-write", FORM, of="line"),
    "trainings:line-delete": Row("town-write", FORM, of="spare_line"),
    "trainings:line-open": Row("town-write", FORM, of="line"),
    # classes
    "trainings:town-list": Row("town"),
    "trainings:class-open": Row("town-clerk", FORM),
    "trainings:town-detail": Row("town", of="training_class"),
    "trainings:town-edit": Row("town-write", FORM, of="draft"),
    "trainings:class-move": Row("town-write", POST, of={"pk": "draft", "verb": "=submit"}),
    "trainings:class-cancel": Row("town-write", FORM, of="draft"),
    "trainings:class-return": Row("county", FORM, of="draft"),
    "trainings:timetable-print": Row("town", of="training_class"),
    "trainings:roster-print": Row("town", of="training_class"),
    "trainings:paper-add": Row("town-write", FORM, of={"pk": "training_class", "item": "dossier.item_id"}),
    "trainings:paper-waive": Row("town-write", FORM, of={"pk": "training_class", "item": "dossier.item_id"}),
    "trainings:class-dossier": Row("town", POST, of="filed_class"),
    "trainings:paper-file": Row("town", of="dossier", also={"*": 404}),
    # seats
    "trainings:town-quotas": Row("town-write", FORM, of="training_class"),
    "trainings:town-enrol": Row("town-write", FORM, of="training_class"),
    "trainings:enrol-names": Row("town-write", FORM, of="training_class"),
    "trainings:enrolment-cancel": Row("town-write", FORM, of="colleague_enrolment"),
    # sessions and marks
    "trainings:session-add": Row("town-write", FORM, of="training_class"),
    "trainings:session-edit": Row("town-write", FORM, of="session"),
    "trainings:session-cancel": Row("town-write", POST, of="session"),
    "trainings:session-roll": Row("town-write", FORM, of="session"),
    "trainings:session-sheet": Row("town", of="session"),
    "trainings:session-amend": Row("town-write", FORM, of={"pk": "session", "enrolment": "enrolment"}),
    # certificates
    "trainings:certificates-issue": Row("town-write", POST, of="filed_class"),
    "trainings:certificates-print": Row("town", of="filed_class"),
    "trainings:certificate-print": Row("town", of="certificate"),
    "trainings:certificate-revoke": Row("county", FORM, of="certificate"),
    "trainings:certificate-reissue": Row("county", POST, of="certificate"),
    "trainings:verify-form": Row("public"),
    "trainings:verify": Row("public", of={"number": "=0123456789abcdef0123456789abcdef"}, also={"*": 404}),
    "trainings:me-certificates": Row("me"),
    "trainings:me-certificate-print": Row("me", of="certificate"),
    # a member's classes and hours
    "trainings:me-list": Row("me"),
    "trainings:me-detail": Row("me", of="enrolment"),
    "trainings:me-hours": Row("me"),
    # question banks
    "assessments:town-banks": Row("town"),
    "assessments:town-bank-add": Row("town-write", FORM),
    "assessments:town-bank": Row("town", of="bank"),
    "assessments:town-question-add": Row("town-write", FORM, of="bank"),
    "assessments:town-question-edit": Row("town-write", FORM, of="question"),
    "assessments:town-question-retire": Row("town-write", POST, of="question"),
    # exams and what follows
    "assessments:town-exam-set-up": Row("town-write", FORM, of="training_class"),
    "assessments:town-exam": Row("town", of="exam"),
    "assessments:town-exam-release": Row("town-write", POST, of="exam"),
    "assessments:town-late": Row("town-write", FORM, of="late"),
    "assessments:town-remedies": Row("town"),
    "assessments:town-make-up": Row("town-write", FORM, of="make_up"),
    "assessments:town-survey": Row("town", of="survey"),
    "assessments:town-bank-import": Row("town-write", FORM, of="bank"),
    "assessments:town-bank-template": Row("town"),
    "assessments:town-class-exam": Row("town", of="training_class"),
    "assessments:town-class-survey": Row("town", of="training_class"),
    "assessments:me-clock": Row("me", of="attempt"),
    "assessments:me-exams": Row("me"),
    "assessments:me-exam": Row("me", of="exam"),
    "assessments:me-start": Row("me", POST, of="exam"),
    "assessments:me-attempt": Row("me", FORM, of="attempt"),
    "assessments:me-answers": Row("me", POST, of="attempt"),
    "assessments:me-submit": Row("me", FORM, of="attempt"),
    "assessments:me-late": Row("me", POST, of="attempt"),
    "assessments:me-result": Row("me", of="attempt"),
    "assessments:me-survey": Row("me", FORM, of="ticket"),
    # places, people who teach, courses
    "centres:town-centre": Row("town"),
    # centres: standard
    "centres:town-standard": Row("town", also={"county": 404, "auditor": 404, "inspector": 404}),
    "centres:standard-item": Row("town", of={"key": "=matrix"}, also={"county": 404, "auditor": 404, "inspector": 404}),
    "centres:evidence-add": Row("town-write", POST, of={"key": "=matrix"}, also={"county": 404}),
    "centres:evidence-file": Row("town", of="evidence"),
    "centres:evidence-thumbnail": Row("town", of="evidence"),
    "centres:evidence-withdraw": Row("town-write", FORM, of="evidence"),
    # centres: compliance
    "centres:compliance": Row("town"),
    "centres:compliance-export": Row("town"),
    "centres:compliance-sheet": Row("town"),
    "centres:compliance-centre": Row("town", of={"code": "town.code"}),
    # centres: regulations
    "centres:regulations": Row("town"),
    "centres:regulation-add": Row("town-write", FORM),
    "centres:regulation-version-add": Row("town-write", FORM, of="regulation"),
    "centres:regulation-file": Row("town", of="regulation_version"),
    # centres: inspections
    "centres:inspection": Row("town", of="county_check"),
    "centres:inspection-start": Row("town", POST, of="centre"),
    "centres:result-save": Row("town-clerk", POST, of="self_result"),
    "centres:inspection-submit": Row("town-clerk", POST, of="self_check"),
    "centres:inspection-drop": Row("town-clerk", POST, of="self_check"),
    "centres:inspection-confirm": Row("town-clerk", POST, of="county_check"),
    "centres:inspection-return": Row("town-clerk", POST, of="county_check"),
    "centres:inspection-photo": Row("town", of="inspection_photo"),
    "centres:inspection-photo-drop": Row("town-clerk", POST, of="inspection_photo"),
    "centres:town-inspections": Row("town"),
    "centres:finding": Row("town", of="finding"),
    "centres:finding-rectify": Row("town-clerk", POST, of="finding"),
    "centres:finding-assign": Row("town-clerk", POST, of="finding"),
    # centres: brands
    "centres:town-brand": Row("town"),
    "centres:brand-edit": Row("town-write", FORM, also={"county": 404}),
    "centres:brand-submit": Row("town-write", POST, of="brand_draft"),
    "centres:brand-withdraw": Row("town-write", POST, of="brand_draft"),
    "centres:brand-approve": Row("county", POST, of="brand_draft"),
    "centres:brand-return": Row("county", FORM, of="brand_draft"),
    "trainings:county-brands": Row("town"),
    "trainings:brand-keys": Row("county", FORM, of="brand"),
    # centres: places
    "centres:public": Row("public", of={"code": "town.code"}, shown=True),
    "centres:centre-edit": Row("town-write", FORM, also={"county": 404}),
    "centres:zone-add": Row("town-write", FORM, also={"county": 404}),
    "centres:zone-edit": Row("town-write", FORM, of="zone"),
    "centres:photo-add": Row("town-write", FORM, of="zone"),
    "centres:photo": Row("town", of="photo"),
    "centres:photo-remove": Row("town-write", POST, of="photo"),
    "centres:room-add": Row("town-write", FORM, also={"county": 404}),
    "centres:room-edit": Row("town-write", FORM, of="room"),
    "centres:point-add": Row("town-write", FORM, also={"county": 404}),
    "centres:point-edit": Row("town-write", FORM, of="point"),
    "centres:town-sites": Row("town", also={"county": 404, "auditor": 404, "inspector": 404}),
    "centres:site-add": Row("town-write", FORM, also={"county": 404}),
    "centres:site-edit": Row("town-write", FORM, of="site"),
    # centres: posts
    "centres:county-posts": Row("town"),
    "centres:post-take-up": Row("county", FORM, of="vacant_post"),
    "centres:post-leave": Row("county", FORM, of="holding"),
    "lecturers:town-list": Row("town"),
    "courses:town-list": Row("town"),
    # centres: money
    "centres:town-money": Row("town"),
    "centres:money-export": Row("town", also={"county": 404, "auditor": 404, "inspector": 404}),
    "centres:money-print": Row("town", also={"county": 404, "auditor": 404, "inspector": 404}),
    "centres:budget-edit": Row("town-write", FORM, also={"county": 404, "auditor": 404, "inspector": 404}),
    "centres:expense-add": Row("town-write", FORM, also={"county": 404, "auditor": 404, "inspector": 404}),
    "centres:year-close": Row("town-write", FORM, also={"county": 404, "auditor": 404, "inspector": 404}),
    "centres:budget-approve": Row("county", POST, of="budget"),
    "centres:budget-adjust": Row("county", FORM, of="budget"),
    "centres:expense-reverse": Row("town-write", FORM, of="expense"),
    "centres:scan-add": Row("town-write", FORM, of="expense"),
    "centres:scan-file": Row("town", of="expense_scan"),
    "centres:year-reopen": Row("county", FORM, of="closing"),
    "centres:county-money": Row("town"),
    # centres: money, as a class spends it
    "trainings:class-costs": Row("town", of="training_class"),
    "trainings:class-budget": Row("town-write", FORM, of="training_class"),
    "trainings:cost-link": Row("town-write", FORM, of="training_class"),
    "trainings:cost-remove": Row("town-write", POST, of="class_cost"),
    # admin, beside the pages of each model (below)
    "admin:index": Row("admin"),
    "admin:login": Row("public", FORM, also={"*": 403}),
    "admin:logout": Row("public", POST, also={"*": 403}),
    "admin:password_change": Row("admin", FORM),
    "admin:password_change_done": Row("admin"),
    "admin:autocomplete": Row("admin", also={"*": 403}),
    "admin:jsi18n": Row("admin"),
    "admin:view_on_site": Row("admin", of={"content_type_id": "=1", "object_id": "=1"}, also={"*": 404}),
    "admin:people_member_find": Row("admin", POST),
    "admin:app_list": Row("admin", of={"app_label": "=people"}),
    "admin:": Row("admin", of={"url": "=nothing/"}, also={"*": 404}),
}

# Models in the admin: each has list, add, change, delete, history.
ADMIN: set[str] = {
    "assessments.answer",
    "assessments.attempt",
    "assessments.exam",
    "assessments.indicator",
    "assessments.lateanswers",
    "assessments.makeup",
    "assessments.question",
    "assessments.questionbank",
    "assessments.retake",
    "assessments.survey",
    "assessments.surveyquestion",
    "audit.auditentry",
    "audit.auditseal",
    "centres.brand",
    "centres.brandrevision",
    "centres.brandtheme",
    "centres.budget",
    "centres.budgetadjustment",
    "centres.centre",
    "centres.costhead",
    "centres.disclosure",
    "centres.disclosureitem",
    "centres.disclosurequestion",
    "centres.evidence",
    "centres.expense",
    "centres.expensescan",
    "centres.finding",
    "centres.inspection",
    "centres.post",
    "centres.postholding",
    "centres.receptionsite",
    "centres.regulation",
    "centres.regulationkind",
    "centres.room",
    "centres.staffingdocument",
    "centres.standard",
    "centres.teachingpoint",
    "centres.venuekind",
    "centres.yearclosing",
    "courses.course",
    "courses.courseversion",
    "inbox.channelhealth",
    "inbox.inboxmessage",
    "inbox.outboundsend",
    "lecturers.appointment",
    "lecturers.lecturer",
    "lecturers.lecturerkind",
    "lecturers.lecturertitle",
    "obligations.heartbeat",
    "obligations.obligation",
    "people.activationslip",
    "people.branch",
    "people.importrun",
    "people.member",
    "people.town",
    "people.user",
    "rules.rule",
    "trainings.certificate",
    "trainings.certificaterevocation",
    "trainings.classbudget",
    "trainings.classcost",
    "trainings.dossierentry",
    "trainings.dossieritem",
    "trainings.enrolment",
    "trainings.hourentry",
    "trainings.hourrule",
    "trainings.mark",
    "trainings.markstatus",
    "trainings.planline",
    "trainings.quota",
    "trainings.session",
    "trainings.trainingclass",
    "trainings.yearplan",
}
