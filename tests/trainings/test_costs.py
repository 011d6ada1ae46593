"""What a class costs: vouchers put to it, ceilings that warn, its papers, its page."""

import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from centres.models import Expense, ExpenseScan
from centres.money import links_of
from juxian.files.store import store
from juxian.rules.actions import set_value
from juxian.rules.models import Rule
from lecturers.models import FeeCap, LecturerTitle
from tests.centres.money_rows import expense, head
from tests.centres.money_rows import reverse as take_back
from tests.factories import LecturerFactory
from trainings import costs_papers
from trainings.actions.costs import link_cost, remove_cost, save_class_budget
from trainings.class_file import class_file
from trainings.costs import class_accounts, person_days, problems
from trainings.dossier import missing_papers
from trainings.models import ClassCost, DossierItem, Session

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def caps() -> dict[str, LecturerTitle]:
    made = {}
    for order, (name, per_hour) in enumerate((("副高级职称", 500), ("正高级职称", 1000), ("不计酬", 0))):
        made[name] = LecturerTitle.objects.create(name=name, order=order)
        FeeCap.objects.create(
            title=made[name], per_hour=per_hour, valid_from=date(2020, 1, 1), source="示例", certainty="C"
        )
    return made


def warned(training_class, paid, by, **given) -> str:
    """What linking warns of; empty when it goes through at once."""
    try:
        link_cost(training_class=training_class, expense=paid, by=by, **given)
    except ValidationError as refusal:
        return refusal.messages[0] if refusal.code == "warned" else f"{refusal.code}!"
    return ""


def test_costs_of_a_class_by_head_are_live(running, town, clerk) -> None:
    meals, transport = head("meals"), head("transport")
    save_class_budget(training_class=running, amounts={meals: Decimal("100"), transport: Decimal(0)}, by=clerk)
    first = expense(town, clerk, meals, "60.10", on=TODAY)
    wrong = expense(town, clerk, meals, "7", on=TODAY)
    for paid in (first, wrong, first):
        link_cost(training_class=running, expense=paid, by=clerk)
    take_back(wrong, clerk)
    found = {row.name: (row.budget, row.spent, row.left) for row in class_accounts(running)}
    zero = Decimal("0.00")
    assert found == {
        "伙食费": (Decimal("100.00"), Decimal("60.10"), Decimal("39.90")), "交通费": (zero, zero, zero),
    }  # fmt: skip
    assert ClassCost.objects.count() == 2


def test_only_vouchers_of_the_own_town_once_and_standing(running, town, other_town, clerk, other_clerk) -> None:
    meals = head("meals")
    foreign = expense(other_town, other_clerk, meals, "5", on=TODAY)
    with pytest.raises(ValidationError, match="只能关联本镇的支出"):
        link_cost(training_class=running, expense=foreign, by=clerk)
    gone = expense(town, clerk, meals, "5", on=TODAY)
    taken = take_back(gone, clerk)
    for paid in (gone, taken):
        with pytest.raises(ValidationError, match="已经冲销"):
            link_cost(training_class=running, expense=paid, by=clerk)
    with pytest.raises(PermissionDenied):
        link_cost(training_class=running, expense=expense(town, clerk, meals, "5", on=TODAY), by=other_clerk)
    assert list(problems()) == []
    ClassCost.objects.create(training_class=running, expense=foreign, by=clerk, at=timezone.now())
    assert problems() == [f"“秋季轮训班”的支出 {foreign.voucher} 是坊前镇的，不是本镇的。"]


def test_person_days_by_seats_until_the_roll_is_called(running, closing) -> None:
    assert person_days(closing) == (3, True)
    running.state = "running"
    assert person_days(running) == (3, False)


def test_above_the_ceiling_of_a_day_it_warns_and_keeps_the_reason(running, town, clerk) -> None:
    meals = head("meals")
    link_cost(training_class=running, expense=expense(town, clerk, meals, "1000", on=TODAY), by=clerk)
    paid = expense(town, clerk, meals, "650.01", on=TODAY)
    said = warned(running, paid, clerk)
    assert said == "除师资费外共 1,650.01 元，3 人天，每人每天 550.00 元，超过上限 550 元。"
    assert warned(running, paid, clerk, accepted=said) == said
    assert warned(running, paid, clerk, accepted="别的话", accepted_reason="有住宿") == said
    assert warned(running, paid, clerk, accepted=said, accepted_reason="有住宿") == ""
    row = ClassCost.objects.get(expense=paid)
    assert (row.warning, row.accepted_reason) == (said, "有住宿")


def test_the_ceiling_is_the_one_of_the_day_of_the_class(running, town, county, clerk) -> None:
    set_value(by=county, key="cost.person_day", value=100, valid_from=TODAY, source="示例", certainty="C")
    paid = expense(town, clerk, head("meals"), "301", on=TODAY)
    assert warned(running, paid, clerk).endswith("超过上限 100 元。")
    Rule.objects.update(valid_from=date(2999, 1, 1))
    assert warned(running, paid, clerk) == ""


def lectures(running) -> Session:
    return Session.objects.filter(training_class=running).order_by("half").first()


@pytest.mark.parametrize(
    ("title", "amount", "hours", "said"),
    [
        ("副高级职称", "2000", "4", ""),
        ("副高级职称", "2000.01", "4", "示例每学时 500.00 元（2,000.01 元 ÷ 4 学时），超过上限 500.00 元（副高级职称）。"),
        ("正高级职称", "2000.01", "4", ""),
        ("正高级职称", "100", "5", "示例在本班授课 1 个半天，最多计酬 4 学时，现为 5 学时。"),
        ("不计酬", "1", "1", "示例每学时 1.00 元（1.00 元 ÷ 1 学时），超过上限 0.00 元（不计酬）。"),
        ("", "600", "1", "示例每学时 600.00 元（600.00 元 ÷ 1 学时），超过上限 500.00 元（没登记职称，按副高级职称）。"),
    ],
)  # fmt: skip
def test_lecture_fees_by_title_and_half_days(running, town, clerk, title, amount, hours, said) -> None:
    titles, lecturer = caps(), lectures(running).lecturer
    lecturer.name, lecturer.title = "示例", titles.get(title)
    lecturer.save()
    paid = expense(town, clerk, head("lecturers"), amount, on=TODAY)
    assert warned(running, paid, clerk, lecturer=lecturer, hours=Decimal(hours)) == said


def test_a_fee_without_a_lecturer_cannot_be_checked(running, town, clerk) -> None:
    paid = expense(town, clerk, head("lecturers"), "5", on=TODAY)
    assert warned(running, paid, clerk) == "没有填授课人和学时，讲课费上限没法核对。"


def test_caps_follow_the_day_of_the_voucher() -> None:
    title = caps()["副高级职称"]
    FeeCap.objects.create(title=title, per_hour=600, valid_from=date(2026, 7, 1), source="示例", certainty="C")
    found = [FeeCap.objects.in_force(day).get(title=title).per_hour for day in (date(2026, 6, 30), date(2026, 7, 1))]
    assert found == [Decimal("500.00"), Decimal("600.00")]


def test_more_than_the_plan_gave_warns(running, line, town, clerk) -> None:
    type(line).objects.filter(pk=line.pk).update(budget=Decimal("100"))
    running.refresh_from_db()
    said = warned(running, expense(town, clerk, head("meals"), "130", on=TODAY), clerk)
    assert said == "计划经费 100.00 元，加上这一笔共 130.00 元，超出 30.00 元。"


def test_a_link_is_taken_off_until_the_class_is_filed(archived, closing, town, clerk) -> None:
    cost = link_cost(training_class=archived, expense=expense(town, clerk, head("meals"), "5", on=TODAY), by=clerk)
    with pytest.raises(ValidationError, match="已归档"):
        remove_cost(cost=cost, by=clerk)
    with pytest.raises(ValidationError, match="已归档"):
        save_class_budget(training_class=archived, amounts={}, by=clerk)


@pytest.fixture
def papers(monkeypatch) -> None:
    """The registrations of this floor, which the other tests of it do without."""
    costs_papers.register()


def test_budget_and_accounts_are_papers_of_the_file(closing, papers, town, clerk) -> None:
    def missing() -> set[str]:
        return {item.code for item in missing_papers(closing)} & {"budget", "accounts"}

    DossierItem.objects.filter(code__in=("budget", "accounts")).update(is_active=True)
    closing.dossier.filter(item__code__in=("budget", "accounts")).delete()
    assert missing() == {"budget", "accounts"}
    paid = expense(town, clerk, head("meals"), "5.25", on=TODAY, voucher="记-3/1")
    save_class_budget(training_class=closing, amounts={head("meals"): Decimal("50")}, by=clerk)
    link_cost(training_class=closing, expense=paid, by=clerk)
    file = store([b"%PDF-1.4 bill"], name="发票.pdf", kind="pdf")
    ExpenseScan.objects.create(expense=paid, file=file, by=clerk, at=timezone.now())
    assert missing() == set()
    packed = zipfile.ZipFile(io.BytesIO(b"".join(class_file(closing, "http://x").stream())))
    names = sorted(name for name in packed.namelist() if "经费" in name)
    assert names == [
        "04 经费预算/经费预算.pdf",
        "20 经费决算及票据/支出明细.xlsx",
        "20 经费决算及票据/票据/01 记-3_1 发票.pdf",
        "20 经费决算及票据/经费决算.pdf",
    ]
    assert packed.read(names[2]) == b"%PDF-1.4 bill"


def test_the_list_of_vouchers_names_the_class(running, papers, town, clerk) -> None:
    paid = expense(town, clerk, head("meals"), "5", on=TODAY)
    link_cost(training_class=running, expense=paid, by=clerk)
    assert links_of([paid.pk]) == {paid.pk: ("秋季轮训班", f"/town/trainings/{running.pk}/costs/")}


def test_the_page_links_with_a_warning_and_takes_off_again(client, running, town, clerk) -> None:
    client.force_login(clerk)
    paid = expense(town, clerk, head("meals"), "5000", on=TODAY)
    path = reverse("trainings:cost-link", args=[running.pk])
    first = client.post(path, {"expense": paid.pk})
    said = first.context["form"].warning
    assert said == "除师资费外共 5,000.00 元，3 人天，每人每天 1,666.67 元，超过上限 550 元。"
    back = reverse("trainings:class-costs", args=[running.pk])
    typed = {"expense": paid.pk, "accepted": said, "accepted_reason": "含住宿三天"}
    assert client.post(path, typed).headers["Location"] == back
    shown = client.get(back)
    assert (shown.context["per_day"]["is_over"], [row.accepted_reason for row in shown.context["costs"]]) == (
        True, ["含住宿三天"],
    )  # fmt: skip
    client.post(reverse("trainings:cost-remove", args=[shown.context["costs"][0].pk]))
    assert (ClassCost.objects.count(), Expense.objects.count()) == (0, 1)


def test_the_form_takes_lecturer_and_hours_together_and_for_fees_only(client, running, town, clerk) -> None:
    client.force_login(clerk)
    meal, fee = (expense(town, clerk, head(key), "5", on=TODAY) for key in ("meals", "lecturers"))
    path, teacher = reverse("trainings:cost-link", args=[running.pk]), lectures(running).lecturer
    for given, said in (
        ({"expense": fee.pk, "lecturer": teacher.pk}, "讲课费要同时填授课人和计酬学时。"),
        ({"expense": meal.pk, "lecturer": teacher.pk, "hours": "4"}, "这一笔不是师资费，不用填授课人和学时。"),
    ):
        assert client.post(path, given).context["form"].non_field_errors() == [said]
    stranger = LecturerFactory()
    assert (
        "lecturer"
        in client.post(path, {"expense": fee.pk, "lecturer": stranger.pk, "hours": "4"}).context["form"].errors
    )


def test_a_budget_saved_in_another_tab_is_told_before_it_is_lost(client, running, clerk) -> None:
    client.force_login(clerk)
    path, meals = reverse("trainings:class-budget", args=[running.pk]), head("meals")
    seen = client.get(path).context["form"].initial["seen"]
    client.post(path, {f"h{meals.pk}": "100", "seen": seen})
    told = client.post(path, {f"h{meals.pk}": "200", "seen": seen}).context["form"]
    assert told.non_field_errors() == [
        "您打开这一页以后，别处保存过这份预算：“伙食费”已存 100.00 元，您填的是 200.00 元。"
        "核对后再点一次“保存”，就以您填的为准。"
    ]
    client.post(path, {f"h{meals.pk}": "200", "seen": told.data["seen"]})
    assert [row.budget for row in class_accounts(running)] == [Decimal(200)]


def test_another_towns_class_is_not_found(client, running, other_clerk, member) -> None:
    names = ("class-costs", "class-budget", "cost-link")
    client.force_login(other_clerk)
    assert {client.get(reverse(f"trainings:{name}", args=[running.pk])).status_code for name in names} == {404}
    client.force_login(member.user)
    assert {client.get(reverse(f"trainings:{name}", args=[running.pk])).status_code for name in names} == {403}


def test_the_page_costs_the_same_for_one_voucher_and_for_three(client, running, town, clerk, django_assert_num_queries):
    client.force_login(clerk)
    path = reverse("trainings:class-costs", args=[running.pk])
    client.get(path)
    for _ in range(3):
        link_cost(training_class=running, expense=expense(town, clerk, head("meals"), "5", on=TODAY), by=clerk)
        with django_assert_num_queries(16):
            client.get(path)


def test_a_plan_line_takes_its_money_as_people_type_it(client, line, clerk, county) -> None:
    plan = line.plan
    type(plan).objects.filter(pk=plan.pk).update(state="draft")
    client.force_login(clerk)
    typed = {"title": "春季班", "audience": "党员", "month": 3, "days": "1", "people": 10, "budget": "１，２００.５"}
    client.post(reverse("trainings:line-add", args=[plan.pk]), typed)
    assert plan.lines.get(title="春季班").budget == Decimal("1200.50")
