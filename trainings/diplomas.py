"""Certificates on paper: what each sheet says, and the address that proves it."""

from collections.abc import Iterable

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from juxian.papers import Diploma, diplomas_pdf
from trainings.models import Certificate
from trainings.words import cn_day, plain

TITLE = "结业证书"
DEMO = "演示数据，非真实情况"


def site_address(request: HttpRequest | None = None) -> str:
    """The portal's own address without a slash at its end: as set, else as asked, else this machine."""
    if settings.SITE_ADDRESS:
        return str(settings.SITE_ADDRESS).rstrip("/")
    return request.build_absolute_uri("/").rstrip("/") if request else f"http://127.0.0.1:{settings.PORT}"


def check_address(certificate: Certificate, site: str) -> str:
    """Where anybody may look whether this certificate holds."""
    return site + reverse("trainings:verify", args=[certificate.number])


def _sheet(certificate: Certificate, site: str) -> Diploma:
    member, check = certificate.enrolment.member, check_address(certificate, site)
    body = (
        f"于{certificate.span}参加“{certificate.class_title}”学习，完成 {plain(certificate.hours)} 学时，"
        "符合结业条件，准予结业。"
    )
    return Diploma(
        title=TITLE,
        holder=f"{member.name}同志：",
        body=body,
        signed=[certificate.issuer, cn_day(certificate.issued_on)],
        lines=[f"班次 {certificate.class_code}", f"编号 {certificate.spaced}", "扫码或打开网址核对真伪：", check],
        check=check,
        notice=DEMO if member.is_demo else "",
    )


def certificates_pdf(certificates: Iterable[Certificate], site: str) -> bytes:
    """One sheet for each; the rows come with enrolment and member."""
    return diplomas_pdf(TITLE, [_sheet(certificate, site) for certificate in certificates])
