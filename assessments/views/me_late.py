"""What a phone still holds when the exam is over, and the signature by which we know our own page."""

import json
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST

from assessments.actions import keep_late_answers
from assessments.actions.late import news_in
from assessments.models import Attempt
from juxian.people.access import member_required, signed_in

PAGE = signing.Signer(salt="assessments.page")


def page_token(attempt: Attempt) -> str:
    """The server's moment, signed for this attempt; the page carries it and late answers bring it back."""
    return PAGE.sign_object([attempt.pk, int(timezone.now().timestamp())])


def page_given_at(attempt: Attempt, token: object) -> datetime | None:
    """When we gave out the page this token was in; None for anything that is not ours or of another attempt."""
    try:
        number, seconds = PAGE.unsign_object(token if isinstance(token, str) else "")
    except (signing.BadSignature, ValueError):
        return None
    return datetime.fromtimestamp(seconds, UTC) if number == attempt.pk else None


@member_required
@require_POST
def late(request: HttpRequest, pk: int) -> JsonResponse:
    """{answers, token} after the end → how many are new and kept. 409 when handed in, or when there still is time."""
    found = get_object_or_404(Attempt.objects.mine(request.user), pk=pk)
    try:
        body = json.loads(request.body)
        answers, token = list(body["answers"]), body.get("token")
    except (ValueError, KeyError, TypeError, AttributeError):
        return JsonResponse({"error": "这些答案读不出来，请联系镇里的培训干事。"}, status=400)
    given = page_given_at(found, token)
    try:
        kept = keep_late_answers(attempt=found, answers=answers, page_given_at=given, by=signed_in(request))
    except ValidationError as error:
        return JsonResponse({"error": error.messages[0], "finished": error.code == "finished"}, status=409)
    return JsonResponse({"kept": len(kept.answers) if kept else 0})


def keep_from_form(request: HttpRequest, attempt: Attempt, answers: list[Any]) -> None:
    """The same for a plain form, told in a message when it cannot be kept or comes after the hand-in."""
    given = page_given_at(attempt, request.POST.get("token"))
    try:
        keep_late_answers(attempt=attempt, answers=answers, page_given_at=given, by=signed_in(request))
    except ValidationError as error:
        if error.code != "finished":
            messages.error(request, error.messages[0])
        elif news := news_in(attempt, answers):
            messages.warning(request, f"这份答卷已经交过，后到的 {len(news)} 题没有算进去。")
