"""Centres, their zones and rooms."""

from datetime import date

from django.db import models
from django.db.models import Q

from centres import limits
from juxian.files.models import StoredFile
from juxian.people.access import TownQuerySet
from juxian.people.models import Town


class VenueKind(models.Model):
    """What kind of place a centre was made from; the county's list."""

    name = models.CharField(
        "名称", max_length=30, unique=True, error_messages={"unique": "已有同名的场所来源，请换个名称。"}
    )
    order = models.PositiveSmallIntegerField("顺序", default=0)
    is_active = models.BooleanField("可选", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "场所来源"
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.name


class CentreQuerySet(TownQuerySet):
    """Centres by day."""

    def running(self, on: date) -> "CentreQuerySet":
        """Centres opened on or before `on`, not closed by then, in a town of that day."""
        return self.filter(opened_on__lte=on, town__in=Town.objects.active(on)).filter(
            Q(closed_on=None) | Q(closed_on__gt=on)
        )


class Centre(models.Model):
    """The place a town trains in: 党员培训中心(党校); the office that runs it is the 党员教育中心."""

    town = models.OneToOneField(
        Town,
        models.PROTECT,
        verbose_name="镇街",
        related_name="centre",
        error_messages={"unique": "这个镇街已有培训中心，请修改那一个。"},
    )
    name = models.CharField("名称", max_length=60)
    education_centre_name = models.CharField("党员教育中心名称", max_length=60)
    venue = models.ForeignKey(
        VenueKind, models.PROTECT, verbose_name="场所来源", null=True, blank=True, related_name="centres"
    )
    address = models.CharField("地址", max_length=100, blank=True)
    introduction = models.TextField("简介", max_length=600, blank=True)
    principal = models.CharField("负责人", max_length=30, blank=True)
    principal_agreed_on = models.DateField(
        "本人同意公开姓名的日期", null=True, blank=True, validators=[limits.past_day]
    )
    opened_on = models.DateField("挂牌运行日期", null=True, blank=True, validators=[limits.known_day])
    closed_on = models.DateField("停用日期", null=True, blank=True, validators=[limits.known_day])

    objects = CentreQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "培训中心（党校）"
        ordering = ["town__code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(principal_agreed_on=None) | ~Q(principal=""),
                name="centres_centre_agreed_has_principal",
                violation_error_message="先写负责人，再记本人同意公开的日期。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def public_principal(self) -> str:
        """The principal's name where that person agreed to have it shown to everybody; else empty."""
        return self.principal if self.principal_agreed_on else ""


class PlaceQuerySet(TownQuerySet):
    """Zones, rooms, teaching points and reception sites of a town's centre."""

    town_path = "centre__town"


class Zone(models.Model):
    """One of the zones of a centre: 办公区, 教学区, 研讨区, 生活区."""

    centre = models.ForeignKey(Centre, models.CASCADE, verbose_name="培训中心", related_name="zones")
    name = models.CharField("名称", max_length=40)
    area = models.DecimalField(
        "面积（平方米）", max_digits=7, decimal_places=1, null=True, blank=True, validators=[limits.area]
    )
    note = models.CharField("说明", max_length=200, blank=True)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "功能区"
        ordering = ["centre__town__code", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "name"], name="centres_zone_name", violation_error_message="本中心已有同名功能区。"
            ),
            models.CheckConstraint(
                condition=Q(area=None) | Q(area__gt=0, area__lte=limits.AREA),
                name="centres_zone_area",
                violation_error_message=f"面积要大于 0，最多 {limits.AREA} 平方米。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.centre.name}{self.name}"


class ZonePhotoQuerySet(TownQuerySet):
    """Pictures of a town's zones."""

    town_path = "zone__centre__town"


class ZonePhoto(models.Model):
    """A picture of a zone, drawn anew, with a small one for lists."""

    zone = models.ForeignKey(Zone, models.CASCADE, verbose_name="功能区", related_name="photos")
    file = models.ForeignKey(StoredFile, models.PROTECT, verbose_name="照片", related_name="+")
    thumbnail = models.ForeignKey(StoredFile, models.PROTECT, verbose_name="缩略图", related_name="+")
    caption = models.CharField("照片说明", max_length=60)
    added_at = models.DateTimeField("上传时间")

    objects = ZonePhotoQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "功能区照片"
        ordering = ["zone", "pk"]

    def __str__(self) -> str:
        return self.caption


class Room(models.Model):
    """A room of a centre."""

    centre = models.ForeignKey(Centre, models.CASCADE, verbose_name="培训中心", related_name="rooms")
    name = models.CharField("名称", max_length=40)
    capacity = models.PositiveIntegerField("容纳人数", validators=limits.SEATS)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "教室"
        ordering = ["centre__town__code", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "name"], name="centres_room_name", violation_error_message="本中心已有同名教室。"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.centre.name}{self.name}"
