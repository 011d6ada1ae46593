"""Keeping regulations and their versions."""

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from centres.limits import known_day, past_day
from centres.models import Regulation, RegulationKind, RegulationVersion
from juxian.audit.log import record
from juxian.files.models import StoredFile
from juxian.people.models import Town, User
from juxian.people.rights import must_run

LONGEST = 50  # years


def _must_write(by: User, town: Town | None) -> None:
    """The county writes everything, a clerk the own town's. Raises PermissionDenied."""
    if town:
        must_run(by, town)
    elif not by.is_county:
        raise PermissionDenied


@transaction.atomic
def add_regulation(*, town: Town | None, kind: RegulationKind, title: str, by: User) -> Regulation:
    """A rule of `town`, or a document of the county (None). Again with the same words: the one that is there."""
    _must_write(by, town)
    title = title.strip()
    there: Regulation | None = Regulation.objects.filter(town=town, kind=kind, title=title).first()
    if there:
        return there
    row = Regulation(town=town, kind=kind, title=title)
    row.full_clean()
    row.save()
    code = town.code if town else ""
    record(by=by, action="centres.regulation_add", subject=row, summary=f"新建制度：{title}", town_code=code)
    return row


def _must_be_days(issued_on: date, valid_from: date, valid_until: date | None) -> None:
    """A paper was issued by today, works from next year's end at the latest, and not for longer than people plan."""
    wrong = {}
    for name, day, check in (("issued_on", issued_on, past_day), ("valid_from", valid_from, known_day)):
        try:
            check(day)
        except ValidationError as refusal:
            wrong[name] = refusal
    last = timezone.localdate().year + LONGEST
    if valid_until and valid_until.year > last:
        wrong["valid_until"] = ValidationError(f"“有效至”最晚填到 {last} 年，长期有效就不填。", code="limit")
    if wrong:
        raise ValidationError(wrong)


@transaction.atomic
def add_version(
    *,
    regulation: Regulation,
    document_number: str,
    issued_on: date,
    valid_from: date,
    valid_until: date | None,
    file: StoredFile,
    by: User,
    seen: str | None = None,
) -> RegulationVersion:
    """The next version; it replaces the one before from its first day. Twice the same file and day is once.

    `seen`: the number of the version the page showed as the newest, 0 for none.
    """
    regulation = Regulation.objects.select_for_update(of=("self",)).select_related("town").get(pk=regulation.pk)
    _must_write(by, regulation.town)
    versions = RegulationVersion.objects.filter(regulation=regulation)
    same: RegulationVersion | None = versions.filter(file__sha256=file.sha256, valid_from=valid_from).first()
    if same:
        return same
    _must_be_days(issued_on, valid_from, valid_until)
    last = versions.aggregate(last=Max("number"))["last"] or 0
    if seen is not None and seen != str(last):
        raise ValidationError(
            f"“{regulation.title}”在您打开这一页以后，别处已存入第 {last} 版，您的没有存。"
            f"请回到制度页看过那一版，要换再点“存入新版”。",
            code="changed",
        )
    row = RegulationVersion(
        regulation=regulation,
        number=last + 1,
        document_number=document_number.strip(),
        issued_on=issued_on,
        valid_from=valid_from,
        valid_until=valid_until,
        file=file,
        by=by,
    )
    row.full_clean()
    row.save()
    code = regulation.town.code if regulation.town else ""
    summary = f"“{regulation.title}”存入第 {row.number} 版"
    record(by=by, action="centres.regulation_version", subject=row, summary=summary, town_code=code)
    return row
