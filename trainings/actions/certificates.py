"""Certificates follow outcomes: issued to who completed, revoked when a correction undoes it; the county revokes too.

Nothing is edited. A certificate that no longer says the truth is revoked, and another one names the one it replaces.
"""

from datetime import datetime, timedelta
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from juxian.audit.log import record
from juxian.messages.actions import tell
from juxian.people.models import User
from trainings.actions.rights import State, locked_class, must_be, must_run, need_text
from trainings.attendance import attended_hours
from trainings.models import Certificate, CertificateRevocation, Enrolment, TrainingClass
from trainings.models.certificates import CertificateLookup
from trainings.words import plain

Outcome = Enrolment.Outcome
LOOKUP_WINDOW = timedelta(minutes=10)
LOOKUPS_PER_ORIGIN = 60


def new_certificate(
    training_class: TrainingClass,
    enrolment: Enrolment,
    hours: Decimal,
    *,
    at: datetime,
    by: User | None,
    replaces: Certificate | None = None,
) -> Certificate:
    """An unsaved certificate with the names, days and town as they are now."""
    return Certificate(
        enrolment=enrolment,
        replaces=replaces,
        class_code=training_class.code,
        class_title=training_class.title,
        starts_on=training_class.starts_on,
        ends_on=training_class.ends_on,
        hours=hours,
        town_name=training_class.town.name,
        issuer=training_class.town.committee,
        issued_at=at,
        issued_by=by,
    )


def without_certificate(training_class: TrainingClass) -> list[Enrolment]:
    """People who completed and never got a certificate of this class."""
    rows = Enrolment.objects.filter(training_class=training_class, outcome=Outcome.COMPLETED).seated()
    return list(rows.filter(certificates=None).order_by("pk"))


def issue_missing(training_class: TrainingClass, by: User) -> list[Certificate]:
    """Issue to everybody who completed and has none; the class is locked by the caller."""
    people = without_certificate(training_class)
    _, attended = attended_hours(training_class)
    now = timezone.now()
    rows = [
        new_certificate(training_class, person, attended.get(person.pk, Decimal(0)), at=now, by=by) for person in people
    ]
    return Certificate.objects.bulk_create(rows, batch_size=500)


@transaction.atomic
def issue_certificates(*, training_class: TrainingClass, by: User) -> list[Certificate]:
    """Issue what is missing in a class of the file (one archived before there were certificates). Again: none."""
    training_class = locked_class(training_class)
    must_run(by, training_class.town)
    must_be(training_class, State.ARCHIVED)
    rows = issue_missing(training_class, by)
    if rows:
        record(
            by=by,
            action="certificate.issue",
            subject=training_class,
            summary=f"“{training_class.title}”补发结业证书 {len(rows)} 份",
            town_code=training_class.town.code,
        )
    return rows


def _current(enrolment: Enrolment) -> Certificate | None:
    rows = Certificate.objects.filter(enrolment=enrolment).current()
    found: Certificate | None = rows.select_related("revocation").first()
    return found


def _note(certificate: Certificate, verb: str, words: str, by: User | None) -> None:
    enrolment = certificate.enrolment
    record(
        by=by,
        action=f"certificate.{verb}",
        subject=certificate,
        summary=f"“{certificate.class_title}”{enrolment.member.name}的结业证书{words}",
        town_code=enrolment.training_class.town.code,
    )


def _revoke(certificate: Certificate, reason: str, by: User | None) -> CertificateRevocation:
    row = CertificateRevocation.objects.create(certificate=certificate, reason=reason[:200], by=by, at=timezone.now())
    _note(certificate, "revoke", f"撤销：{row.reason}", by)
    return row


def follow_outcome(enrolment: Enrolment, training_class: TrainingClass, hours: Decimal) -> Certificate | None:
    """Bring one person's certificate in line with an outcome judged again; the class is locked by the caller.

    What a person revoked stays revoked: only a person issues anew then.
    """
    current = _current(enrolment)
    by_hand = current is not None and not current.is_valid and current.revocation.by_id is not None
    if enrolment.outcome != Outcome.COMPLETED:
        if current and current.is_valid:
            _revoke(current, f"归档后更正，未结业：{enrolment.outcome_note}", None)
        return None
    if by_hand or (current and current.is_valid and current.hours == hours):
        return current
    if current and current.is_valid:
        _revoke(current, f"归档后更正学时：{plain(current.hours)} 改为 {plain(hours)}", None)
    row = new_certificate(training_class, enrolment, hours, at=timezone.now(), by=None, replaces=current)
    row.save(force_insert=True)
    _note(row, "issue", "换发" if current else "颁发", None)
    return row


def _locked(certificate: Certificate) -> Certificate:
    """The certificate as it is, its class locked until the transaction ends."""
    locked_class(certificate.enrolment.training_class)
    rows = Certificate.objects.select_related("revocation", "enrolment__member", "enrolment__training_class__town")
    found: Certificate = rows.get(pk=certificate.pk)
    return found


@transaction.atomic
def revoke_certificate(*, certificate: Certificate, reason: str, by: User) -> CertificateRevocation:
    """The county takes a certificate back, saying why; the person is told. One already revoked answers with its row."""
    if not by.is_county:
        raise PermissionDenied
    certificate = _locked(certificate)
    if not certificate.is_valid:
        done: CertificateRevocation = certificate.revocation
        return done
    row = _revoke(certificate, need_text(reason, "撤销要写明原因。"), by)
    tell(
        to=certificate.enrolment.member,
        key=f"certificate:{certificate.pk}:revoked",
        title=f"结业证书已撤销：{certificate.class_title}"[:100],
        body=f"原因：{row.reason}。有疑问请联系{certificate.town_name}党员教育中心。",
        link="/me/certificates/",
    )
    return row


@transaction.atomic
def reissue_certificate(*, certificate: Certificate, by: User) -> Certificate:
    """The county issues anew what was revoked, with a number of its own; again: the one issued then."""
    if not by.is_county:
        raise PermissionDenied
    certificate = _locked(certificate)
    enrolment = certificate.enrolment
    done: Certificate | None = Certificate.objects.filter(replaces=certificate).first()
    if done:
        return done
    if certificate.is_valid:
        raise ValidationError("这份证书有效，不用重发。", code="valid")
    if enrolment.outcome != Outcome.COMPLETED:
        raise ValidationError(f"{enrolment.member.name}现在没有结业，不能发证书。", code="outcome")
    _, attended = attended_hours(enrolment.training_class)
    hours = attended.get(enrolment.pk, Decimal(0))
    row = new_certificate(enrolment.training_class, enrolment, hours, at=timezone.now(), by=by, replaces=certificate)
    row.save(force_insert=True)
    _note(row, "reissue", "重新颁发", by)
    return row


def count_lookup(*, origin: str, now: datetime) -> None:
    """Write down that somebody asks for a number, before looking; refuses whoever asks for too many."""
    this = CertificateLookup.objects.create(at=now, origin_digest=origin)
    recent = CertificateLookup.objects.filter(origin_digest=origin, at__gt=now - LOOKUP_WINDOW, pk__lte=this.pk)
    if recent.count() > LOOKUPS_PER_ORIGIN:
        raise ValidationError("查得太多了，请过十分钟再查。", code="slow")
    CertificateLookup.objects.filter(at__lt=now - timedelta(hours=1)).delete()
