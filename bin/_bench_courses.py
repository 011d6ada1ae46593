"""The row about the catalogue: a clerk looks for a course among 20,000."""

from _bench_tools import Bench, execute
from django.db import connection
from django.utils import timezone

from centres.models import BrandTheme
from courses.catalogue import Asked, facets, featured_today, narrowed, searched
from courses.models import Audience, ContentTask, Course
from juxian.people.models import Town
from lecturers.models import Lecturer

COURSES, BATCH = 20_000, 2000
STEMS = "甲乙丙丁戊己庚辛壬癸"
TOPICS = ("茶园管理", "合作社经营", "村规民约", "党章学习", "廉洁家风")
WORDS = "chayuan ceyi"  # 茶园管理, measured once in a hundred titles
PAGE = 24
BARE = """
SELECT id, code, title, theme_id, town_id, hours, form, summary FROM courses_course
WHERE search_text LIKE %s AND search_text LIKE %s AND featured_on <= %s AND (retired_on IS NULL OR retired_on > %s)
ORDER BY theme_id, code LIMIT 24
"""


def course_search() -> Bench:
    """The catalogue's search as its pages call it: words, the five facets counted, the first page of 24 courses.

    Limit: the bare query, both words LIKE over the search text, sorted, 24 rows.
    """
    _courses()
    today = timezone.localdate()
    asked = Asked.of({"q": WORDS})

    def ours() -> None:
        rows = searched(featured_today(), asked.words, Lecturer.objects.order_by("name", "pk"))
        _, total = facets(rows, asked)
        page = list(narrowed(rows, asked).select_related("theme", "town").order_by("theme__slot", "code")[:PAGE])
        assert total == COURSES // 100, total
        assert len(page) == PAGE, page

    def limit() -> None:
        first, second = (f"%{word}%" for word in WORDS.split())
        assert len(execute(BARE, (first, second, today, today))) == PAGE

    return Bench("course_search", ours, limit, 30)


def _courses() -> None:
    """20,000 featured courses of all towns and themes, each with a lecturer, a task and two audiences."""
    themes, towns = list(BrandTheme.objects.order_by("slot")), list(Town.objects.order_by("code"))
    made = Course.objects.bulk_create(
        [
            Course(
                code=f"LC{number:05d}",
                title=f"{TOPICS[number % 5]}{'测' if number % 10 else '量'}{STEMS[number // 10 % 10]}{number:05d}",
                theme=themes[number % len(themes)],
                town=towns[number % len(towns)],
                form=Course.Form.values[number % 4],
                featured_on="2026-01-01",
            )
            for number in range(COURSES)
        ],
        batch_size=BATCH,
    )
    for field, others, each in (("lecturers", Lecturer, 1), ("tasks", ContentTask, 1), ("audiences", Audience, 2)):
        table, keys = getattr(Course, field).through, list(others.objects.order_by("pk").values_list("pk", flat=True))
        column = f"{others._meta.model_name}_id"
        links = [
            table(**{"course_id": course.pk, column: keys[(place + step) % len(keys)]})
            for place, course in enumerate(made)
            for step in range(each)
        ]
        table.objects.bulk_create(links, batch_size=BATCH)
    if connection.vendor == "postgresql":
        execute("ANALYZE")
