"""The pages of money: what is typed, warned of, refused, shown, taken away as a workbook."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from centres.actions.scans import drop_held, holding
from centres.forms.money import read_amount
from centres.models import Budget, BudgetAdjustment, BudgetLine, Expense, ExpenseScan, HeldScan
from juxian.audit.models import AuditEntry
from juxian.files.models import StoredFile
from juxian.messages.models import InboxMessage
from tests.centres.money_rows import approve, budget, close, expense, head, reverse
from tests.factories import CentreFactory, GrantFactory, UserFactory

pytestmark = pytest.mark.django_db
YEAR = timezone.localdate().year
TODAY = timezone.localdate()


@pytest.fixture
def page(client: Client, clerk, town, other_town) -> Client:
    CentreFactory(town=town)
    CentreFactory(town=other_town)
    client.force_login(clerk)
    return client


def post_voucher(page: Client, **given) -> object:
    typed = {
        "head": head("meals").pk, "amount": "100", "voucher": "记-1", "spent_on": TODAY.isoformat(),
        "payee": "示例食堂", "purpose": "午餐",
    }  # fmt: skip
    return page.post("/town/centre/money/expenses/add/", typed | given)


def texts(response) -> list[str]:
    return [text for found in response.context["form"].errors.values() for text in found]


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1234.5", "1234.50"), ("1,234.50", "1234.50"), ("１２３４．５０", "1234.50"), ("1，234", "1234"),
        ("￥88元", "88"), (" 0.01 ", "0.01"), ("10000000", "10000000"), ("1 234", "1234"),
    ],
)  # fmt: skip
def test_amounts_are_understood_as_people_type_them(typed, amount) -> None:
    assert read_amount(typed) == Decimal(amount)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("一千二百元", "digits"), ("壹佰", "digits"), ("1.234", "cents"), ("12,34", "amount"), ("1e5", "amount"),
        ("-5", "sign"), ("+5", "sign"), ("abc", "amount"), ("", "amount"), ("1.", "amount"), ("NaN", "amount"),
        ("10000000.01", "large"), ("5元5角", "digits"), ("²", "ok"),
    ],
)  # fmt: skip
def test_what_is_no_amount_is_said_clearly(typed, code) -> None:
    if code == "ok":
        assert read_amount(typed) == 2  # NFKC: a small figure is a figure
        return
    with pytest.raises(ValidationError) as caught:
        read_amount(typed)
    assert caught.value.code == code


def test_a_voucher_is_entered_and_on_record(page, town, clerk, county) -> None:
    approve(budget(town, clerk, YEAR, {head("meals"): "500"}), county)
    response = post_voucher(page, amount="１００．５")
    assert (response.status_code, response.headers["Location"]) == (302, f"/town/centre/money/?year={YEAR}")
    row = Expense.objects.get()
    assert (row.amount, row.voucher, row.year, row.by, row.warning) == (Decimal("100.50"), "记-1", YEAR, clerk, "")
    entry = AuditEntry.objects.get(action="centres.expense_posted")
    assert (entry.summary, entry.town_code) == (f"{YEAR} 年凭证 记-1：伙食费 100.50 元，午餐", town.code)
    post_voucher(page, amount="100.50")
    assert Expense.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"amount": "0"}, "金额要大于 0。"),
        ({"amount": "-5"}, "金额前面不写正负号。要冲销，请在那一笔后面点“冲销”。"),
        ({"amount": "1.001"}, "金额最多到分，即两位小数。"),
        ({"amount": "三百"}, "金额请用数字写，如 1234.50。"),
        ({"spent_on": "2999-01-01"}, "支出日期还没到，请核对年份。"),
        ({"spent_on": f"{YEAR + 1}-01-01"}, "支出日期还没到，请核对年份。"),
        ({"spent_on": "0026-01-01"}, "支出日期太早，这里只记 2020 年以后的账。"),
        ({"spent_on": "2019-12-31"}, "支出日期太早，这里只记 2020 年以后的账。"),
        ({"amount": "12345678"}, "金额太大，一笔不超过一千万元。请核对是不是多写了零，或漏了小数点。"),
        ({"payee": "王某 6222 0200 1234 5678"}, "这里不要写银行账号或身份证号，写名称和事由就可以。"),
    ],
)
def test_bad_vouchers_are_refused_in_words(page, town, clerk, given, said) -> None:
    response = post_voucher(page, **given)
    assert (response.status_code, texts(response)) == (200, [said])
    assert Expense.objects.count() == 0


def test_a_closed_year_takes_no_voucher_and_no_reversal(page, town, clerk) -> None:
    old = expense(town, clerk, head("meals"), "5", on=date(YEAR - 1, 5, 5))
    close(town, clerk, YEAR - 1)
    said = f"{YEAR - 1} 年已经结账。确需更正的，请县里写明原因重新打开。"
    assert texts(post_voucher(page, voucher="收-1", spent_on=f"{YEAR - 1}-06-01")) == [said]
    assert texts(page.post(f"/town/expenses/{old.pk}/reverse/", {"reason": "错"})) == [said]
    assert Expense.objects.count() == 1


def test_over_budget_warns_with_the_sums_and_asks_why(page, town, clerk, county) -> None:
    meals = head("meals")
    approve(budget(town, clerk, YEAR, {meals: "120"}), county)
    expense(town, clerk, meals, "50", on=date(YEAR, 1, 1))
    warning = f"“伙食费”{YEAR} 年预算 120.00 元，已支出 50.00 元，这一笔 100.00 元，超出 30.00 元。"
    first = post_voucher(page)
    assert (first.status_code, first.context["form"].warning, Expense.objects.count()) == (200, warning, 1)
    assert post_voucher(page, accepted=warning).context["form"].warning == warning
    assert post_voucher(page, accepted="别的", accepted_reason="急用").context["form"].warning == warning
    assert post_voucher(page, accepted=warning, accepted_reason="急用").status_code == 302
    row = Expense.objects.get(voucher="记-1")
    assert (row.warning, row.accepted_reason) == (warning, "急用")


def test_a_wrong_voucher_is_reversed_and_entered_again(page, town, clerk, county) -> None:
    approve(budget(town, clerk, YEAR, {head("meals"): "500"}), county)
    post_voucher(page)
    for voucher in ("记-1", " 记－１ "):  # the same, as an input method writes it
        assert texts(post_voucher(page, amount="10", voucher=voucher)) == [
            f"{YEAR} 年的“记-1”已经入过账。记错了的，先冲销再入账。"
        ]
    row = Expense.objects.get()
    for _ in range(2):
        assert page.post(f"/town/expenses/{row.pk}/reverse/", {"reason": "多记一个零"}).status_code == 302
    post_voucher(page, amount="10")
    rows = Expense.objects.order_by("pk").values_list("amount", "round", "reason")
    assert list(rows) == [
        (Decimal("100.00"), 1, ""), (Decimal("-100.00"), 1, "多记一个零"), (Decimal("10.00"), 2, ""),
    ]  # fmt: skip
    assert page.get("/town/centre/money/").context["whole"].spent == Decimal("10.00")


def test_a_scan_is_kept_with_its_voucher_or_neither(page, town, clerk, county) -> None:
    approve(budget(town, clerk, YEAR, {head("meals"): "500"}), county)
    refused = post_voucher(page, scan=SimpleUploadedFile("a.pdf", b"MZ\x90\x00 this is a program"))
    assert texts(refused) == ["“a.pdf”不是能打开的 PDF 或 OFD 文件。"]
    assert (Expense.objects.count(), StoredFile.objects.count()) == (0, 0)
    post_voucher(page, scan=SimpleUploadedFile("发票.pdf", b"%PDF-1.4 hello"))
    scan = ExpenseScan.objects.get()
    found = page.get(f"/town/scans/{scan.pk}/")
    assert (b"".join(found.streaming_content), found.headers["Content-Type"]) == (b"%PDF-1.4 hello", "application/pdf")
    assert found.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    page.post(f"/town/expenses/{scan.expense_id}/scans/add/", {"file": SimpleUploadedFile("b.pdf", b"%PDF-1.7 two")})
    assert ExpenseScan.objects.count() == 2


def test_a_chosen_scan_survives_a_warning_and_any_refusal(page, town, clerk) -> None:
    chosen = SimpleUploadedFile("发票.pdf", b"%PDF-1.4 hello")
    first = post_voucher(page, scan=chosen, voucher="")
    form = first.context["form"]
    held = HeldScan.objects.get()
    assert (form.data["held"], form.fields["scan"].help_text) == (
        str(held.pk), "“发票.pdf”已经收好，不用再选。要换一份才重新选。",
    )  # fmt: skip
    warned = post_voucher(page, held=held.pk)
    warning = warned.context["form"].warning
    assert (warned.context["form"].data["held"], f'value="{held.pk}"' in warned.content.decode()) == (
        str(held.pk),
        True,
    )
    answer = {"held": held.pk, "accepted": warning, "accepted_reason": "急用"}
    for _ in range(2):
        assert post_voucher(page, **answer).status_code == 302
    scan = ExpenseScan.objects.get()
    assert (scan.expense.voucher, scan.file, StoredFile.objects.count()) == ("记-1", held.file, 1)


def test_a_held_scan_is_its_writers_own_and_gone_after_a_day(page, client, town, clerk, county) -> None:
    approve(budget(town, clerk, YEAR, {head("meals"): "500"}), county)
    gone = "先前选的影像只留一天，已经清掉，请重新选。"
    with holding(town=town, upload=SimpleUploadedFile("a.pdf", b"%PDF-1.4 a"), by=county) as theirs:
        pass
    assert texts(post_voucher(page, held=theirs.pk)) == [gone]
    post_voucher(page, voucher="", scan=SimpleUploadedFile("b.pdf", b"%PDF-1.4 b"))
    own = HeldScan.objects.get(by=clerk)
    post_voucher(page, held=own.pk)
    now = timezone.now()
    assert (drop_held(now), drop_held(now + timedelta(hours=25)), HeldScan.objects.count()) == (0, 2, 0)
    assert list(StoredFile.objects.values_list("original_name", flat=True)) == ["b.pdf"]
    assert texts(post_voucher(page, voucher="记-2", held=own.pk)) == [gone]
    assert Expense.objects.count() == 1


def test_another_towns_money_is_not_found(page, client, town, other_clerk, county, clerk) -> None:
    paid = expense(town, clerk, head("meals"), "5", on=TODAY)
    plan = budget(town, clerk, YEAR, {head("meals"): "5"})
    scan = ExpenseScan.objects.create(
        expense=paid, file=StoredFile.objects.create(size=1, path="x"), by=clerk, at=timezone.now()
    )
    client.force_login(other_clerk)
    for path in (
        f"/town/expenses/{paid.pk}/reverse/",
        f"/town/scans/{scan.pk}/",
        f"/town/centre/money/?town={town.code}",
    ):
        assert client.get(path).status_code == 404
    assert client.post(f"/town/expenses/{paid.pk}/reverse/", {"reason": "x"}).status_code == 404
    assert client.post(f"/town/budgets/{plan.pk}/approve/").status_code == 403
    client.logout()
    assert client.get("/town/centre/money/").headers["Location"] == "/login/?next=/town/centre/money/"


def test_readers_read_and_members_do_not(page, client, town, member, clerk) -> None:
    auditor = GrantFactory(user=UserFactory(), kind="auditor").user
    client.force_login(auditor)
    assert client.get(f"/town/centre/money/?town={town.code}").status_code == 200
    assert client.get("/town/centre/money/").headers["Location"] == "/county/money/"
    assert client.get("/county/money/").status_code == 200
    assert client.get(f"/town/centre/money/expenses/add/?town={town.code}").status_code == 403
    client.force_login(member.user)
    assert client.get("/town/centre/money/").status_code == 403


def test_budget_from_the_clerk_to_the_county(page, client, town, clerk, county) -> None:
    meals, other = head("meals"), head("other")
    path = f"/town/centre/money/budget/?year={YEAR}"
    assert texts(page.post(path, {f"h{meals.pk}": "-1"})) == ["金额前面不写正负号。要冲销，请在那一笔后面点“冲销”。"]
    assert texts(page.post(path, {})) == ["请至少填一项金额。"]
    page.post(path, {f"h{meals.pk}": "1,000", f"h{other.pk}": ""})
    page.post(path, {f"h{meals.pk}": "1200.50", f"h{other.pk}": "3"})
    plan = Budget.objects.get()
    assert dict(BudgetLine.objects.values_list("head__key", "amount")) == {
        "meals": Decimal("1200.50"), "other": Decimal("3.00"),
    }  # fmt: skip
    assert InboxMessage.objects.filter(user=county).count() == 1
    client.force_login(county)
    client.post(f"/town/budgets/{plan.pk}/approve/", {"seen": "20260101000000000000"})
    assert Budget.objects.get().state == "draft"
    for _ in range(2):
        client.post(f"/town/budgets/{plan.pk}/approve/", {"seen": plan.seen})
    plan.refresh_from_db()
    assert (plan.state, plan.approved_by) == ("approved", county)
    assert InboxMessage.objects.filter(town=town, title=f"大店镇{YEAR}年度经费预算已批准").count() == 1
    client.force_login(clerk)
    shut = "预算已经批准。要增减，请县里登记预算调整。"
    for response in (client.get(path), client.post(path, {f"h{meals.pk}": "5"})):
        assert (response.context["text"], "form" in response.context) == (shut, False)


def test_nobody_approves_the_own_budget(page, client, town, county) -> None:
    plan = budget(town, county, YEAR, {head("meals"): "5"})
    client.force_login(county)
    shown = client.get(f"/town/centre/money/?town={town.code}")
    assert (shown.context["may_decide"], shown.context["waits_for_other"]) == (False, True)
    client.post(f"/town/budgets/{plan.pk}/approve/")
    plan.refresh_from_db()
    assert plan.state == "draft"


def test_an_approved_budget_is_adjusted_by_a_row(page, client, town, clerk, county) -> None:
    meals = head("meals")
    plan = approve(budget(town, clerk, YEAR, {meals: "100"}), county)
    path = f"/town/budgets/{plan.pk}/adjust/"
    client.force_login(county)
    typed = {"head": meals.pk, "amount": "-100.01", "reason": "减"}
    assert texts(client.post(path, typed)) == ["“伙食费”现有预算 100.00 元，不能减得更多。"]
    for _ in range(2):
        assert client.post(path, typed | {"amount": "-40"}).status_code == 302
    assert [row.amount for row in BudgetAdjustment.objects.all()] == [Decimal("-40.00")]
    shown = client.get(f"/town/centre/money/?town={town.code}")
    assert shown.context["rows"][0].budget == Decimal("60.00")
    client.force_login(clerk)
    assert client.post(path, typed).status_code == 403


def test_what_is_seen_is_what_is_exported(page, town, clerk) -> None:
    meals, other = head("meals"), head("other")
    expense(town, clerk, meals, "9999999999.99", on=date(YEAR, 1, 2), voucher="记-1", purpose="=1+1")
    expense(town, clerk, other, "0.10", on=date(YEAR, 1, 3), voucher="记-2")
    reverse(expense(town, clerk, meals, "7", on=date(YEAR, 1, 4), voucher="记-3"), clerk)
    query = f"?year={YEAR}&head={meals.pk}"
    seen = [row.voucher for row, *_ in page.get(f"/town/centre/money/{query}").context["listed"]]
    book = load_workbook(BytesIO(page.get(f"/town/centre/money/export/{query}").content))
    rows = list(book["支出明细"].iter_rows(min_row=2, values_only=True))
    assert [row[1] for row in rows] == seen == ["记-3", "记-3", "记-1"]
    assert [(str(row[3]), row[6]) for row in rows] == [("-7", "冲销：记错了"), ("7", "已冲销"), ("9999999999.99", None)]
    assert [row[5] for row in rows][-1] == "=1+1"
    assert book["支出明细"].cell(4, 6).data_type == "s"
    sums = {row[0]: row[2] for row in book["预算执行"].iter_rows(min_row=2, values_only=True)}
    assert (str(sums["伙食费"]), str(sums["其他费用"]), str(sums["合计"])) == ("9999999999.99", "0.1", "10000000000.09")
    printed = page.get(f"/town/centre/money/paper/{query}").content.decode()
    assert printed.count("9,999,999,999.99") == 3  # spent, the voucher, the sum of the list
    assert ("<b>预算：</b>未编" in printed, "未结账" in printed) == (True, True)


def test_the_page_costs_the_same_for_one_voucher_and_for_many(page, town, clerk, django_assert_num_queries) -> None:
    meals = head("meals")
    page.get("/town/centre/money/")
    for _ in range(3):
        paid = expense(town, clerk, meals, "5", on=TODAY)
        ExpenseScan.objects.create(
            expense=paid, file=StoredFile.objects.create(size=1, path=paid.voucher), by=clerk, at=timezone.now()
        )
        with django_assert_num_queries(20):
            page.get("/town/centre/money/")


def test_all_towns_cost_the_same_and_show_code_order(client, county, clerk, django_assert_num_queries) -> None:
    client.force_login(county)
    meals = head("meals")
    client.get("/county/money/")
    for _ in range(3):
        centre = CentreFactory()
        expense(centre.town, clerk, meals, "5", on=TODAY)
        with django_assert_num_queries(13):
            shown = client.get("/county/money/")
    codes = [row.town.code for row in shown.context["rows"]]
    assert codes == sorted(codes)
    assert shown.context["whole"].spent == Decimal("15.00")


def test_a_draft_is_shown_as_a_draft_and_never_as_nothing(client, town, clerk, county, other_town) -> None:
    meals = head("meals")
    approve(budget(other_town, clerk, YEAR, {meals: "300"}), county)
    budget(town, clerk, YEAR, {meals: "1200"})
    expense(town, clerk, meals, "5", on=TODAY)
    client.force_login(county)
    shown = client.get("/county/money/")
    (row,) = [row for row in shown.context["rows"] if row.town == town]
    assert (row.is_approved, row.draft, row.is_returned) == (False, Decimal("1200"), False)
    assert (shown.context["whole"].budget, shown.context["left"]) == (Decimal("300"), Decimal("300"))
    html = shown.content.decode()
    assert ("草稿 1,200.00" in html, "-5.00" in html) == (True, False)


def test_a_clerk_sees_the_own_row_only(page, town) -> None:
    assert [row.town for row in page.get("/county/money/").context["rows"]] == [town]
