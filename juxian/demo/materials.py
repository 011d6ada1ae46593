"""Second versions of some courses with their materials, and two drafts of a third one."""

from courses.models import Course, CourseVersion, Material
from juxian.demo.papers import keep
from juxian.demo.people import HERO_TOWN
from juxian.demo.plot import Plot, save_all
from juxian.files.models import StoredFile
from juxian.papers.document import Document, Heading, Text, document_pdf

COURSES = 10
OUTLINE = "一、导入：身边的事例；二、主体：三个要点；三、讨论：怎么做；四、小结：布置课后实践。"
POINTS = ("身边的事例", "三个要点", "分组讨论", "小结和课后实践")
TEXTS = (
    (Material.Sort.SUMMARY, "课程简介", "用本地事例讲清道理，联系本村实际讨论，课后有实践。（示例内容）"),
    (Material.Sort.QUESTIONS, "课后思考题", "一、这堂课里哪件事对您启发最大？\n二、回到支部先做哪一件？（示例内容）"),
    (Material.Sort.REVIEW, "审核意见", "内容、事例和时长合适，同意使用。（示例意见）"),
)
DRAFT_NOTE = "换一个今年的事例（示例）"


def write_materials(plot: Plot) -> None:
    """Everything is put in while the versions are drafts, for a published one is closed."""
    courses = _chosen()
    second = save_all(CourseVersion, [_version(plot, one, 2, "补上讲义和思考题（示例）", -40) for one in courses])
    papers = {one.pk: _paper(plot, one) for one in courses}
    _fill(plot, second, papers)
    CourseVersion.objects.filter(pk__in=[row.pk for row in second]).update(published_on=plot.day(-30))
    for row in second:
        _note(plot, row, -30, "courses.version_published", f"发布“{row}”")
    third = save_all(CourseVersion, [_version(plot, one, 3, DRAFT_NOTE, -2) for one in courses[:2]])
    _fill(plot, third, papers)
    for row in third:
        _note(plot, row, -2, "courses.version_drafted", f"起草“{row}”")


def _chosen() -> list[Course]:
    """One of the demo lecturer and one of the demo clerk's town, which get a draft too; then one a town."""
    found = list(Course.objects.exclude(town=None).select_related("town").order_by("code"))
    taught = set(
        Course.lecturers.through.objects.filter(lecturer__user__username="lecturer").values_list("course", flat=True)
    )
    first = next(one for one in found if one.pk in taught)
    home = next(one for one in found if one.town.code == HERO_TOWN and one != first)
    towns = {first.town_id: first, home.town_id: home}
    for one in found:
        towns.setdefault(one.town_id, one)
    return list(dict.fromkeys([first, home, *towns.values()]))[:COURSES]


def _version(plot: Plot, course: Course, number: int, note: str, day: int) -> CourseVersion:
    at = plot.moment(plot.day(day), "10:00")
    by = plot.clerk(course.town) if course.town else None
    return CourseVersion(course=course, number=number, outline=OUTLINE, note=note, by=by, at=at)


def _fill(plot: Plot, versions: list[CourseVersion], papers: dict[int, StoredFile]) -> None:
    """A paper and the texts for each."""
    rows = []
    for version in versions:
        own = {"version": version, "by": version.by, "at": version.at}
        rows.append(Material(sort=Material.Sort.PLAN, title="讲义（示例）", file=papers[version.course_id], **own))
        rows += [Material(sort=sort, title=title, text=text, **own) for sort, title, text in TEXTS]
    save_all(Material, rows)


def _paper(plot: Plot, course: Course) -> StoredFile:
    """The handout of a course, plainly an example."""
    blocks = [block for point in POINTS for block in (Heading(point), Text(f"“{course}”这一节的讲稿写在这里。"))]
    document = Document(title=str(course), subtitle="讲义", notice="演示文件，内容为示例", blocks=blocks)
    return keep(plot, document_pdf(document), f"{course}讲义（演示）.pdf", "pdf")


def _note(plot: Plot, row: CourseVersion, day: int, action: str, summary: str) -> None:
    code = row.course.town.code if row.course.town else ""
    plot.note(plot.moment(plot.day(day), "10:00"), row.by, action, row, summary, code)
