"""Certificates: the clerk issues and prints, the county revokes, a member prints the own, anybody may check a number."""

from functools import partial

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from juxian.people.access import county_required, editor_required, member_required, staff_required
from juxian.people.codes import normalised, origin_digest
from juxian.vault.masks import mask_name
from trainings import actions
from trainings.diplomas import certificates_pdf, site_address
from trainings.models import Certificate
from trainings.views.asking import SignedRequest, ask_reason, class_in_scope, shut, tried

NUMBER_LENGTH = 64  # twice what a number has; more is not carried into an address
FULL = ("revocation", "enrolment__member", "enrolment__training_class__town")


def _panel(training_class_id: int) -> str:
    return f"/town/trainings/{training_class_id}/?tab=certificates"


def _certificate(request: SignedRequest, pk: int) -> Certificate:
    """The certificate, if this user may see its class; 404 otherwise."""
    rows = Certificate.objects.visible_to(request.user).select_related(*FULL)
    found: Certificate = get_object_or_404(rows, pk=pk)
    return found


def _pdf(request: HttpRequest, certificates: list[Certificate], name: str) -> HttpResponse:
    content = certificates_pdf(certificates, site_address(request))
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


@editor_required
@require_POST
def issue(request: SignedRequest, pk: int) -> HttpResponse:
    """Issue what is missing in an archived class."""
    training_class = class_in_scope(request, pk)
    act = partial(actions.issue_certificates, training_class=training_class, by=request.user)
    tried(request, act, "证书已补发。")
    return redirect(_panel(pk))


@staff_required
@require_safe
def print_class(request: SignedRequest, pk: int) -> HttpResponse:
    """All valid certificates of a class in one PDF, as on the roster."""
    training_class = class_in_scope(request, pk)
    rows = Certificate.objects.visible_to(request.user).filter(enrolment__training_class=training_class).valid()
    order = ("enrolment__branch__name", "enrolment__member__name", "pk")
    certificates = list(rows.select_related("enrolment__member").order_by(*order))
    if not certificates:
        return shut(request, "打印结业证书", "这个班没有有效的结业证书。归档后发给结业的学员。", _panel(pk), status=404)
    return _pdf(request, certificates, f"certificates-{training_class.code}")


@staff_required
@require_safe
def print_one(request: SignedRequest, pk: int) -> HttpResponse:
    """One certificate as PDF; a revoked one is not printed again."""
    certificate = _certificate(request, pk)
    if not certificate.is_valid:
        return shut(
            request,
            "打印结业证书",
            "这份证书已撤销，不能再打印。",
            _panel(certificate.enrolment.training_class_id),
            status=404,
        )
    return _pdf(request, [certificate], f"certificate-{certificate.pk}")


@county_required
def revoke(request: SignedRequest, pk: int) -> HttpResponse:
    """The county takes a certificate back, saying why."""
    certificate = _certificate(request, pk)
    asked = {
        "title": f"撤销{certificate.enrolment.member.name}的结业证书",
        "text": f"“{certificate.class_title}”，编号 {certificate.spaced}。撤销后，扫码查到的是“已撤销”；本人会收到消息，看到原因。",
        "button": "撤销证书",
        "done": "证书已撤销，并通知了本人。",
    }
    act = partial(actions.revoke_certificate, certificate=certificate, by=request.user)
    return ask_reason(
        request, lambda reason: act(reason=reason), asked, _panel(certificate.enrolment.training_class_id)
    )


@county_required
@require_POST
def reissue(request: SignedRequest, pk: int) -> HttpResponse:
    """The county issues anew what was revoked."""
    certificate = _certificate(request, pk)
    tried(
        request,
        partial(actions.reissue_certificate, certificate=certificate, by=request.user),
        "已重新颁发，编号是新的。",
    )
    return redirect(_panel(certificate.enrolment.training_class_id))


@member_required
@require_safe
def mine(request: SignedRequest) -> HttpResponse:
    """Own certificates, the newest first; of one class only the last."""
    rows = Certificate.objects.mine(request.user).current().select_related("revocation")
    ctx = {"nav": "me", "certificates": rows.order_by("-issued_at", "-pk")}
    return render(request, "trainings/me_certificates.html", ctx)


@member_required
@require_safe
def print_mine(request: SignedRequest, pk: int) -> HttpResponse:
    """An own valid certificate as PDF."""
    rows = Certificate.objects.mine(request.user).valid().select_related("enrolment__member")
    return _pdf(request, [get_object_or_404(rows, pk=pk)], f"certificate-{pk}")


@login_not_required
@never_cache
@require_safe
def verify(request: HttpRequest, number: str) -> HttpResponse:
    """Whether a certificate holds, for whoever has its number: surname, class, hours, days, state, and nothing else.

    There is no search: a number is found whole or not at all, and each address may ask for so many.
    """
    now = timezone.now()
    try:
        actions.count_lookup(origin=origin_digest(request), now=now)
    except ValidationError as refusal:
        return _answer(request, {"slow": refusal.message}, status=429)
    # scope: public by its number, 128 random bits printed on the paper itself
    rows = Certificate.objects.select_related("revocation", "replaced_by", "enrolment__member")
    certificate = rows.filter(number=normalised(number).lower()).first()
    if certificate is None:
        return _answer(request, {}, status=404)
    holder = mask_name(certificate.enrolment.member.name)
    return _answer(request, {"certificate": certificate, "holder": holder})


@login_not_required
@require_safe
def verify_form(request: HttpRequest) -> HttpResponse:
    """Where somebody types the number that stands on a paper; `?number=` leads on to its own address."""
    number = normalised(request.GET.get("number", "")).lower()[:NUMBER_LENGTH]
    return redirect("trainings:verify", number) if number else _answer(request, {"asked": True})


def _answer(request: HttpRequest, ctx: dict[str, object], status: int = 200) -> HttpResponse:
    response = render(request, "trainings/verify.html", ctx, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response
