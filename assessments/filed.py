"""The papers of a class's file that this floor makes: exam, scores, retakes and make-ups, survey."""

from collections import Counter, defaultdict
from typing import Any

from assessments.actions.surveys import SCALE, results
from assessments.grading import standing
from assessments.models import Attempt, Exam, MakeUp, Question, Retake, Survey
from juxian.papers import Block, Facts, Heading, Item, Table, Text
from trainings.filed import moment, paper, sheet
from trainings.models import Enrolment, TrainingClass
from trainings.words import plain

KINDS = dict(Question.Kind.choices)
ORDER = ("enrolment__branch__name", "enrolment__member__name", "enrolment", "pk")


def _released(training_class: TrainingClass) -> Exam | None:
    """The exam, once its results are out: before that nothing of it leaves the portal."""
    return Exam.objects.filter(training_class=training_class, released_at__isnull=False).first()


def _answer(question: dict[str, Any]) -> str:
    return "".join(chr(ord("A") + place) for place in question["answer"])


def exam_paper(training_class: TrainingClass) -> list[Item]:
    """The blueprint, and every question that was drawn from the bank, with its answer and how often it was drawn."""
    exam = _released(training_class)
    if exam is None:
        return []
    drawn: Counter[int] = Counter()
    questions: dict[int, list[str]] = {}
    for asked in Attempt.objects.filter(exam=exam).values_list("paper", flat=True).iterator(chunk_size=50):
        for one in asked:
            drawn[one["id"]] += 1
            options = "；".join(f"{chr(ord('A') + place)}. {text}" for place, text in enumerate(one["options"]))
            questions.setdefault(one["id"], [KINDS[one["kind"]], one["stem"], options, _answer(one)])
    facts = Facts(
        [
            ("开考", moment(exam.opens_at)),
            ("截止进入", moment(exam.closes_at)),
            ("时长", f"{exam.duration_minutes} 分钟"),
            (
                "组卷",
                f"单选 {exam.single_count} 题，多选 {exam.multiple_count} 题，判断 {exam.true_false_count} 题，每人随机抽题",
            ),
            ("及格线", f"{exam.pass_mark} 分（百分制）"),
        ]
    )
    rows = [[*questions[key], str(drawn[key])] for key in sorted(questions, key=lambda key: questions[key])]
    note = Text("选项的次序每人不同，这里是其中一份卷子上的。")
    table = Table(["题型", "题目", "选项", "答案", "抽到"], rows, [2, 6, 7, 2, 2])
    return [paper(training_class, "试卷", [facts, Heading("抽到过的题目"), note, table])]


def scores(training_class: TrainingClass) -> list[Item]:
    """Each person's first sitting, retakes, and the result that stands."""
    exam = _released(training_class)
    if exam is None:
        return []
    sat: dict[int, list[Attempt]] = defaultdict(list)
    for attempt in Attempt.objects.filter(exam=exam, score__isnull=False).defer("paper").order_by("sitting"):
        sat[attempt.enrolment_id].append(attempt)
    rows = []
    people = Enrolment.objects.filter(training_class=training_class).seated().select_related("member", "branch")
    for number, person in enumerate(people.order_by("branch__name", "member__name", "pk"), 1):
        own = [(one.sitting, one.score) for one in sat[person.pk] if one.score is not None]
        first = next((plain(score) for sitting, score in own if sitting == 0), "缺考")
        again = "；".join(f"第 {sitting} 次补考 {plain(score)}" for sitting, score in own if sitting)
        stands = standing(own, exam.pass_mark)
        word = "及格" if stands is not None and stands >= exam.pass_mark else "未及格"
        rows.append(
            [
                str(number),
                person.member.name,
                person.branch.name,
                first,
                again,
                "" if stands is None else plain(stands),
                word,
            ]
        )
    heads = ["序号", "姓名", "党支部", "首考", "补考", "最终成绩", "结论"]
    table = Table(heads, rows, [2, 3, 5, 2, 5, 3, 3])
    return [paper(training_class, "成绩单", [table]), sheet("成绩单", heads, rows)]


def remedies(training_class: TrainingClass) -> list[Item]:
    """Who owed a retake or a make-up, and what became of it."""
    retakes = Retake.objects.filter(enrolment__training_class=training_class).select_related(
        "enrolment__member", "enrolment__branch"
    )
    make_ups = MakeUp.objects.filter(enrolment__training_class=training_class).select_related(
        "enrolment__member", "enrolment__branch"
    )
    rows = [
        [
            row.enrolment.member.name, row.enrolment.branch.name, f"第 {row.sequence} 次补考，{row.get_reason_display()}",
            moment(row.due_at), row.get_state_display(), "",
        ]
        for row in retakes.order_by(*ORDER)
    ] + [
        [
            row.enrolment.member.name, row.enrolment.branch.name, f"补课，缺 {plain(row.missed_hours)} 学时",
            str(row.due_on), row.get_state_display(), row.note,
        ]
        for row in make_ups.order_by(*ORDER)
    ]  # fmt: skip
    heads = ["姓名", "党支部", "事项", "截止", "状态", "情况"]
    return [paper(training_class, "补课补考记录", [Table(heads, rows, [3, 4, 5, 4, 3, 5])])] if rows else []


def survey(training_class: TrainingClass) -> list[Item]:
    """Results of five answers or more; fewer stay hidden here as everywhere."""
    found = Survey.objects.filter(training_class=training_class).first()
    if found is None:
        return []
    told = results(found)
    if not told["rows"]:
        few = Text(f"可汇总的答卷不足 {told['min_group']} 份，为保护答卷人不显示结果。")
        return [paper(training_class, "满意度测评表", [few, *_lessons(told["lessons"])])]
    words = [word for word, _ in told["rows"][0]["shares"]]
    rows = [[row["text"], *[str(number) for _, number in row["shares"]], f"{row['mean']:.2f}"] for row in told["rows"]]
    table = Table(["项目", *words, "平均"], rows, [6, *[2] * len(words), 2])
    comments: list[Block] = [Heading("意见"), Text("\n".join(told["comments"]))] if told["comments"] else []
    count = Text(f"发出 {told['asked']} 份，可汇总的答卷 {told['readable']} 份。")
    return [paper(training_class, "满意度测评表", [count, table, *_lessons(told["lessons"]), *comments])]


def _lessons(told: list[dict[str, Any]]) -> list[Block]:
    """Lesson by lesson, those with enough answers."""
    if not told:
        return []
    rows = [
        [
            f"{one['lesson'].session.day:%m-%d} {one['lesson'].session.get_half_display()}",
            one["lesson"].topic,
            one["lesson"].session.lecturer.name if one["lesson"].session.lecturer else "",
            *[str(number) for number in one["counts"]],
            f"{one['mean']:.2f}",
        ]
        for one in told
    ]
    table = Table(["时间", "课程", "授课人", *SCALE.values(), "平均"], rows, [3, 6, 3, 2, 2, 2, 2, 2])
    remarks = [f"{one['lesson'].topic}：{text}" for one in told for text in one["remarks"]]
    said: list[Block] = [Heading("对每堂课的意见"), Text("\n".join(remarks))] if remarks else []
    return [Heading("每堂课"), table, *said]


PAPERS = {"exam_paper": exam_paper, "scores": scores, "makeup": remedies, "survey": survey}
