"""Certificates of the demo classes in the file, and one that was revoked."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from random import Random

from juxian.demo.outline import Outline, State
from juxian.demo.people import HERO_TOWN
from juxian.demo.plot import Plot, save_all
from trainings.actions import new_certificate
from trainings.models import Certificate, CertificateRevocation, Enrolment, Mark


def write_certificates(
    plot: Plot, outlines: list[Outline], hours: Mapping[int, Decimal], made_up: list[Mark]
) -> None:  # fmt: skip
    """One for each who completed, of the day of the archive or of the make-up that came after it.

    The numbers come from the day the demo hangs on, for the same demo has the same rows; nobody relies on them.
    """
    numbers = Random(f"certificates {plot.at}")
    late: dict[int, datetime] = {mark.enrolment_id: mark.at for mark in made_up}
    rows, revoked = [], None
    for outline in (one for one in outlines if one.state == State.ARCHIVED):
        for enrolment in outline.enrolments:
            if enrolment.outcome != Enrolment.Outcome.COMPLETED:
                continue
            at = max(outline.archived_at, late.get(enrolment.pk, outline.archived_at))
            row = new_certificate(outline.row, enrolment, hours[enrolment.pk], at=at, by=plot.clerk(outline.town))
            row.number = f"{numbers.getrandbits(128):032x}"
            rows.append(row)
            if outline.town.code == HERO_TOWN and enrolment.member != plot.hero:
                revoked = row
    save_all(Certificate, rows)
    if revoked:
        county, moment = plot.users["county"], plot.moment(plot.at, "07:00")
        reason = "登记的姓名有误，核实后重新颁发（演示）"
        CertificateRevocation.objects.create(certificate=revoked, reason=reason, by=county, at=moment)
        summary = f"“{revoked.class_title}”{revoked.enrolment.member.name}的结业证书撤销：{reason}"
        plot.note(moment, county, "certificate.revoke", revoked, summary, HERO_TOWN)
