"""What a roster import reads, refuses, warns of and writes."""

from datetime import date
from typing import Any

import pytest

from juxian.audit.models import AuditEntry
from juxian.people.imports.save import ROSTER
from juxian.people.models import Branch, Member, TownCode
from juxian.sheets import CannotRead, Preview, commit, no_progress, preview, refused_rows
from tests.factories import BranchFactory, MemberFactory, id_number
from tests.people.rosters import BRANCH, HEAD, person, roster
from tests.sheets.files import xlsx

pytestmark = pytest.mark.db_engine


@pytest.fixture
def branch(town) -> Branch:
    return BranchFactory(town=town, name=f"中共莒南县大店镇{BRANCH.removesuffix('党支部')}支部委员会")


def look(path, **options: Any) -> Preview:
    return preview(ROSTER, path, options)


def save(path, *, accept_valid: bool = False, by=None, **options: Any) -> tuple[Preview, bool]:
    found = ROSTER.read(path, options, no_progress)
    return commit(ROSTER, found, options, by=by, accept_valid=accept_valid)


def faults(result: Preview) -> list[tuple[int, str, str]]:
    return [(p.row, p.column, p.text) for p in result.problems if p.fatal]


def cautions(result: Preview) -> list[tuple[int, str, str]]:
    return [(p.row, p.column, p.text) for p in result.problems if not p.fatal]


def test_good_rows_become_members(branch, tmp_path) -> None:
    path = roster(tmp_path / "a.xlsx", [person(1, 民族="汉", 党内职务="党支部书记", 失联=""), person(2)])
    result, saved = save(path)
    assert saved
    assert result.counts() == {
        "rows": 2, "created": 2, "updated": 0, "unchanged": 0, "rejected": 0, "warnings": 0, "new_branches": 0,
    }  # fmt: skip
    member = Member.objects.with_id_number(person(1)["身份证号"]).get()
    assert (member.branch, member.gender, member.ethnicity, member.party_post) == (
        branch, Member.Gender.MALE, "汉族", Member.Post.SECRETARY,
    )  # fmt: skip
    assert (member.birth_date, member.join_date, member.full_member_date) == (
        date(1961, 1, 1), date(2015, 7, 1), date(2016, 7, 1),
    )  # fmt: skip
    assert (member.kind, member.status, member.is_lost_contact, member.is_floating) == ("full", "normal", False, False)
    assert Member.objects.with_mobile("19900000001").get() == member


def test_a_preview_writes_nothing(branch, tmp_path) -> None:
    result = look(
        roster(tmp_path / "a.xlsx", [person(1), person(2, 所在党支部="示例新村党支部")]), create_branches=True
    )
    assert (result.created, result.extra, Member.objects.count(), Branch.objects.count()) == (
        2, {"new_branches": 1}, 0, 1,
    )  # fmt: skip
    assert AuditEntry.objects.count() == 0


def test_importing_again_changes_nothing(branch, tmp_path) -> None:
    path = roster(
        tmp_path / "a.xlsx", [person(1, 民族="汉族", 学历="高中"), person(2, 人员类别="预备党员", 转正时间="")]
    )
    save(path)
    before = list(Member.objects.values())
    result, _ = save(path)
    assert (result.created, result.updated, result.unchanged) == (0, 0, 2)
    assert list(Member.objects.values()) == before


def test_only_what_differs_is_updated_and_empty_cells_keep_what_is_stored(branch, tmp_path) -> None:
    save(roster(tmp_path / "a.xlsx", [person(1, 学历="高中"), person(2)]))
    path = roster(tmp_path / "b.xlsx", [person(1, 姓名="示例改", 手机号="19900009999", 学历=""), person(2, 手机号="")])
    result, _ = save(path)
    assert (result.updated, result.unchanged) == (1, 1)
    assert cautions(result) == [(3, "姓名", "系统里这个号码是另一个姓名，将改为表里的")]
    member = Member.objects.with_mobile("19900009999").get()
    assert (member.name, member.education, member.search_text.split("|")[1]) == ("示例改", "高中", "shiligai")
    assert Member.objects.with_mobile("19900000002").count() == 1


def test_unknown_branches_are_refused_until_they_are_wanted(branch, tmp_path) -> None:
    people = [person(1), person(2, 所在党支部="示例新村支部"), person(3, 所在党支部="中共示例新村党支部")]
    people.append(person(4, 所在党支部="示列新村党支部"))
    path = roster(tmp_path / "a.xlsx", people)
    result = look(path)
    assert faults(result) == [(row, "所在党支部", "系统里没有这个党支部") for row in (4, 5, 6)]
    assert [(b["name"], b["members"], b["near"]) for b in result.facts["unknown_branches"]] == [
        ("示例新村支部", 2, ""), ("示列新村党支部", 1, "示例新村支部"),
    ]  # fmt: skip
    code = result.facts["unknown_branches"][0]["code"]
    result, _ = save(path, create_branches=[code], accept_valid=True)
    assert (result.created, result.rejected, result.extra) == (3, 1, {"new_branches": 1})
    assert sorted(Branch.objects.values_list("name", flat=True)) == sorted([branch.name, "示例新村支部"])


def test_a_commit_with_refused_rows_saves_nothing_unless_accepted(branch, tmp_path) -> None:
    path = roster(tmp_path / "a.xlsx", [person(1), person(2, 姓名="")])
    result, saved = save(path)
    assert (saved, Member.objects.count()) == (False, 0)
    assert result.nothing_saved() == {
        "rows": 2, "created": 0, "updated": 0, "unchanged": 1, "rejected": 1, "warnings": 0, "new_branches": 0,
    }  # fmt: skip
    result, saved = save(path, accept_valid=True)
    assert (saved, Member.objects.count(), result.created, result.rejected) == (True, 1, 1, 1)


def wrong_check(number: str) -> str:
    return number[:17] + ("1" if number[17] == "0" else "0")


@pytest.mark.parametrize(
    ("changes", "column", "text"),
    [
        ({"身份证号": ""}, "公民身份号码", "公民身份号码不能为空"),
        ({"身份证号": 199}, "公民身份号码", "这一格是“数字”格式，号码可能已经丢位"),
        ({"身份证号": int(id_number(1)) + 371327 * 10**12}, "公民身份号码", "这一格是“数字”格式，号码可能已经丢位"),
        ({"身份证号": "4.40E+17"}, "公民身份号码", "号码变成了科学计数，后几位已经丢失"),
        ({"身份证号": wrong_check(id_number(1))}, "公民身份号码", "第 18 位校验不对"),
        ({"身份证号": id_number(1)[:15] + "00"}, "公民身份号码", "号码有 17 位，应为 18 位"),
        ({"身份证号": "0000001980130100" + "11"}, "公民身份号码", "第 7 到 14 位不是有效的出生日期"),
        ({"身份证号": id_number(1, date(2090, 1, 1))}, "公民身份号码", "第 7 到 14 位不是有效的出生日期"),
        ({"身份证号": "00000019800101" + "中文11"}, "公民身份号码", "号码里有不该有的字符"),
        ({"姓名": "=cmd|'/C calc'!A0", "备注2": ""}, "姓名", "这一格是公式，结果不可靠"),
        ({"姓名": "<script>alert(1)</script>"}, "姓名", "姓名里有不该有的符号"),
        ({"姓名": "张\u202e三"}, "姓名", "这一格里有看不见的控制字符或不认识的字符"),
        ({"姓名": "张"}, "姓名", "姓名有 1 个字，应为 2 到 30 个字"),
        ({"姓名": "张" * 31}, "姓名", "姓名有 31 个字，应为 2 到 30 个字"),
        ({"手机号": "1990000"}, "联系电话", "有 7 位，手机号应为 11 位"),
        ({"手机号": 19900000001}, "联系电话", "这一格是“数字”格式，号码可能已经丢位"),
        ({"手机号": "19900000001/19900000002"}, "联系电话", "不是手机号"),
        ({"入党时间": "2019-13-01"}, "加入党组织日期", "没有 13 月"),
        ({"入党时间": "2099-01-01"}, "加入党组织日期", "2099-01-01 还没有到"),
        ({"入党时间": "1970.07"}, "加入党组织日期", "入党时还不满 18 岁"),
        ({"转正时间": "2014-07-01"}, "转为正式党员日期", "转正日期早于入党日期"),
        ({"人员类别": "预备党员"}, "人员类别", "预备党员填了转正日期"),
        ({"人员类别": "积极分子"}, "人员类别", "认不出这个写法"),
        ({"性别": "不详"}, "性别", "认不出这个写法"),
        ({"是否失联": "也许"}, "是否为失联党员", "看不出是“是”还是“否”"),
        ({"学历": "高" * 21}, "学历", "内容有 21 个字，最多 20 个字"),
        ({"所在党支部": ""}, "所在党支部", "所在党支部不能为空"),
        ({"所在镇街": "坊前"}, "所在党支部", "系统里没有这个党支部"),
        ({"所在镇街": "某某镇"}, "所在镇街", "没有这个镇街"),
        ({"所在镇街": ""}, "所在镇街", "所在镇街不能为空"),
    ],
)
def test_a_bad_row_is_refused_with_column_and_reason(branch, other_town, tmp_path, changes, column, text) -> None:
    result = look(roster(tmp_path / "a.xlsx", [person(2), person(1, **changes)]))
    assert faults(result) == [(4, column, text)]
    assert (result.rows, result.created, result.rejected) == (2, 1, 1)


@pytest.mark.parametrize(
    ("changes", "column", "text"),
    [
        ({"性别": "女"}, "性别", "性别与身份号码不一致"),
        ({"出生日期": "1961-01-02"}, "出生日期", "出生日期与身份号码不一致"),
        ({"党内职务": "会计"}, "党内职务", "认不出这个职务，这一格不导入"),
        ({"民族": "某族"}, "民族", "认不出这个写法，这一格不导入"),
    ],
)
def test_a_doubtful_row_is_saved_with_a_warning(branch, tmp_path, changes, column, text) -> None:
    result, saved = save(roster(tmp_path / "a.xlsx", [person(1, **changes)]))
    assert (saved, result.created, result.warnings, cautions(result)) == (True, 1, 1, [(3, column, text)])


def test_two_people_with_one_id_are_both_refused(branch, tmp_path) -> None:
    number = person(1)["身份证号"]
    result = look(roster(tmp_path / "a.xlsx", [person(1), person(2), person(3, 身份证号=number)]))
    assert [(p.row, p.shown, p.text) for p in result.problems if p.fatal] == [
        (3, "与第 5 行相同", "同一号码出现不止一次"),
        (5, "与第 3 行相同", "同一号码出现不止一次"),
    ]


def test_one_person_twice_is_taken_once(branch, tmp_path) -> None:
    result = look(roster(tmp_path / "a.xlsx", [person(1), person(1, 所在党支部="别的")]))
    assert faults(result) == [(4, "公民身份号码", "同一号码出现不止一次")]
    assert result.created == 1


def test_repeated_phones_and_names_are_warned_of(branch, tmp_path) -> None:
    MemberFactory(branch=branch, mobile="19900000003")
    people = [person(1, 手机号="19900000009"), person(2, 手机号="19900000009"), person(3), person(4, 姓名="同名人")]
    people += [person(5, 姓名="同名人"), person(6)]
    result = look(roster(tmp_path / "a.xlsx", people))
    assert cautions(result) == [
        (3, "联系电话", "这个电话在表里有 2 人用"),
        (4, "联系电话", "这个电话在表里有 2 人用"),
        (5, "联系电话", "系统里已有别人用这个电话"),
        (6, "姓名", "同名同支部，号码不同"),
        (7, "姓名", "同名同支部，号码不同"),
    ]
    assert (result.warnings, result.created) == (5, 6)


def test_padded_names_lose_their_spaces_and_keep_the_middle_dot(branch, tmp_path) -> None:
    people = [
        person(1, 姓名="张　三"),
        person(2, 姓名=" 李 四 "),
        person(3, 姓名="示例•买买提"),
        person(4, 姓名="欧阳㛃䶮𬤊"),
    ]
    save(roster(tmp_path / "a.xlsx", people))
    assert sorted(Member.objects.values_list("name", flat=True)) == sorted(
        ["张三", "李四", "示例·买买提", "欧阳㛃䶮𬤊"]
    )


def test_an_old_number_of_15_digits_is_lengthened(branch, tmp_path) -> None:
    whole = id_number(1, date(1961, 1, 1))
    save(roster(tmp_path / "a.xlsx", [person(1, 身份证号=whole[:6] + whole[8:17])]))
    assert Member.objects.get().id_number == whole


def test_a_towns_run_needs_no_town_column_and_refuses_rows_of_others(branch, other_town, tmp_path) -> None:
    people = [{key: value for key, value in person(i).items() if key != "所在镇街"} for i in (1, 2)]
    rows = [[key for key in HEAD if key != "所在镇街"], *[list(row.values()) for row in people]]
    path = xlsx(tmp_path / "a.xlsx", rows)
    with pytest.raises(CannotRead) as refused:
        look(path)
    assert refused.value.message == ("表头里缺少：所在镇街。全县名册每一行都要写镇街；只导一个镇街的，请先选好镇街。")
    assert look(path, town=branch.town.code).created == 2
    mixed = roster(tmp_path / "b.xlsx", [person(1), person(2, 所在镇街="坊前镇")])
    assert faults(look(mixed, town=branch.town.code)) == [(4, "所在镇街", "这一行不是大店镇的人")]


def test_towns_are_known_by_name_short_name_and_every_code(branch, tmp_path) -> None:
    TownCode.objects.create(town=branch.town, code="371327902", valid_from=date(2010, 1, 1), source="示例")
    ways = ["大店镇", "大店", "莒南县大店镇", "中共莒南县大店镇党委", "371327102", "371327902", " 大 店 镇 "]
    result = look(roster(tmp_path / "a.xlsx", [person(i, 所在镇街=way) for i, way in enumerate(ways)]))
    assert (faults(result), result.created) == ([], len(ways))


def test_a_member_of_another_town_is_refused_in_a_towns_run_and_moved_by_the_county(
    branch, other_town, tmp_path
) -> None:
    elsewhere = MemberFactory(branch=BranchFactory(town=other_town), id_number=person(1)["身份证号"], name="示例密")
    path = roster(tmp_path / "a.xlsx", [person(1)])
    result = look(path, town=branch.town.code)
    assert faults(result) == [(3, "公民身份号码", "系统里已有这个号码，但不在本镇街的名册里")]
    assert "坊前" not in str(result.problems)
    assert "示例密" not in str(result.problems)
    result, _ = save(path)
    elsewhere.refresh_from_db()
    assert (result.updated, elsewhere.branch) == (1, branch)
    assert AuditEntry.objects.get().body["moved"] == 1


def test_a_transfer_inside_the_town_changes_the_branch_only(branch, tmp_path) -> None:
    save(roster(tmp_path / "a.xlsx", [person(1)]))
    other = BranchFactory(town=branch.town, name="示例二村党支部")
    result, _ = save(roster(tmp_path / "b.xlsx", [person(1, 所在党支部="示例二村")]), town=branch.town.code)
    assert (result.updated, Member.objects.get().branch) == (1, other)


def test_two_branches_that_fit_and_a_closed_one_are_refused(branch, town, tmp_path) -> None:
    BranchFactory(town=town, name="示例东村党支部")
    BranchFactory(town=town, name="示例东村支部委员会")
    BranchFactory(town=town, name="示例西村党支部", closed_on=date(2020, 1, 1))
    people = [
        person(1, 所在党支部="示例东村"),
        person(2, 所在党支部="示例东村党支部"),
        person(3, 所在党支部="示例西村支部"),
    ]
    assert faults(look(roster(tmp_path / "a.xlsx", people))) == [
        (3, "所在党支部", "有 2 个相近的支部，无法判断"),
        (5, "所在党支部", "这个支部已经撤销"),
    ]


def test_who_left_and_is_on_the_roster_again_is_back(branch, tmp_path) -> None:
    save(roster(tmp_path / "a.xlsx", [person(1)]))
    Member.objects.update(left_on=date(2024, 1, 1))
    result, _ = save(roster(tmp_path / "a.xlsx", [person(1)]))
    assert (result.updated, Member.objects.get().left_on) == (1, None)
    assert cautions(result) == [(3, "姓名", "系统里已记为离开，将恢复")]


def test_probation_and_full_membership_imply_their_dates(branch, tmp_path) -> None:
    save(roster(tmp_path / "a.xlsx", [person(1), person(2, 人员类别="预备党员", 转正时间="")]))
    save(roster(tmp_path / "b.xlsx", [person(1, 人员类别="预备党员", 转正时间=""), person(2, 转正时间="2024-07-01")]))
    rows = Member.objects.order_by("mobile_index").values_list("name", "kind", "full_member_date")
    assert sorted(rows) == [
        (person(1)["姓名"], "probationary", None),
        (person(2)["姓名"], "full", date(2024, 7, 1)),
    ]


def test_the_audit_holds_counts_and_no_numbers(branch, county, tmp_path) -> None:
    save(roster(tmp_path / "a.xlsx", [person(1), person(2)]), by=county)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.town_code, entry.actor_id) == ("people.roster_imported", "371327102", county.pk)
    assert entry.body == {"created": 2, "updated": 0, "new_branches": 0, "rows": 2, "rejected": 0, "moved": 0}


def test_refused_rows_go_out_with_their_reason_and_come_back_refused(branch, tmp_path) -> None:
    number = int(id_number(1)) + 371327 * 10**12
    result = look(roster(tmp_path / "a.xlsx", [person(1, 身份证号=number), person(2), person(3, 姓名="+cmd")]))
    (tmp_path / "b.xlsx").write_bytes(refused_rows(result))
    again = look(tmp_path / "b.xlsx")
    assert (again.rows, again.rejected, again.titles[0], again.titles[-1]) == (2, 2, "原表行号", "不能导入的原因")
    assert again.refused[0].cells[-1] == (
        "公民身份号码：这一格是“数字”格式，号码可能已经丢位（把这一列的格式设为“文本”，再照原件重新填写）"
    )


def test_a_header_without_people_says_so(branch, tmp_path) -> None:
    with pytest.raises(CannotRead) as refused:
        look(roster(tmp_path / "a.xlsx", []))
    assert refused.value.message == "第 2 行是表头，下面没有一行人员。请检查是否传错了文件。"


def test_queries_do_not_grow_with_the_rows(branch, tmp_path, django_assert_num_queries) -> None:
    small = roster(tmp_path / "a.xlsx", [person(1)])
    large = roster(tmp_path / "b.xlsx", [person(i) for i in range(2, 22)])
    for path in (small, large):
        found = ROSTER.read(path, {}, no_progress)
        with django_assert_num_queries(10):
            commit(ROSTER, found, {}, by=None, accept_valid=False)
