"""Posts by a staffing document, and who holds them. Posts are never read for access: they open and end grants."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery

from centres import limits
from juxian.people.access import TownQuerySet
from juxian.people.models import Grant, Town, User


class StaffingDocument(models.Model):
    """机构编制文件: says how many posts each town has from a day on."""

    title = models.CharField("文件名称", max_length=100)
    number = models.CharField("文号", max_length=40, unique=True, error_messages={"unique": "这个文号已经登记过了。"})
    issued_on = models.DateField("发文日期", validators=[limits.past_day])

    class Meta:
        verbose_name = verbose_name_plural = "机构编制文件"
        ordering = ["-issued_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.title}（{self.number}）"


class NumberQuerySet(TownQuerySet):
    """Numbers of posts by town."""

    def newest(self, town: Town) -> "StaffingNumber | None":
        """What the latest document gives to `town`."""
        found: StaffingNumber | None = self.filter(town=town).order_by("-document__issued_on", "-document__pk").first()
        return found


class StaffingNumber(models.Model):
    """How many posts a document gives to a town."""

    document = models.ForeignKey(StaffingDocument, models.PROTECT, verbose_name="文件", related_name="numbers")
    town = models.ForeignKey(Town, models.PROTECT, verbose_name="镇街", related_name="staffing")
    posts = models.PositiveSmallIntegerField("岗位数", default=3, validators=limits.POSTS_A_TOWN)

    objects = NumberQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "核定岗位数"
        ordering = ["document", "town__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "town"],
                name="centres_staffingnumber_town",
                violation_error_message="一份文件里每个镇街只写一次。",
            ),
            models.CheckConstraint(
                condition=Q(posts__gte=1),
                name="centres_staffingnumber_posts",
                violation_error_message="岗位数要大于 0。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.town.name} {self.posts} 个岗位"

    def clean(self) -> None:
        """A post somebody holds is not taken away: the holder leaves first."""
        if self.town_id is None or self.posts is None:
            return
        held = PostHolding.objects.current().filter(post__town=self.town, post__slot__gt=self.posts)
        later = StaffingNumber.objects.filter(
            town=self.town, document__issued_on__gt=self.document.issued_on or date.max
        )
        if held.exists() and not later.exists():
            slots = "、".join(
                f"第 {slot} 岗" for slot in held.order_by("post__slot").values_list("post__slot", flat=True)
            )
            raise ValidationError(f"{self.town.name}{slots}还有人在岗，先办离岗，再减岗位。", code="held")


class PostQuerySet(TownQuerySet):
    """Posts by document."""

    def standing(self) -> "PostQuerySet":
        """Posts the town's newest document has; those it no longer has keep their history."""
        newest = StaffingNumber.objects.filter(town=OuterRef("town")).order_by("-document__issued_on", "-document__pk")
        return self.filter(staffing=Subquery(newest.values("pk")[:1]))


class Post(models.Model):
    """One post of a town. Rows come from a staffing document only; the database refuses one beyond its number."""

    town = models.ForeignKey(Town, models.PROTECT, verbose_name="镇街", related_name="posts")
    staffing = models.ForeignKey(StaffingNumber, models.PROTECT, verbose_name="核定依据", related_name="rows")
    slot = models.PositiveSmallIntegerField("第几个岗位")
    opened_on = models.DateField("设立日期")

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "岗位"
        ordering = ["town__code", "slot"]
        constraints = [
            models.UniqueConstraint(
                fields=["town", "slot"], name="centres_post_slot", violation_error_message="这个镇街已有这个岗位。"
            ),
            models.CheckConstraint(
                condition=Q(slot__gte=1), name="centres_post_slot_from_one", violation_error_message="岗位从 1 数起。"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.town.name}第 {self.slot} 岗"

    def clean(self) -> None:
        """The same the database's guard says, as a sentence."""
        if self.staffing_id is None or self.slot is None:
            return
        if self.staffing.town_id != self.town_id or self.slot > self.staffing.posts:
            raise ValidationError(f"编制文件只给{self.staffing}，不能再加。", code="beyond")


class HoldingQuerySet(TownQuerySet):
    """Who holds or held posts."""

    town_path = "post__town"

    def current(self) -> "HoldingQuerySet":
        """Holdings nobody has ended."""
        return self.filter(ends_on=None)


class PostHolding(models.Model):
    """Somebody in a post from a day to a day. Written by `take_up` and `leave`."""

    post = models.ForeignKey(Post, models.PROTECT, verbose_name="岗位", related_name="holdings")
    user = models.ForeignKey(
        User, models.PROTECT, verbose_name="用户", null=True, blank=True, related_name="post_holdings"
    )
    name = models.CharField("姓名", max_length=30)
    is_dedicated = models.BooleanField("专职", default=True)
    starts_on = models.DateField("到岗日期")
    ends_on = models.DateField("离岗日期", null=True, blank=True)
    grant = models.ForeignKey(
        Grant, models.PROTECT, verbose_name="随岗授权", null=True, blank=True, related_name="post_holdings"
    )

    objects = HoldingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任职"
        ordering = ["post", "-starts_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["post"],
                condition=Q(ends_on=None),
                name="centres_postholding_one_at_a_time",
                violation_error_message="这个岗位已有人在岗，先办离岗。",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="centres_postholding_dates",
                violation_error_message="离岗日期不能早于到岗日期。",
            ),
            models.CheckConstraint(
                condition=~Q(name=""), name="centres_postholding_name", violation_error_message="写明任职人姓名。"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post} {self.name}"

    def is_current(self, on: date) -> bool:
        """Whether this person is in the post on the local day `on`; the day of leaving is the first without."""
        return self.starts_on <= on and (self.ends_on is None or self.ends_on > on)
