"""Keeping regulations and their versions."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max

from centres.models import Regulation, RegulationKind, RegulationVersion
from juxian.audit.log import record
from juxian.files.models import StoredFile
from juxian.people.models import Town, User
from juxian.people.rights import must_run


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
) -> RegulationVersion:
    """The next version; it replaces the one before from its first day. Twice the same file and day is once."""
    regulation = Regulation.objects.select_for_update(of=("self",)).select_related("town").get(pk=regulation.pk)
    _must_write(by, regulation.town)
    versions = RegulationVersion.objects.filter(regulation=regulation)
    same: RegulationVersion | None = versions.filter(file__sha256=file.sha256, valid_from=valid_from).first()
    if same:
        return same
    row = RegulationVersion(
        regulation=regulation,
        number=(versions.aggregate(last=Max("number"))["last"] or 0) + 1,
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
