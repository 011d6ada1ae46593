"""Question formats that are no tables: what is read, what is refused and how it is told."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from assessments import formats
from assessments.models import Question, QuestionBank
from juxian.people.models import ImportRun
from juxian.sheets import CannotRead
from tests.assessments.test_bank_imports import finish
from tests.assessments.test_imports import HEAD, run
from tests.factories import BankFactory

pytestmark = pytest.mark.db_engine


@pytest.fixture
def target(db) -> QuestionBank:
    return BankFactory(code="TK-1")


CORPUS = Path(__file__).with_name("corpus")
ONE = ("single", "一加一等于几？", ["一", "二", "三"], [1])
COLOURS = ("multiple", "哪些是颜色？", ["红", "蓝", "快"], [0, 1])
ADVICE = "这里只考单选、多选和判断；改成其中一种，或者从文件里去掉。"
FILES = {
    "gift.txt": (
        "gift",
        [
            ONE,
            COLOURS,
            ("true_false", "太阳从东边升起。", ["正确", "错误"], [0]),
            ("single", "集合 {1\\, 2} 里有几个数？", ["1", "2 = 两个"], [1]),
            ("single", "小草是____色的。", ["绿", "黑"], [0]),
        ],
        [
            f"第 18 行“第 6 题 题干”：这是问答题，导入不了；{ADVICE}",
            f"第 20 行“第 7 题 题干”：这是填空题，导入不了；{ADVICE}",
            f"第 22 行“第 8 题 题干”：这是匹配题，导入不了；{ADVICE}",
            f"第 24 行“第 9 题 题干”：这是数字题，导入不了；{ADVICE}",
            "第 26 行“第 10 题 正确答案”：单选题和判断题只能有 1 个正确答案；改好这一题再导入。",
            "第 28 行“第 11 题 题干”：花括号没有配对；每道题的答案写在一对 { } 里；文字里的花括号前面加反斜杠。",
        ],
    ),
    "aiken.txt": (
        "aiken",
        [ONE, ("multiple", "哪些是颜色？ （选两个）", ["红", "蓝", "快"], [0, 1])],
        [
            "第 14 行“第 3 题 题干”：选项 C 的字母不连续；选项从 A 起，一个接一个。",
            "第 19 行“第 4 题 正确答案”：正确答案指向了不存在的选项；改好这一题再导入。",
            "第 24 行“第 5 题 题干”：没有 ANSWER 一行；在选项下面另起一行写 ANSWER: 和字母。",
        ],
    ),
    "moodle.xml": (
        "moodle_xml",
        [
            ("single", "一加一等于几 ？", ["一", "二", "x < y"], [1]),
            COLOURS,
            ("true_false", "太阳从西边升起。", ["正确", "错误"], [1]),
        ],
        [
            f"第 24 行“第 4 题 题干”：这是问答题，导入不了；{ADVICE}",
            f"第 25 行“第 5 题 题干”：这是“stack”类型的题，导入不了；{ADVICE}",
            "第 26 行“第 6 题 题干”：题里有图片或音像，导入不了；改成只有文字的题，或者从文件里去掉。",
        ],
    ),
    "numbered.txt": (
        "numbered_text",
        [
            ONE,
            ("single", "3.5 加 0.5 等于（ ）", ["3", "3.5", "4"], [2]),
            ("multiple", "哪些是颜色， 可以选几个？", ["红", "蓝", "快"], [0, 1]),
            ("true_false", "太阳从东边升起。（ ）", ["正确", "错误"], [0]),
            ("true_false", "鱼在树上住。", ["正确", "错误"], [1]),
            ("true_false", "一年有十二个月。", ["正确", "错误"], [0]),
            ("true_false", "水往低处流。", ["正确", "错误"], [0]),
        ],
        [
            f"第 25 行“第 7 题 题干”：这是简答题，导入不了；{ADVICE}",
            "第 27 行“第 8 题 题干”：没有写答案；在选项下面另起一行写“答案：”和字母。",
        ],
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_known_by_its_content_and_read_question_by_question(target, name, tmp_path):
    code, good, refused = FILES[name]
    path = tmp_path / "题目.dat"
    path.write_bytes((CORPUS / name).read_bytes())

    counts, words = run(path, "--bank", "TK-1", "--commit", "--errors", tmp_path / "out.xlsx")

    number = len(good) + len(refused)
    weighted = "按选项给部分分，这一点没有带过来：这里全部选对才得分。"
    told = [line for line in words.splitlines() if weighted in line]
    assert told == [f"第 2 题{weighted}"] * (code in ("gift", "moodle_xml"))
    assert counts == {"format": code, "rows": number, "created": 0, "duplicates": 0, "rejected": len(refused)}
    assert [line.removeprefix("不能导入：") for line in words.splitlines() if line.startswith("不能导入：")] == refused
    assert Question.objects.count() == 0
    assert len(list(load_workbook(tmp_path / "out.xlsx").active.values)) == 1 + len(refused)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_web_takes_it_in_any_encoding_and_saves_the_good_ones(client, clerk, town, name, encoding):
    code, good, refused = FILES[name]
    bank = BankFactory(town=town)
    client.force_login(clerk)
    file = SimpleUploadedFile(name, (CORPUS / name).read_text().encode(encoding))

    client.post(reverse("assessments:town-bank-import", args=[bank.pk]), {"file": file})
    made = ImportRun.objects.get()
    finish(client, made)

    made.refresh_from_db()
    assert (made.state, made.message) == ("done", "")
    assert list(Question.objects.order_by("pk").values_list("kind", "stem", "options", "answer")) == good
    page = client.get(reverse("people:town-import", args=[made.pk])).content.decode()
    assert page.count('class="num cellref"') == len(refused)


def test_the_same_question_in_two_formats_is_a_duplicate(target, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("题型,题干,选项A,选项B,答案\n单选,一加一等于几？,一,二,B\n")
    run(path, "--bank", "TK-1", "--commit")
    path.write_text("一加一等于几？\nA. 二\nB. 一\nANSWER: A\n")
    counts, words = run(path, "--bank", "TK-1")
    assert (counts["format"], counts["created"], counts["duplicates"]) == ("aiken", 0, 1)
    assert "格式：Aiken。行号是每道题开始的那一行。" in words.splitlines()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('<?xml version="1.0"?><!DOCTYPE quiz [<!ENTITY a "aaaa">]><quiz><question/>&a;</quiz>', "页"),
        ('<quiz><!DOCTYPE quiz SYSTEM "file:///etc/passwd"></quiz>', "XML 不完整"),
        ("<quiz>\n<question type='essay'>\n</quiz>", "第 3 行附近的 XML 不完整"),
        ("<quiz></quiz>", "这个 Moodle XML 文件里没有一道题"),
        ("// 只有注释 {=a}\n", "这个 GIFT 文件里没有一道题"),
    ],
)
def test_broken_and_hostile_files_are_one_sentence(target, tmp_path, content, words):
    path = tmp_path / "a.xml"
    path.write_text(content)
    counts, said = run(path, "--bank", "TK-1", "--commit")
    assert (counts["rows"], words in said, said.count("\n")) == (0, True, 0)


def test_entities_are_never_expanded(tmp_path):
    path = tmp_path / "a.xml"
    path.write_text("<!--x--><quiz></quiz>")
    assert formats.kind_of(path) == "moodle_xml"
    bomb = '<quiz xmlns="a"><question type="&b;"/></quiz>'
    path.write_text(f'<!DOCTYPE quiz [<!ENTITY b "&c;&c;"><!ENTITY c "cc">]>{bomb}')
    with pytest.raises(CannotRead):
        formats.kind_of(path)
    with pytest.raises(CannotRead, match="不安全"):
        formats.moodle.read(path.read_text())


@pytest.mark.parametrize("head", [HEAD, ["题型", "题干", "选项A", "选项B", "答案"]])
def test_a_table_of_questions_stays_a_table(tmp_path, head):
    path = tmp_path / "a.csv"
    rows = ["1. 多少？ {=1}", "A. 一", "答案：B"]
    path.write_text(",".join(head) + "\n" + "".join(f"单选,{row},一,二,A\n" for row in rows))
    assert formats.kind_of(path) == "csv"


def test_a_half_right_option_of_a_single_choice_is_no_answer(target, tmp_path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("对的是哪个？ { =对 ~%50%半对 ~错 }\n", encoding="utf-8")
    counts, words = run(path, "--bank", "TK-1", "--commit")
    assert (counts["created"], Question.objects.get().answer) == (1, [0])
    assert "第 1 题按选项给部分分，这一点没有带过来：这里全部选对才得分。" in words.splitlines()
