"""Branches and party members."""

from datetime import date
from typing import Any
from unicodedata import normalize

from django.db import models
from django.db.models import Q

from juxian.people.access import PersonalQuerySet, TownQuerySet
from juxian.people.models.towns import Town
from juxian.people.models.users import User
from juxian.people.search import SearchTextField
from juxian.vault.derived import DerivedModel, DerivedQuerySet
from juxian.vault.fields import BlindIndexField, SealedField
from juxian.vault.masks import mask_id, mask_mobile


class BranchQuerySet(TownQuerySet):
    """Branches of a town."""


class Branch(models.Model):
    """A party branch. Village names repeat inside the county, so a name is unique in its town only."""

    class Kind(models.TextChoices):
        RURAL = "rural", "农村"
        COMMUNITY = "community", "社区"
        OFFICE = "office", "机关"
        INSTITUTION = "institution", "事业"
        STATE_FIRM = "state_firm", "国企"
        PRIVATE_FIRM = "private_firm", "非公企业"
        SOCIAL = "social", "社会组织"
        SCHOOL = "school", "学校"
        RETIRED = "retired", "离退休"
        OTHER = "other", "其他"

    town = models.ForeignKey(Town, models.PROTECT, verbose_name="镇街", related_name="branches")
    name = models.CharField("名称", max_length=80)
    kind = models.CharField("类别", max_length=14, choices=Kind, default=Kind.RURAL)
    closed_on = models.DateField("撤销日期", null=True, blank=True)

    objects = BranchQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "党支部"
        ordering = ["town__code", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["town", "name"],
                name="people_branch_name_in_town",
                violation_error_message="本镇街已有同名党支部。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MemberQuerySet(DerivedQuerySet, PersonalQuerySet):  # type: ignore[override]  # both bases are only querysets
    """Members; the town is that of the branch."""

    town_path = "branch__town"

    def mine(self, user: Any) -> "MemberQuerySet":
        """The member linked to `user`; nobody before sign-in, for members without an account have no user either."""
        return self.filter(user_id=user.pk) if user.is_authenticated else self.none()

    def counted(self) -> "MemberQuerySet":
        """The denominator of 全员: normal status, not exempt (Regulations 2019 Arts. 20, 23)."""
        return self.filter(status=Member.Status.NORMAL, is_exempt=False, left_on=None)

    def matching(self, text: str) -> "MemberQuerySet":
        """Members whose name, pinyin or initials contain `text`."""
        typed = normalize("NFKC", text).strip()
        return self.filter(search_text__icontains=typed) if typed else self

    def with_number(self, typed: str) -> "MemberQuerySet":
        """Members whose whole ID or mobile number is `typed`; numbers never travel in an address, so never in `matching`."""
        number = "".join(normalize("NFKC", typed).split()).upper()
        return self.with_id_number(number) if len(number) == 18 else self.with_mobile(number)

    def with_id_number(self, number: str) -> "MemberQuerySet":
        """The member holding this citizen ID number, found by blind index."""
        return self.filter(id_index=Member._meta.get_field("id_index").digest(number))

    def with_mobile(self, number: str) -> "MemberQuerySet":
        """Members who gave this mobile number, found by blind index; nobody for an empty one."""
        if not number:
            return self.none()
        return self.filter(mobile_index=Member._meta.get_field("mobile_index").digest(number))


class Member(DerivedModel):
    """A party member (the columns of the national form that training needs)."""

    class Kind(models.TextChoices):
        FULL = "full", "正式党员"
        PROBATIONARY = "probationary", "预备党员"

    class Status(models.TextChoices):
        NORMAL = "normal", "正常"
        SUSPENDED = "suspended", "停止党籍"

    class Gender(models.TextChoices):
        MALE = "m", "男"
        FEMALE = "f", "女"

    class Post(models.TextChoices):
        NONE = "member", "党员"
        GROUP_LEADER = "group_leader", "党小组长"
        ORGANISATION = "organisation", "组织委员"
        PUBLICITY = "publicity", "宣传委员"
        DISCIPLINE = "discipline", "纪检委员"
        COMMITTEE = "committee", "支委"
        DEPUTY = "deputy", "副书记"
        SECRETARY = "secretary", "书记"

    COMMITTEE_POSTS = (Post.ORGANISATION, Post.PUBLICITY, Post.DISCIPLINE, Post.COMMITTEE, Post.DEPUTY)

    user = models.OneToOneField(
        User,
        models.PROTECT,
        verbose_name="登录账号",
        null=True,
        blank=True,
        related_name="member",
        error_messages={"unique": "这个账号已是另一名党员的，一个账号只归一人。"},
    )
    branch = models.ForeignKey(Branch, models.PROTECT, verbose_name="所在党支部", related_name="members")
    name = models.CharField("姓名", max_length=30)
    gender = models.CharField("性别", max_length=1, choices=Gender, blank=True)
    ethnicity = models.CharField("民族", max_length=20, blank=True)
    id_number = SealedField("公民身份号码", purpose="people.member.id_number")
    id_index = BlindIndexField("身份号码索引", source="id_number", unique=True)
    birth_date = models.DateField("出生日期", null=True, blank=True)
    education = models.CharField("学历", max_length=20, blank=True)
    kind = models.CharField("人员类别", max_length=12, choices=Kind, default=Kind.FULL)
    join_date = models.DateField("加入党组织日期", null=True, blank=True)
    full_member_date = models.DateField("转为正式党员日期", null=True, blank=True)
    job_position = models.CharField("工作岗位", max_length=40, blank=True)
    mobile = SealedField("联系电话", purpose="people.member.mobile", blank=True, default="")
    mobile_index = BlindIndexField("电话索引", source="mobile", db_index=True)
    status = models.CharField("党籍状态", max_length=10, choices=Status, default=Status.NORMAL)
    is_lost_contact = models.BooleanField("是否为失联党员", default=False)
    lost_contact_since = models.DateField("失去联系日期", null=True, blank=True)
    is_floating = models.BooleanField("是否为流动党员", default=False)
    outflow_place = models.CharField("外出流向", max_length=60, blank=True)
    party_post = models.CharField("党内职务", max_length=14, choices=Post, default=Post.NONE)
    post_since = models.DateField("任职日期", null=True, blank=True)
    field = models.CharField("党员领域", max_length=14, choices=Branch.Kind, blank=True)
    is_exempt = models.BooleanField("年老体弱免训", default=False)
    is_demo = models.BooleanField("演示人员", default=False)
    left_on = models.DateField("离开日期", null=True, blank=True)
    search_text = SearchTextField("检索文字", source="name", max_length=200)

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "党员"
        ordering = ["branch__town__code", "branch__name", "name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="full") | Q(full_member_date=None),
                name="people_member_probationary_without_full_date",
                violation_error_message="预备党员不能有转正日期。",
            ),
        ]
        indexes = [
            models.Index(fields=["branch", "name"], name="people_member_branch_name"),
            # every page asks whether there is a demo person, and a real county has none
            models.Index(fields=["is_demo"], condition=Q(is_demo=True), name="people_member_demo"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def town(self) -> Town:
        """The town of today; records keep the town as it was on their day."""
        return self.branch.town

    @property
    def id_masked(self) -> str:
        return mask_id(self.id_number)

    @property
    def mobile_masked(self) -> str:
        return mask_mobile(self.mobile)

    def party_age(self, on: date) -> int | None:
        """党龄 in whole years, counted from 转正 (Party Constitution)."""
        start: Any = self.full_member_date
        return None if start is None else on.year - start.year - ((on.month, on.day) < (start.month, start.day))
