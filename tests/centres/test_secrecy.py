"""The scan of texts before they are published: what is found, where, and that nothing makes it stumble."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centres import secrecy
from centres.secrecy import ACCOUNT, ID_NUMBER, LANDLINE, MOBILE, NAME, Passage, scan
from tests.factories import LecturerFactory, MemberFactory

PEOPLE = ["张三", "李四明", "阿依古丽·买买提", "王", "Li Ming"]

FOUND = [
    ("联系人电话13800138000。", MOBILE),
    ("１３８００１３８０００", MOBILE),
    ("138 0013 8000", MOBILE),
    ("138-0013-8000", MOBILE),
    ("1 3 8 0 0 1 3 8 0 0 0", MOBILE),
    ("1\u200b3\u200b8\u200b0\u200b0\u200b1\u200b3\u200b8\u200b0\u200b0\u200b0", MOBILE),
    ("138\ufeff0013\u00ad8000", MOBILE),
    ("138\u30000013\u20038000", MOBILE),
    ("+86 13800138000", MOBILE),
    ("一三八零零一三八零零零", MOBILE),
    ("①③⑧⓪⓪①③⑧⓪⓪⓪", MOBILE),
    ("1️⃣3️⃣8️⃣0️⃣0️⃣1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣", MOBILE),
    ("١٣٨٠٠١٣٨٠٠٠", MOBILE),
    ("138    0013    8000", MOBILE),
    ("138，0013，8000", MOBILE),
    ("138\n0013\n8000", MOBILE),
    ("138*0013*8000", MOBILE),
    ("壹叁捌零零壹叁捌零零零", MOBILE),
    ("幺三八洞洞幺三八洞洞洞", MOBILE),
    ("一三八○○一三八○○○", MOBILE),
    ("138OO138OOO", MOBILE),
    ("l38 0013 8000", MOBILE),
    ("1\u31643\u28008\u115f00138000", MOBILE),
    ("1<b></b>38<i>0013</i>8000", MOBILE),
    ("电话 7 2 1 2 3 4 5", LANDLINE),
    ("0539-7212345", LANDLINE),
    ("(0539)7212345", LANDLINE),
    ("座机：7212345", LANDLINE),
    ("37132719900101123X", ID_NUMBER),
    ("371327199001011234", ID_NUMBER),
    ("371327 19900101 1234", ID_NUMBER),
    ("３７２８２４－１９９００１０１－１２３ｘ", ID_NUMBER),
    ("372824900101123", ID_NUMBER),
    ("372824-900101-123", ID_NUMBER),
    ("6222020200112345678", ACCOUNT),
    ("6222 0202 0011 2345 679", ACCOUNT),
    ("账号 1606 0201 0920", ACCOUNT),
    ("开户行莒南支行，账号：16060201", ACCOUNT),
    ("感谢张三同志", NAME),
    ("张 三", NAME),
    ("张\u200b三", NAME),
    ("张\u3164三", NAME),
    ("张-三", NAME),
    ("张<b>三</b>", NAME),
    ("阿依古丽买买提", NAME),
    ("阿依古丽•买买提", NAME),
    ("李四明日来", NAME),  # a false hit: shown, and a person decides
    ("LI MING", NAME),
]
CLEAN = [
    "",
    "2026年1月1日至2026年6月30日，共 12 期，860 人次",
    "2026-01-01 至 2026-06-30",
    "2026.1.1-2026.6.30",
    "2023 2024 2025 2026",
    "预算 120000.00 元，支出 98765.43 元",
    "12000 15000 18000",
    "莒组发〔2026〕12号",
    "二〇二六年十一月二十三日",
    "7212345 元",
    "156 人，2025 年、2026 年",
    "两三八个，一百三十八万零一百三十八元",
    "预算<12000 元、支出>3000 元的 13 项",
    "OLIO LILO ILLO OLLI OIL",
    "王老师、张先生",
    "第 1、2、3、4、5、6、7、8、9、10、11、12 期",
]


@pytest.mark.parametrize(("text", "kind"), FOUND)
def test_it_is_found(text, kind) -> None:
    assert [hit.kind for hit in scan([Passage("说明", text)], PEOPLE)] == [kind]


@pytest.mark.parametrize("text", CLEAN)
def test_it_is_left_alone(text) -> None:
    assert scan([Passage("说明", text)], PEOPLE) == []


def test_a_hit_says_where_and_shows_what_stands_around_it() -> None:
    text = "第一行没有什么。\n请把材料寄给示例张三收，电话 138 0013 8000，谢谢大家支持。"
    assert [(hit.place, hit.found, hit.stops, hit.excerpt) for hit in scan([Passage("说明", text)], PEOPLE)] == [
        ("说明第 2 行", "张三", False, "…请把材料寄给示例张三收，电话 138…"),
        ("说明第 2 行", "138 0013 8000", True, "…例张三收，电话 138 0013 8000，谢谢大家支持。"),
    ]


def test_a_page_full_of_a_surname_is_read_in_few_steps() -> None:
    known = secrecy._by_start([f"王{chr(0x4E00 + number)}" for number in range(900)])
    assert max(len(names) for names in known.values()) == 1  # each place of the text is compared with so many names
    assert scan([Passage("说明", "王" * 3000)], PEOPLE) == []


def test_one_hit_for_each_place() -> None:
    text = "13800138000、13900139000，张三和张三"
    assert [hit.found for hit in scan([Passage("说明", text)], PEOPLE)] == [
        "13800138000",
        "13900139000",
        "张三",
        "张三",
    ]


@given(st.lists(st.text(max_size=200), max_size=5), st.lists(st.text(max_size=6), max_size=20))
def test_nothing_makes_it_stumble(texts, names) -> None:
    for hit in scan([Passage("说明", text) for text in texts], names):
        assert hit.excerpt.strip("…") in " ".join(" ".join(texts).split())


@given(
    st.lists(st.sampled_from([" ", "-", "\u200b", "\ufeff", "\u3000", "\u00a0", "\u2060", "\u00ad"]), max_size=3),
    st.booleans(),
    st.text(alphabet="共计元人次的了，。", max_size=10),
)
def test_a_phone_is_found_whatever_stands_between_its_digits(between, wide, around) -> None:
    digits = "１３８００１３８０００" if wide else "13800138000"
    text = f"{around}{''.join(between).join(digits)}{around}"
    assert [hit.kind for hit in scan([Passage("说明", text)], ())] == [MOBILE]


def test_the_names_are_those_of_the_town_and_of_the_lecturers(town, other_town, django_assert_num_queries) -> None:
    MemberFactory(name="示例甲", branch__town=town)
    MemberFactory(name="示例走了", branch__town=town, left_on="2025-01-01")
    MemberFactory(name="示例外镇", branch__town=other_town)
    LecturerFactory(name="示例讲师")
    with django_assert_num_queries(2):
        assert secrecy.names_of(town) == {"示例甲", "示例走了", "示例讲师"}
