"""Questions from a table or a text of any known format, through the one import engine. The options of a run name the bank by its code."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse

from assessments import formats, questions
from assessments.models import Question, QuestionBank
from juxian.audit import log
from juxian.sheets import (
    CannotRead,
    CellFault,
    Column,
    Crumb,
    Importer,
    Options,
    Preview,
    Progress,
    Row,
    Table,
    Words,
    clean,
    read_table,
    start_preview,
)

CODE = "questions"
KINDS = {
    "单选": "single",
    "单选题": "single",
    "单项选择题": "single",
    "多选": "multiple",
    "多选题": "multiple",
    "多项选择题": "multiple",
    "判断": "true_false",
    "判断题": "true_false",
    "是非题": "true_false",
}
EXAMPLES = ("16 学时", "24 学时", "32 学时", "56 学时", "", "", "", "")
COLUMNS = (
    Column("kind", "题型", ("类型", "试题类型"), needed=True, example="单选、多选或判断"),
    Column(
        "stem",
        "题干",
        ("题目", "试题", "试题内容", "问题"),
        needed=True,
        example="党员每年集中培训一般不少于多少学时？",
    ),
    *(
        Column(f"option_{letter}", f"选项{letter}", (letter, f"答案{letter}", f"备选{letter}"), example=example)
        for letter, example in zip(questions.LETTERS, EXAMPLES, strict=True)
    ),
    Column(
        "answer",
        "正确答案",
        ("答案", "标准答案", "参考答案"),
        needed=True,
        example="C；多选如 ABD；判断填“正确”或“错误”",
    ),
)


def read(path: Path, options: Options, progress: Progress) -> Table:
    """The questions of the file, each checked; a good row carries it."""
    found = formats.find(path)
    table = formats.read_drafts(path, found, COLUMNS) if found else read_table(path, COLUMNS, progress)
    for row in table.rows:
        if not row.refused:
            _read_question(row)
    return table


def _kind(value: Any) -> str:
    text = clean(value)
    if text not in KINDS:
        raise CellFault(f"题型“{text[:20]}”不认识" if text else "题型没有填", "填单选、多选或判断")
    return KINDS[text]


def _read_question(row: Row) -> tuple[str, str, list[str], list[int]] | None:
    """Kind, stem, options and answer in stored form; None when anything is wrong, which is then on the row."""
    kind = row.get("kind", _kind, "")
    stem = row.get("stem", clean, "")
    texts = [row.get(f"option_{letter}", clean, "") for letter in questions.LETTERS]
    marked = row.get("answer", clean, "")
    if row.refused:
        return None
    if any(text and not before for before, text in zip(texts, texts[1:], strict=False)):
        row.blame("option_A", "选项中间有空格子", "把后面的选项往前挪，不要跳着填")
        return None
    try:
        return kind, *questions.clean(kind, stem, texts, questions.read_answer(kind, marked))
    except ValidationError as error:
        for text in error.messages:
            row.blame("answer" if "答案" in text else "stem", text.rstrip("。"), "改好这一题再导入")
        return None


def bank_of(options: Options) -> QuestionBank:
    """The bank a run is for. Raises CannotRead."""
    bank: QuestionBank | None = QuestionBank.objects.filter(code=options.get("bank", "")).first()
    if bank is None:
        raise CannotRead(f"没有编号为“{str(options.get('bank', ''))[:30]}”的题库。请先建题库，或核对编号。")
    return bank


def check(table: Table, options: Options) -> Preview:
    """What is new in the bank. The same words again, in the bank or in the file, are duplicates, not faults."""
    bank = bank_of(options)
    known = set(Question.objects.filter(bank=bank).values_list("digest", flat=True))
    plan: list[Question] = []
    for row in table.rows:
        found = None if row.refused else _read_question(row)
        if found is None:
            continue
        kind, stem, texts, answer = found
        digest = questions.digest(kind, stem, texts)
        if digest not in known:
            known.add(digest)
            plan.append(Question(bank=bank, kind=kind, stem=stem, options=texts, answer=answer, digest=digest))
    preview = start_preview(table)
    preview.created, preview.plan = len(plan), plan
    preview.unchanged = preview.rows - preview.rejected - preview.created
    return preview


def lock(options: Options) -> None:
    """One import into a bank at a time."""
    QuestionBank.objects.select_for_update(of=("self",)).filter(code=options.get("bank", "")).first()


def save(preview: Preview, options: Options, by: Any) -> None:
    """Add what is new, with one audit row."""
    bank = bank_of(options)
    Question.objects.bulk_create(preview.plan, batch_size=500)
    if preview.plan:
        log.record(
            by=by,
            action="assessments.questions_imported",
            subject=bank,
            summary=f"导入试题：{bank.name}，新增 {len(preview.plan)} 道",
            town_code=bank.town.code if bank.town else "",
            body={"created": len(preview.plan), "duplicates": preview.unchanged, "rejected": preview.rejected},
        )


def crumbs(options: Options) -> list[Crumb]:
    """The banks, the bank of this run, and the page that takes the next file for it."""
    banks = Crumb("题库", reverse("assessments:town-banks"))
    bank = QuestionBank.objects.filter(code=options.get("bank", "")).first()
    if bank is None:
        return [banks, banks]
    place = [bank.pk]
    return [
        banks,
        Crumb(bank.name, reverse("assessments:town-bank", args=place)),
        Crumb("导入试题", reverse("assessments:town-bank-import", args=place)),
    ]


QUESTIONS = Importer(
    CODE, "题库试题", COLUMNS, read, check, save, lock, Words("道", "banks", "看题库", crumbs), formats.kind_of
)
