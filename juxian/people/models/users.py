"""Users and their dated grants. Access is grants; whoever holds none is no staff (design 4.10)."""

from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from juxian.people.models.towns import Town

if TYPE_CHECKING:
    from juxian.people.models.members import Member


class UserManager(BaseUserManager["User"]):
    """Makes users; `create_superuser` opens a county grant, for that is what a superuser is here."""

    def create_user(self, username: str, password: str | None = None, **extra: Any) -> "User":
        user = self.model(username=username, **extra)
        user.set_password(password) if password else user.set_unusable_password()
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **extra: Any) -> "User":
        user = self.create_user(username, password, **extra)
        Grant.objects.create(user=user, kind=Grant.Kind.COUNTY, starts_on=timezone.localdate(), reason="命令行建立")
        return user


class User(AbstractBaseUser):
    """Somebody who signs in."""

    username = models.CharField(
        "登录名", max_length=40, unique=True, error_messages={"unique": "这个登录名已有人在用，请换一个。"}
    )
    name = models.CharField("姓名", max_length=30)
    email = models.EmailField("电子邮箱", blank=True)
    is_active = models.BooleanField("可登录", default=True)
    must_change_password = models.BooleanField("下次登录须改密码", default=False)
    elder_mode = models.BooleanField("大字版", default=False)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = verbose_name_plural = "用户"
        ordering = ["username"]

    def __str__(self) -> str:
        return self.name or self.username

    @cached_property
    def _all_grants(self) -> list["Grant"]:
        """Every grant there ever was, read once per request."""
        return list(self.grants.select_related("town").order_by("-starts_on", "pk"))

    @cached_property
    def active_grants(self) -> list["Grant"]:
        """Grants in force today."""
        today = timezone.localdate()
        return [grant for grant in self._all_grants if grant.is_in_force(today)] if self.is_active else []

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Ends every session when the password changes or a grant has ended, by hand or by its date."""
        today = timezone.localdate()
        ended = sorted(grant.pk for grant in self._all_grants if grant.has_ended(today))
        salt = "juxian.people.session"
        return salted_hmac(salt, f"{self.password}|{ended}", secret=secret, algorithm="sha256").hexdigest()

    def towns(self) -> "models.QuerySet[Town]":
        """The towns whose rows this user may see; the one place that knows."""
        if any(grant.kind in Grant.COUNTY_WIDE for grant in self.active_grants):
            return Town.objects.all()
        return Town.objects.filter(
            pk__in=[grant.town_id for grant in self.active_grants if grant.kind == Grant.Kind.CLERK]
        )

    def editable_towns(self) -> "models.QuerySet[Town]":
        """The towns this user may write for; inspectors and auditors see more than they may write."""
        if self.is_county:
            return Town.objects.all()
        return Town.objects.filter(
            pk__in=[grant.town_id for grant in self.active_grants if grant.kind == Grant.Kind.CLERK]
        )

    def holds(self, kind: str) -> bool:
        """Whether a grant of `kind` is in force today."""
        return any(grant.kind == kind for grant in self.active_grants)

    @property
    def is_county(self) -> bool:
        return self.holds(Grant.Kind.COUNTY)

    @property
    def is_inspector(self) -> bool:
        return self.holds(Grant.Kind.INSPECTOR)

    @property
    def is_auditor(self) -> bool:
        return self.holds(Grant.Kind.AUDITOR)

    @property
    def is_clerk(self) -> bool:
        return self.holds(Grant.Kind.CLERK)

    @property
    def clerk_town(self) -> Town:
        """The town of the clerk's first grant in code order. Raises IndexError for other users."""
        return sorted(
            (g.town for g in self.active_grants if g.kind == Grant.Kind.CLERK and g.town), key=lambda t: t.code
        )[0]

    @property
    def is_staff(self) -> bool:
        """May open the admin: county staff, and auditors read-only."""
        return self.is_county or self.is_auditor

    @cached_property
    def member_or_none(self) -> "Member | None":
        """The party member who signs in as this user, with the branch and town every page about them names."""
        model: Any = User.member.related.related_model
        found: Member | None = model.objects.filter(user=self).select_related("branch__town").order_by("pk").first()
        return found

    # Django admin's contract -----------------------------------------------------------------------
    def has_perm(self, perm: str, obj: Any = None) -> bool:
        if self.is_county:
            return True
        return self.is_auditor and perm.split(".")[-1].startswith("view_")

    def has_perms(self, perm_list: list[str], obj: Any = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff


class GrantQuerySet(models.QuerySet["Grant"]):
    """Grants by day."""

    def in_force(self, on: date) -> "GrantQuerySet":
        """Grants that hold on the local day `on`."""
        return self.filter(starts_on__lte=on).filter(Q(ends_on=None) | Q(ends_on__gt=on))


class Grant(models.Model):
    """A right held from a day to a day. Opened by hand or by a post; read by every access check."""

    class Kind(models.TextChoices):
        COUNTY = "county", "县委组织部管理"
        INSPECTOR = "inspector", "县级检查员"
        AUDITOR = "auditor", "审计员"
        CLERK = "clerk", "镇街干事"

    COUNTY_WIDE = (Kind.COUNTY, Kind.INSPECTOR, Kind.AUDITOR)

    user = models.ForeignKey(User, models.PROTECT, verbose_name="用户", related_name="grants")
    kind = models.CharField("权限", max_length=12, choices=Kind)
    town = models.ForeignKey(Town, models.PROTECT, verbose_name="镇街", null=True, blank=True, related_name="grants")
    starts_on = models.DateField("自")
    ends_on = models.DateField("至（不含）", null=True, blank=True)
    reason = models.CharField("缘由", max_length=200, blank=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "授权"
        ordering = ["user__username", "-starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="clerk", town__isnull=False) | (~Q(kind="clerk") & Q(town__isnull=True)),
                name="people_grant_clerk_has_town",
                violation_error_message="镇街干事必须选镇街，县级权限不能选镇街。",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="people_grant_dates",
                violation_error_message="结束日期不能早于开始日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_kind_display()}"

    def is_in_force(self, on: date) -> bool:
        """Twin of the queryset's `in_force`."""
        return self.starts_on <= on and not self.has_ended(on)

    def has_ended(self, on: date) -> bool:
        """Whether the last day lies before `on`."""
        return self.ends_on is not None and self.ends_on <= on
