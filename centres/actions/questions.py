"""Questions of members about published accounts, and the town's answers."""

from datetime import datetime, time

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from centres.models import Disclosure, DisclosureQuestion
from centres.secrecy import Hit, Passage, names_of, scan
from juxian.audit.log import record
from juxian.messages.actions import tell
from juxian.people.models import Member, User
from juxian.people.rights import must_run, need_text, visible
from juxian.rules.lookup import value


def _must_be_short(text: str, most: int, what: str) -> str:
    text = need_text(text, f"{what}还空着。")
    if len(text) > most:
        raise ValidationError(f"{what}最多 {most} 字，现在有 {len(text)} 字。", code="long")
    return text


@transaction.atomic
def ask_question(*, disclosure: Disclosure, member: Member, text: str, by: User) -> DisclosureQuestion:
    """A member asks about the own town's published accounts; the same words again are the same question."""
    member = Member.objects.select_for_update(of=("self",)).select_related("branch__town").get(pk=member.pk)
    if not disclosure.is_published or disclosure.town_id != member.branch.town_id:
        raise ValidationError("只能问本镇已经公布的账目。", code="town")
    text = _must_be_short(text, 300, "问题")
    rows = DisclosureQuestion.objects.filter(member=member)
    same: DisclosureQuestion | None = rows.filter(disclosure=disclosure, text=text).first()
    if same:
        return same
    newer = Disclosure.objects.published().filter(corrects=disclosure).first()
    if newer:
        raise ValidationError(f"这一份已由“{newer}”更正，请到那一份里提问。", code="corrected")
    now = timezone.now()
    today, most = timezone.localdate(now), value("disclosure.questions_per_day", timezone.localdate(now))
    midnight = timezone.make_aware(datetime.combine(today, time.min))
    if rows.filter(asked_at__gte=midnight).count() >= most:
        raise ValidationError(f"今天已经问了 {most} 个问题，请明天再问。", code="often")
    stops = [hit for hit in scan([Passage("问题", text)], ()) if hit.stops]
    if stops:
        raise ValidationError(f"{stops[0].sentence}问题会给全镇党员看，请去掉再问。", code="secrecy")
    row = DisclosureQuestion.objects.create(disclosure=disclosure, member=member, text=text, asked_at=now)
    code = disclosure.town.code
    record(by=by, action="centres.disclosure_ask", subject=row, summary=f"询问账目：{disclosure}", town_code=code)
    return row


def hits_in(question: DisclosureQuestion, answer: str) -> list[Hit]:
    """What stands in a question and its answer that should not be read by everybody."""
    return scan([Passage("问题", question.text), Passage("答复", answer)], names_of(question.disclosure.town))


@transaction.atomic
def answer_question(
    *, question: DisclosureQuestion, answer: str, names_reason: str = "", by: User
) -> DisclosureQuestion:
    """The town answers; from now on its members read question and answer, and the asker gets a message."""
    rows = DisclosureQuestion.objects.select_for_update(of=("self",)).select_related("disclosure__town", "member")
    row: DisclosureQuestion = rows.get(pk=question.pk)
    town = row.disclosure.town
    must_run(by, town)
    answer = _must_be_short(answer, 1000, "答复")
    if row.is_answered and row.answer == answer:
        return row
    if row.is_answered:
        raise ValidationError("这个问题已经答复并公开，不能再改。", code="answered")
    hits, reason = hits_in(row, answer), visible(names_reason)
    names = sorted({hit.found for hit in hits if not hit.stops})
    refusals = [f"{hit.sentence}去掉后再公开。" for hit in hits if hit.stops]
    if names and not reason:
        refusals.append(f"有{'、'.join(names)}等与本镇党员或讲师相同的名字，确要保留，请写明理由。")
    if refusals:
        raise ValidationError([ValidationError(text, code="secrecy") for text in refusals])
    row.answer, row.answered_by, row.answered_at = answer, by, timezone.now()
    row.names_reason = reason if names else ""
    row.full_clean()
    row.save(update_fields=["answer", "answered_by", "answered_at", "names_reason"])
    record(
        by=by,
        action="centres.disclosure_answer",
        subject=row,
        summary=f"答复账目提问：{row.disclosure}" + (f"；保留姓名：{reason}" if names else ""),
        town_code=town.code,
    )
    tell(
        to=row.member,
        key=f"disclosure-question:{row.pk}:answered",
        title="您问的账目有答复了",
        body=f"您问：{row.text}\n答复：{answer}",
        link=f"/me/accounts/{row.disclosure_id}/",
    )
    return row
