"""Rows for tests. Everybody here is invented: area 000000, phones 1990000xxxx."""

from datetime import date, timedelta
from decimal import Decimal

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory
from stdnum.cn.ric import calc_check_digit

from assessments import models as assessments
from centres.models import Brand, BrandRevision, BrandTheme, Centre, Room, TeachingPoint
from courses.models import Course, CourseVersion
from juxian.people.models import Branch, Grant, Member, Town, User
from lecturers.models import Lecturer, LecturerKind
from trainings import models as trainings


def id_number(number: int, birth: date = date(1980, 1, 1)) -> str:
    """A citizen ID number with a right check digit in the impossible area 000000."""
    body = f"000000{birth:%Y%m%d}{number % 1000:03d}"
    return body + calc_check_digit(body + "0")


class TownFactory(DjangoModelFactory):
    class Meta:
        model = Town
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"99{n:07d}")
    name = factory.Sequence(lambda n: f"示例{n}镇")
    kind = Town.Kind.TOWN
    active_from = date(2020, 1, 1)


class BranchFactory(DjangoModelFactory):
    class Meta:
        model = Branch

    town = factory.SubFactory(TownFactory)
    name = factory.Sequence(lambda n: f"示例村{n}党支部")


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"user{n}")
    name = factory.Sequence(lambda n: f"示例用户{n}")


class GrantFactory(DjangoModelFactory):
    class Meta:
        model = Grant

    user = factory.SubFactory(UserFactory)
    kind = Grant.Kind.COUNTY
    starts_on = date(2020, 1, 1)


class MemberFactory(DjangoModelFactory):
    class Meta:
        model = Member

    branch = factory.SubFactory(BranchFactory)
    name = factory.Sequence(lambda n: f"示例{n}")
    id_number = factory.Sequence(lambda n: id_number(n % 1000, date(1950, 1, 1) + timedelta(days=n // 1000)))
    mobile = factory.Sequence(lambda n: f"1990000{n % 10000:04d}")
    join_date = date(2000, 7, 1)
    full_member_date = date(2001, 7, 1)


class CentreFactory(DjangoModelFactory):
    class Meta:
        model = Centre

    town = factory.SubFactory(TownFactory)
    name = factory.LazyAttribute(lambda o: f"{o.town.name}党员培训中心（党校）")
    education_centre_name = factory.LazyAttribute(lambda o: f"{o.town.name}党员教育中心")
    opened_on = date(2021, 1, 1)


class RoomFactory(DjangoModelFactory):
    class Meta:
        model = Room

    centre = factory.SubFactory(CentreFactory)
    name = factory.Sequence(lambda n: f"第{n}教室")
    capacity = 100


class ThemeFactory(DjangoModelFactory):
    class Meta:
        model = BrandTheme
        django_get_or_create = ("slot",)

    slot = 1
    name = "红色教育"
    is_active = True


class LecturerKindFactory(DjangoModelFactory):
    class Meta:
        model = LecturerKind
        django_get_or_create = ("name",)

    name = "业务骨干"


class LecturerFactory(DjangoModelFactory):
    class Meta:
        model = Lecturer

    name = factory.Sequence(lambda n: f"示例讲师{n}")
    kind = factory.SubFactory(LecturerKindFactory)


class CourseFactory(DjangoModelFactory):
    class Meta:
        model = Course

    code = factory.Sequence(lambda n: f"KC{n:04d}")
    title = factory.Sequence(lambda n: f"示例课程{n}")
    theme = factory.SubFactory(ThemeFactory)
    featured_on = date(2021, 1, 1)


class CourseVersionFactory(DjangoModelFactory):
    class Meta:
        model = CourseVersion

    course = factory.SubFactory(CourseFactory)
    number = 1
    published_on = date(2021, 1, 1)


class YearPlanFactory(DjangoModelFactory):
    class Meta:
        model = trainings.YearPlan

    town = factory.SubFactory(TownFactory)
    year = factory.LazyFunction(lambda: timezone.localdate().year)


class PlanLineFactory(DjangoModelFactory):
    class Meta:
        model = trainings.PlanLine

    plan = factory.SubFactory(YearPlanFactory)
    title = factory.Sequence(lambda n: f"示例轮训班{n}")
    audience = "农村党员"
    month = 11
    days = Decimal(1)
    people = 50


class ClassFactory(DjangoModelFactory):
    class Meta:
        model = trainings.TrainingClass

    town = factory.SubFactory(TownFactory)
    code = factory.Sequence(lambda n: f"TEST-{n:04d}")
    title = factory.Sequence(lambda n: f"示例培训班{n}")
    audience = "农村党员"
    starts_on = factory.LazyFunction(timezone.localdate)
    ends_on = factory.LazyAttribute(lambda o: o.starts_on)
    capacity = 50
    created_by = factory.SubFactory(UserFactory)


class SessionFactory(DjangoModelFactory):
    class Meta:
        model = trainings.Session

    training_class = factory.SubFactory(ClassFactory)
    day = factory.LazyAttribute(lambda o: o.training_class.starts_on)
    half = trainings.Session.Half.MORNING
    topic = factory.Sequence(lambda n: f"示例课题{n}")
    lecturer = factory.SubFactory(LecturerFactory)
    hours = Decimal(4)


class EnrolmentFactory(DjangoModelFactory):
    class Meta:
        model = trainings.Enrolment

    training_class = factory.SubFactory(ClassFactory)
    member = factory.SubFactory(MemberFactory, branch__town=factory.SelfAttribute("...training_class.town"))
    town = factory.LazyAttribute(lambda o: o.member.branch.town)
    branch = factory.LazyAttribute(lambda o: o.member.branch)
    state = trainings.Enrolment.State.SEATED
    source = trainings.Enrolment.Source.LIST
    created_by = factory.SubFactory(UserFactory)


class BankFactory(DjangoModelFactory):
    class Meta:
        model = assessments.QuestionBank

    code = factory.Sequence(lambda n: f"TK{n:04d}")
    name = factory.Sequence(lambda n: f"示例题库{n}")


class QuestionFactory(DjangoModelFactory):
    class Meta:
        model = assessments.Question

    bank = factory.SubFactory(BankFactory)
    kind = assessments.Question.Kind.SINGLE
    stem = factory.Sequence(lambda n: f"示例题目{n}")
    options = ["甲", "乙", "丙", "丁"]
    answer = [0]
    digest = factory.Sequence(lambda n: f"{n:064d}")


class TeachingPointFactory(DjangoModelFactory):
    class Meta:
        model = TeachingPoint

    centre = factory.SubFactory(CentreFactory)
    name = factory.Sequence(lambda n: f"示例教学点{n}")
    theme = factory.SubFactory(ThemeFactory)


class BrandFactory(DjangoModelFactory):
    class Meta:
        model = Brand
        django_get_or_create = ("town",)

    town = factory.SubFactory(TownFactory)


class BrandRevisionFactory(DjangoModelFactory):
    """A brand in force, as a source names it."""

    class Meta:
        model = BrandRevision

    brand = factory.SubFactory(BrandFactory)
    number = 1
    state = BrandRevision.State.APPROVED
    slogan = factory.Sequence(lambda n: f"示例口号{n}")
    source = "示例报道"
    used_from = date(2021, 10, 27)
