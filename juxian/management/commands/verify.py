"""`manage.py verify`: audit chain, hour ledger, money, stored files."""

from typing import Any

from django.core.management.base import CommandError

from centres import money
from centres.models import Expense
from juxian.audit import chain
from juxian.audit.models import AuditEntry, AuditSeal
from juxian.files.models import StoredFile
from juxian.files.store import is_whole
from juxian.people.commands import TellingCommand
from trainings import costs, ledger
from trainings.models import HourEntry


class Command(TellingCommand):
    """Words for people first, one JSON line last; exit 1 when something does not hold. Changes nothing."""

    help = "核对审计记录链、学时账、经费账、文件校验值"

    def handle(self, *args: Any, **options: Any) -> None:
        audit, hours, files = chain.verify(), list(ledger.problems()), self._files()
        paid = [*money.problems(), *costs.problems()]
        for sentence in [*audit, *hours, *paid, *files]:
            self.stdout.write(sentence)
        entries, sealed = AuditEntry.objects.count(), AuditSeal.objects.count()
        self.stdout.write(f"审计记录 {entries} 条，已入链 {sealed} 条，其余等下一次后台封存。")
        facts = {
            "audit_entries": entries,
            "audit_sealed": sealed,
            "ledger_rows": HourEntry.objects.count(),
            "expenses": Expense.objects.count(),
            "files": StoredFile.objects.count(),
            "problems": len(audit) + len(hours) + len(paid) + len(files),
        }
        self.last_line(facts)
        if facts["problems"]:
            raise CommandError(f"核对发现 {facts['problems']} 处问题，见上。")

    @staticmethod
    def _files() -> list[str]:
        rows = StoredFile.objects.filter(removed_at=None).order_by("pk").iterator(chunk_size=500)
        return [f"文件“{row.original_name}”（编号 {row.pk}）丢失或被改动。" for row in rows if not is_whole(row)]
