"""Money is append-only: vouchers, adjustments, scans and closings are never edited; an approved budget stays.

A voucher lies in the year it was spent in, is posted once until it is reversed, and comes into no closed year.
"""

from typing import Any

from django.db import migrations

FROZEN_TABLES = ("centres_expense", "centres_budgetadjustment", "centres_expensescan", "centres_yearclosing")
FROZEN = "支出、预算调整、凭证影像和结账记录只能追加，不能修改或删除"
APPROVED = "已批准的预算不能修改，请登记调整"

# Is the year of NEW closed, by the last row on it?
CLOSED = """COALESCE((SELECT c.is_closed FROM centres_yearclosing c
    WHERE c.town_id = {town} AND c.year = {year} ORDER BY c.number DESC LIMIT 1), {no})"""
MATCHES = """EXISTS (SELECT 1 FROM centres_expense o WHERE o.id = NEW.reverses_id AND o.amount = -NEW.amount
    AND o.town_id = NEW.town_id AND o.year = NEW.year AND o.head_id = NEW.head_id AND o.voucher = NEW.voucher
    AND o.round = NEW.round AND o.spent_on = NEW.spent_on AND o.reverses_id IS NULL)"""
STANDING = """EXISTS (SELECT 1 FROM centres_expense o WHERE o.town_id = NEW.town_id AND o.year = NEW.year
    AND o.voucher = NEW.voucher AND o.reverses_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM centres_expense r WHERE r.reverses_id = o.id))"""
STEP = "(SELECT COALESCE(MAX(c.number), 0) + 1 FROM centres_yearclosing c WHERE c.town_id = NEW.town_id AND c.year = NEW.year)"
APPROVED_OF = "EXISTS (SELECT 1 FROM centres_budget b WHERE b.id = {row}.budget_id AND b.state = 'approved')"
OF_BUDGET = "(SELECT b.{column} FROM centres_budget b WHERE b.id = NEW.budget_id)"


def _state(row: str) -> str:
    return APPROVED_OF.format(row=row)


def _refusals(vendor: str) -> list[tuple[str, str, str, str, str]]:
    """Name of the trigger, table, verb, what it refuses (SQL on NEW or OLD), and the words."""
    no = "FALSE" if vendor == "postgresql" else "0"
    year = (
        "EXTRACT(YEAR FROM NEW.spent_on)" if vendor == "postgresql" else "CAST(strftime('%Y', NEW.spent_on) AS INTEGER)"
    )
    odd = "NEW.is_closed <> (NEW.number % 2 = 1)"
    expense, closed = "centres_expense", CLOSED.format(town="NEW.town_id", year="NEW.year", no=no)
    of_budget = CLOSED.format(town=OF_BUDGET.format(column="town_id"), year=OF_BUDGET.format(column="year"), no=no)
    adjusted = f"NOT {_state('NEW')} OR {of_budget}"
    return [
        ("centres_expense_closed", expense, "INSERT", closed, "这个年度已经结账，不能再入账或冲销"),
        ("centres_expense_year", expense, "INSERT", f"NEW.year <> {year}", "支出日期不在这个年度里"),
        ("centres_expense_reversal", expense, "INSERT", f"NEW.reverses_id IS NOT NULL AND NOT {MATCHES}", "冲销必须与原支出一致、金额相反，且不能冲销冲销"),
        ("centres_expense_again", expense, "INSERT", f"NEW.reverses_id IS NULL AND {STANDING}", "这个凭证号已经入账，先冲销才能再入账"),
        ("centres_yearclosing_order", "centres_yearclosing", "INSERT", f"NEW.number <> {STEP} OR {odd}", "结账和重新打开要依次登记"),
        ("centres_adjustment_open", "centres_budgetadjustment", "INSERT", adjusted, "只有已批准、未结账的预算能调整"),
        ("centres_budget_kept", "centres_budget", "UPDATE", "OLD.state = 'approved'", APPROVED),
        ("centres_budget_there", "centres_budget", "DELETE", "OLD.state = 'approved'", APPROVED),
        ("centres_budgetline_new", "centres_budgetline", "INSERT", _state("NEW"), APPROVED),
        ("centres_budgetline_kept", "centres_budgetline", "UPDATE", f"{_state('OLD')} OR {_state('NEW')}", APPROVED),
        ("centres_budgetline_there", "centres_budgetline", "DELETE", _state("OLD"), APPROVED),
    ] + [
        (f"{table}_no_{verb.lower()}", table, verb, "", FROZEN) for table in FROZEN_TABLES for verb in ("UPDATE", "DELETE")
    ]  # fmt: skip


def guard(apps: Any, schema_editor: Any) -> None:
    vendor = schema_editor.connection.vendor
    for name, table, verb, refused, words in _refusals(vendor):
        if vendor == "postgresql":
            raised = f"RAISE EXCEPTION '{words}' USING ERRCODE = 'check_violation';"
            body = f"IF {refused} THEN {raised} END IF;" if refused else raised
            row = "OLD" if verb == "DELETE" else "NEW"
            schema_editor.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN {row}; END $$;",
                params=None,
            )
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()", params=None
            )
        else:
            when = f"WHEN {refused} " if refused else ""
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE {verb} ON {table} {when}BEGIN SELECT RAISE(ABORT, '{words}'); END",
                params=None,
            )


def unguard(apps: Any, schema_editor: Any) -> None:
    vendor = schema_editor.connection.vendor
    for name, table, *_ in _refusals(vendor):
        if vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER {name} ON {table}")
            schema_editor.execute(f"DROP FUNCTION {name}()")
        else:
            schema_editor.execute(f"DROP TRIGGER {name}")


class Migration(migrations.Migration):
    dependencies = [("centres", "0006_money")]

    operations = [migrations.RunPython(guard, unguard)]
