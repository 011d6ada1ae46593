"""The letter of appointment on paper: one sheet, without emblem or seal; the seal is put on by hand."""

from django.conf import settings

from centres.days import cn_date
from juxian.papers import AppointmentLetter, letter_pdf
from lecturers.models import Appointment

NAMES = {Appointment.Tier.EXPERT: "党员教育专家", Appointment.Tier.POOL: "党员教育师资库讲师"}
DEMO = "演示数据，非真实情况"


def appointment_pdf(term: Appointment) -> bytes:
    """The letter of a term; the row comes with its lecturer."""
    who = term.lecturer
    term_words = f"聘期自{term.span}" if term.last_day else f"自{cn_date(term.starts_on)}起"
    return letter_pdf(
        AppointmentLetter(
            title="聘书",
            holder=f"{who.name}同志：",
            body=f"兹聘请您为莒南县{NAMES[Appointment.Tier(term.tier)]}，{term_words}。",
            signed=[settings.SITE_OWNER, cn_date(term.starts_on)],
            lines=[term.number] if term.number else [],
            notice=DEMO if who.is_demo else "",
        )
    )
