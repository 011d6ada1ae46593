"""结业证书: issued once, never edited. A wrong one is revoked by a row of its own and another takes its place."""

import secrets
from datetime import date

from django.db import models
from django.db.models import Q
from django.utils import timezone

from juxian.people.access import PersonalQuerySet
from juxian.people.models import User
from trainings.models.enrolments import Enrolment
from trainings.words import span


def new_number() -> str:
    """128 random bits: nobody guesses a number that exists."""
    return secrets.token_hex(16)


class CertificateQuerySet(PersonalQuerySet):
    """Certificates: the town that held the class sees all of a class."""

    town_path = "enrolment__training_class__town"
    member_path = "enrolment__member"

    def current(self) -> "CertificateQuerySet":
        """The last one of each person and class, valid or revoked."""
        return self.filter(replaced_by=None)

    def valid(self) -> "CertificateQuerySet":
        return self.filter(revocation=None)


class Certificate(models.Model):
    """What one person completed, in the words and hours of the day it was issued (triggers refuse every change)."""

    number = models.CharField("证书编号", max_length=32, unique=True, default=new_number)
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, verbose_name="报名", related_name="certificates")
    replaces = models.OneToOneField(
        "self", models.PROTECT, verbose_name="换发自", null=True, blank=True, related_name="replaced_by"
    )
    class_code = models.CharField("班次编号", max_length=30)
    class_title = models.CharField("班次名称", max_length=80)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    hours = models.DecimalField("学时", max_digits=6, decimal_places=2)
    town_name = models.CharField("主办镇街", max_length=30)
    issuer = models.CharField("发证单位", max_length=60)
    issued_at = models.DateTimeField("发证时间")
    issued_by = models.ForeignKey(User, models.PROTECT, verbose_name="发证人", null=True, blank=True, related_name="+")

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "结业证书"
        ordering = ["-issued_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment"],
                condition=Q(replaces=None),
                name="trainings_certificate_one_first",
                violation_error_message="这个人在这个班已经有证书。",
            ),
            models.CheckConstraint(
                condition=Q(hours__gte=0),
                name="trainings_certificate_hours",
                violation_error_message="学时不能小于 0。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.class_title}结业证书"

    @property
    def is_valid(self) -> bool:
        """Twin of the queryset's `valid`."""
        return not hasattr(self, "revocation")

    @property
    def span(self) -> str:
        """From when to when the class lasted, in words."""
        return span(self.starts_on, self.ends_on)

    @property
    def spaced(self) -> str:
        """The number in groups of four, as it is printed and read out."""
        return " ".join(self.number[start : start + 4] for start in range(0, len(self.number), 4))

    @property
    def issued_on(self) -> date:
        return timezone.localdate(self.issued_at)


class CertificateRevocationQuerySet(PersonalQuerySet):
    """Revocations of a town's certificates."""

    town_path = "certificate__enrolment__training_class__town"
    member_path = "certificate__enrolment__member"


class CertificateRevocation(models.Model):
    """From this moment the certificate does not hold; `by` is empty where a correction of the record did it."""

    certificate = models.OneToOneField(Certificate, models.PROTECT, verbose_name="结业证书", related_name="revocation")
    reason = models.CharField("原因", max_length=200)
    by = models.ForeignKey(User, models.PROTECT, verbose_name="撤销人", null=True, blank=True, related_name="+")
    at = models.DateTimeField("撤销时间")

    objects = CertificateRevocationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "证书撤销"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="trainings_certificaterevocation_reason",
                violation_error_message="撤销要写明原因。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certificate}撤销"


class CertificateLookup(models.Model):
    """Somebody opened the public page of a number. Kept an hour, to slow down who tries many; holds no address."""

    at = models.DateTimeField("时间", db_index=True)
    origin_digest = models.CharField("来源摘要", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "证书查验"
        ordering = ["-id"]
        indexes = [models.Index(fields=["origin_digest", "at"], name="trainings_lookup_origin")]

    def __str__(self) -> str:
        return str(self.at)
