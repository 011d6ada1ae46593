"""Scans of vouchers: put to a voucher, or held for one that is not entered yet."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from centres.models import Expense, ExpenseScan, HeldScan
from juxian.audit.log import record
from juxian.files.models import StoredFile
from juxian.files.photos import Accepted, accept, keeping
from juxian.files.store import discard
from juxian.people.models import Town, User
from juxian.people.rights import must_run

HELD_FOR = timedelta(days=1)


@transaction.atomic
def add_scan(*, expense: Expense, file: StoredFile, by: User) -> ExpenseScan:
    """Put a scan to a voucher; the very same content again answers with the scan that is there."""
    must_run(by, expense.town)
    done: ExpenseScan | None = ExpenseScan.objects.filter(expense=expense, file__sha256=file.sha256).first()
    if done:
        return done
    row = ExpenseScan.objects.create(expense=expense, file=file, by=by, at=timezone.now())
    summary = f"{expense.year} 年凭证 {expense.voucher} 归入影像“{file.original_name}”"
    record(by=by, action="centres.scan_added", subject=expense, summary=summary, town_code=expense.town.code)
    return row


@contextmanager
def holding(*, town: Town, upload: UploadedFile, by: User) -> Iterator[HeldScan]:
    """Keep a chosen scan for the voucher that is being written, in one transaction with the body.

    Raises ValidationError with what is wrong with the file.
    """
    must_run(by, town)
    name = str(upload.name)
    found = accept(upload, name=name)
    with keeping(Accepted(found.kind, found.content), name=name) as kept:  # nobody shows a thumbnail of a voucher
        yield HeldScan.objects.create(town=town, file=kept.file, by=by, at=timezone.now())


def drop_held(now: datetime) -> int:
    """Forget scans held for more than a day, with those contents that came to no voucher; return how many."""
    rows = HeldScan.objects.filter(at__lt=now - HELD_FOR).select_related("file")
    for row in rows:
        with transaction.atomic():
            row.delete()
            if not ExpenseScan.objects.filter(file=row.file).exists():
                discard(row.file)
    return len(rows)
