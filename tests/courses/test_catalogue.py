"""The catalogue by words and facets, at its three doors; names by consent; pictures; constant queries."""

import pytest
from django.test import Client

from courses.models import Audience, ContentTask, Course
from tests.factories import CourseFactory, LecturerFactory, ThemeFactory

pytestmark = pytest.mark.django_db
DOORS = ("/town/courses/", "/me/courses/", "/courses/")


@pytest.fixture
def doors(clerk, member):
    """A browser at each door."""
    staff, own = Client(), Client()
    staff.force_login(clerk)
    own.force_login(member.user)
    return dict(zip(DOORS, (staff, own, Client()), strict=True))


def titles(client: Client, path: str) -> list[str]:
    return [course.title for course in client.get(path).context["page"]]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("dz", ["学习党章"]), ("dangzhang", ["学习党章"]), ("章", ["学习党章"]), ("DangZhang", ["学习党章"]),
        ("jnxf", ["莒南先锋e讲堂"]), ("E讲堂", ["莒南先锋e讲堂"]), ("kc7", ["茶园管理"]),
        ("chy gl", []), ("cygl", ["茶园管理"]), ("%", []), ("_", []),
    ],
)  # fmt: skip
def test_every_door_finds_by_words_pinyin_and_initials(doors, words: str, found: list[str]) -> None:
    for title in ("学习党章", "莒南先锋e讲堂"):
        CourseFactory(title=title, code=f"A-{title}")
    CourseFactory(title="茶园管理", code="KC7")
    for path, client in doors.items():
        assert titles(client, f"{path}?q={words.replace('%', '%25')}") == found, path


def test_a_lecturer_is_searched_by_pinyin_and_in_public_only_by_consent(doors) -> None:
    course = CourseFactory(title="学习党章")
    lecturer = LecturerFactory(name="单示例")
    course.lecturers.add(lecturer)
    seen = {path: titles(client, f"{path}?q=shan") for path, client in doors.items()}
    assert seen == {"/town/courses/": ["学习党章"], "/me/courses/": ["学习党章"], "/courses/": []}
    public = doors["/courses/"]
    for path in ("/courses/", f"/courses/{course.pk}/"):
        assert "单示例" not in public.get(path).content.decode()
    lecturer.public_name = True
    lecturer.save()
    assert titles(public, "/courses/?q=shan") == ["学习党章"]
    for path in ("/courses/", f"/courses/{course.pk}/"):
        assert "单示例" in public.get(path).content.decode()


def test_facets_count_what_each_choice_would_leave(client: Client, clerk, town, other_town) -> None:
    red, rural = ThemeFactory(slot=1, name="红色教育"), ThemeFactory(slot=2, name="乡村振兴")
    village, office = (Audience.objects.create(name=name, order=n) for n, name in enumerate(("农村", "机关")))
    task = ContentTask.objects.create(name="革命传统")
    rows = [CourseFactory(theme=red, town=town), CourseFactory(theme=red, town=other_town, form="micro")]
    rows.append(CourseFactory(theme=rural, town=None))
    rows[0].audiences.set([village, office])
    rows[1].audiences.set([village])
    rows[2].tasks.set([task])
    client.force_login(clerk)

    def counted(query: str) -> tuple[int, dict[str, dict[str, int]]]:
        found = client.get(f"/town/courses/{query}").context
        return found["total"], {f.title: {c.label: c.number for c in f.choices} for f in found["facets"]}

    assert counted("") == (
        3,
        {
            "类别": {"红色教育": 2, "乡村振兴": 1},
            "内容任务": {"革命传统": 1},
            "适用对象": {"农村": 2, "机关": 1},
            "形式": {"课堂讲授": 2, "微课": 1},
            "镇街": {town.name: 1, other_town.name: 1, "县级": 1},
        },
    )
    total, chosen = counted(f"?theme=1&audience={village.pk}&form=micro")
    assert total == 1
    assert (chosen["类别"], chosen["形式"]) == ({"红色教育": 1}, {"课堂讲授": 1, "微课": 1})
    assert (chosen["适用对象"], chosen["镇街"]) == ({"农村": 1}, {other_town.name: 1})
    assert counted("?town=county")[0] == 1
    assert counted(f"?task={task.pk}&town=county")[0] == 1
    assert counted("?theme=x&form=y&audience=²&town=nowhere")[0] == 0
    assert counted("?theme=x&form=y&audience=²")[0] == 3


def test_only_featured_courses_have_a_public_page_and_picture(client: Client, clerk, other_clerk, town) -> None:
    shared, draft = CourseFactory(title="学习党章"), CourseFactory(featured_on=None, town=town)
    for path, status in (("/courses/{}/", 200), ("/courses/{}/cover.svg", 200)):
        assert client.get(path.format(shared.pk)).status_code == status
        assert client.get(path.format(draft.pk)).status_code == 404
    picture = client.get(f"/courses/{shared.pk}/cover.svg")
    assert picture["Content-Type"] == "image/svg+xml"
    assert picture["Cache-Control"] == "public, max-age=86400"
    for user, status in ((clerk, 200), (other_clerk, 404)):
        client.force_login(user)
        assert client.get(f"/courses/{draft.pk}/cover.svg").status_code == status
        assert client.get(f"/courses/{draft.pk}/").status_code == 404
    client.force_login(clerk)
    assert client.get(f"/courses/{draft.pk}/cover.svg")["Cache-Control"] == "private, max-age=86400"


def test_a_member_reads_about_a_course(doors) -> None:
    course = CourseFactory(title="学习党章", summary="从入党誓词讲起。")
    page = doors["/me/courses/"].get(f"/me/courses/{course.pk}/").content.decode()
    assert "从入党誓词讲起。" in page
    assert doors["/town/courses/"].get("/me/courses/").status_code == 403
    assert doors["/courses/"].get("/me/courses/").headers["Location"].startswith("/login/")


@pytest.mark.parametrize(("door", "queries"), [("/town/courses/", 13), ("/me/courses/", 13), ("/courses/", 6)])
def test_queries_of_a_door_are_constant(doors, django_assert_num_queries, door: str, queries: int) -> None:
    client = doors[door]
    for more in (1, 2):
        for _ in range(more):
            course = CourseFactory(title="学习党章")
            course.lecturers.add(LecturerFactory(public_name=True))
            course.audiences.add(Audience.objects.get_or_create(name="农村")[0])
        client.get(f"{door}?q=dz")
        with django_assert_num_queries(queries + 1):
            client.get(f"{door}?q=dz")
        with django_assert_num_queries(queries):
            client.get(door)
    assert Course.objects.count() == 3
