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
  teach, inspect   lecturers, inspectors
"""

from dataclasses import dataclass, field

GET = ("GET",)
POST = ("POST",)
FORM = ("GET", "POST")


@dataclass(frozen=True)
class Row:
    """One pattern. `reveals`: it shows full personal numbers by design; `quiet`: a GET that may change rows, and why."""

    audience: str
    methods: tuple[str, ...] = GET
    of: str | dict[str, str] = ""
    reveals: bool = False
    quiet: str = ""
    also: dict[str, int] = field(default_factory=dict)


TABLE: dict[str, Row] = {
    # roof
    "home": Row("public"),
    "help": Row("public"),
    "robots": Row("public"),
    "healthz": Row("public"),
    "readyz": Row("public", also={"*": 503}),
    "desk": Row("town"),
    "me": Row("any"),
    "teach": Row("any"),
    "inspect": Row("inspect"),
    # places, people who teach, courses
    "centres:town-centre": Row("town"),
    "lecturers:town-list": Row("town"),
    "courses:town-list": Row("town"),
    # admin, beside the pages of each model (below)
    "admin:index": Row("admin"),
    "admin:login": Row("public", FORM),
    "admin:logout": Row("public", POST),
    "admin:password_change": Row("admin", FORM),
    "admin:password_change_done": Row("admin"),
    "admin:autocomplete": Row("admin", also={"*": 403}),
    "admin:jsi18n": Row("admin"),
    "admin:view_on_site": Row("admin", of={"content_type_id": "=1", "object_id": "=1"}, also={"*": 404}),
    "admin:app_list": Row("admin", of={"app_label": "=people"}),
    "admin:": Row("admin", of={"url": "=nothing/"}, also={"*": 404}),
}

# Models in the admin: each has list, add, change, delete, history.
ADMIN: set[str] = {
    "centres.brandtheme",
    "centres.centre",
    "centres.room",
    "centres.teachingpoint",
    "centres.standard",
}
