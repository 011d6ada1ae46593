"""The way of a topic: proposed by a town, approved by the county, declared, its script vetted, tried, featured."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from centres.days import cn_date
from centres.models import BrandTheme
from courses.models import Course, CourseVersion, Material, Panel, Topic, TopicStep
from juxian.audit.log import record
from juxian.files.models import StoredFile
from juxian.messages.actions import tell
from juxian.messages.county import tell_county
from juxian.people.models import Town, User
from juxian.people.rights import must_decide, must_run, need_text
from lecturers.models import Lecturer

State = Topic.State
DECLARABLE = (State.APPROVED, State.IMPROVE)
GOING = (State.PROPOSED, State.RETURNED, State.APPROVED, State.DECLARED, State.IMPROVE)


def page_of(topic: Topic) -> str:
    """Where a topic is read."""
    return f"/town/topics/{topic.pk}/"


def locked(topic: Topic) -> Topic:
    """The topic as it is now, locked until the transaction ends."""
    row: Topic = Topic.objects.select_for_update(of=("self",)).select_related("town", "theme").get(pk=topic.pk)
    return row


def must_be(topic: Topic, *states: str) -> None:
    """Refuse what does not fit the state."""
    if topic.state not in states:
        words = "、".join(f"“{State(state).label}”" for state in states)
        raise ValidationError(f"“{topic}”现在是“{topic.get_state_display()}”，只有{words}时能这样做。", code="state")


def move(topic: Topic, state: str, by: User, action: str, words: str, comment: str = "") -> Topic:
    """Write the new state, the step and the log's row."""
    topic.state = state
    topic.save()
    TopicStep.objects.create(topic=topic, words=words, comment=comment, by=by, by_name=str(by))
    summary = f"“{topic}”{words}" + (f"：{comment}" if comment else "")
    record(by=by, action=f"courses.{action}", subject=topic, summary=summary, town_code=topic.town.code)
    return topic


def tell_town(topic: Topic, words: str, body: str) -> None:
    """One letter to the town's desk for the newest step."""
    step = TopicStep.objects.filter(topic=topic).order_by("-id").values_list("pk", flat=True)[0]
    tell(to=topic.town, key=f"topic:{topic.pk}:{step}", title=f"“{topic}”{words}"[:100], body=body, link=page_of(topic))


def _ask_county(topic: Topic, what: str, by: User) -> None:
    step = TopicStep.objects.filter(topic=topic).order_by("-id").values_list("pk", flat=True)[0]
    title = f"{what}：{topic}"[:100]
    body = f"{topic.town.name}的“{topic}”等县里处理。"
    tell_county(key=f"topic:{topic.pk}:{step}", title=title, body=body, link=page_of(topic), by=by)


@transaction.atomic
def propose(*, town: Town, title: str, theme: BrandTheme, reason: str, by: User) -> Topic:
    """A town proposes what to teach. The same title still under way is refused."""
    must_run(by, town)
    title = need_text(title, "请写选题的名称。")
    Town.objects.select_for_update(of=("self",)).get(pk=town.pk)
    if Topic.objects.filter(town=town, title=title).exclude(state=State.DROPPED).exists():
        raise ValidationError({"title": f"本镇已报过“{title}”，请到选题页接着办，或换一个名称。"})
    topic = Topic(town=town, title=title, theme=theme, reason=need_text(reason, "请写为什么讲这个题。"), proposed_by=by)
    topic.full_clean()
    move(topic, State.PROPOSED, by, "topic_proposed", "提出选题")
    _ask_county(topic, "等您批选题", by)
    return topic


@transaction.atomic
def propose_again(*, topic: Topic, title: str, theme: BrandTheme, reason: str, by: User) -> Topic:
    """The town mends a topic that was sent back."""
    topic = locked(topic)
    must_run(by, topic.town)
    must_be(topic, State.RETURNED)
    topic.title, topic.theme = need_text(title, "请写选题的名称。"), theme
    topic.reason, topic.proposed_by = need_text(reason, "请写为什么讲这个题。"), by
    topic.full_clean()
    move(topic, State.PROPOSED, by, "topic_proposed", "改后再报选题")
    _ask_county(topic, "等您批选题", by)
    return topic


@transaction.atomic
def drop(*, topic: Topic, by: User) -> Topic:
    """The town gives up a topic that is not with the judges yet."""
    topic = locked(topic)
    must_run(by, topic.town)
    if topic.state == State.DROPPED:
        return topic
    must_be(topic, *GOING)
    return move(topic, State.DROPPED, by, "topic_dropped", "撤回选题")


@transaction.atomic
def decide(*, topic: Topic, agrees: bool, comment: str, by: User) -> Topic:
    """The county approves or returns what waits for it: a topic, or a declared script."""
    topic = locked(topic)
    is_topic = topic.state == State.PROPOSED
    must_decide(by, topic.proposed_by_id if is_topic else topic.declared_by_id)
    must_be(topic, State.PROPOSED, State.DECLARED)
    comment = comment.strip() if agrees else need_text(comment, "退回要写明意见，镇里才知道改什么。")
    if is_topic:
        state, words = (State.APPROVED, "选题通过") if agrees else (State.RETURNED, "选题退回")
        following = "请写好讲稿，在选题页申报。" if agrees else "改好后可以再报。"
    else:
        state, words = (State.VETTED, "讲稿审核通过") if agrees else (State.IMPROVE, "讲稿退回修改")
        following = "县里接下来请评委评审。" if agrees else "改好后重新申报。"
    move(topic, state, by, "topic_decided", words, comment)
    tell_town(topic, words, f"{comment}\n{following}".strip())
    return topic


@transaction.atomic
def declare(
    *,
    topic: Topic,
    form: str,
    hours: Decimal,
    summary: str,
    outline: str,
    lecturers: Iterable[Lecturer],
    script: StoredFile | None,
    by: User,
) -> Topic:
    """The town declares the course: who teaches what, with its script; again after it was sent back."""
    topic = locked(topic)
    must_run(by, topic.town)
    must_be(topic, *DECLARABLE)
    chosen = list(lecturers)
    if not chosen:
        raise ValidationError({"lecturers": "请选主讲，至少一位。"})
    topic.script = script or topic.script
    if topic.script is None:
        raise ValidationError({"script": "请上传讲稿，PDF 或 OFD。"})
    topic.form, topic.hours = form, hours
    topic.summary = need_text(summary, "请写课程简介。")
    topic.outline, topic.declared_by = outline.strip(), by
    topic.full_clean()
    move(topic, State.DECLARED, by, "topic_declared", "申报课程")
    topic.lecturers.set(chosen)
    _ask_county(topic, "等您审讲稿", by)
    return topic


@transaction.atomic
def record_trial(*, topic: Topic, on: date, place: str, comment: str, passes: bool, by: User) -> Topic:
    """The county writes down the trial lecture and what came of it."""
    topic = locked(topic)
    must_decide(by, topic.declared_by_id)
    must_be(topic, State.TRIAL)
    if on > timezone.localdate():
        raise ValidationError({"on": "试讲日期不能晚于今天，讲完了再登记。"})
    judged = Panel.objects.filter(topic=topic, closed_at__isnull=False).order_by("-closed_at").first()
    if judged and on < timezone.localdate(judged.closed_at):
        ended = cn_date(timezone.localdate(judged.closed_at))
        raise ValidationError({"on": f"{ended}评审才通过，试讲不能更早，请核对年份。"})
    said = need_text(comment, "请写试讲的情况。")
    where = need_text(place, "请写试讲地点。")
    state, words = (State.PASSED, "试讲通过") if passes else (State.IMPROVE, "试讲未通过")
    move(topic, state, by, "topic_tried", f"{on.month}月{on.day}日{words}", f"{where}：{said}"[:500])
    tell_town(topic, words, said if passes else f"{said}\n改好后重新申报。")
    return topic


@transaction.atomic
def feature(*, topic: Topic, by: User) -> Course:
    """The county takes the course into the library, with its script; from today it is featured and may be lent."""
    if not by.is_county:
        raise PermissionDenied
    topic = locked(topic)
    if topic.state == State.FEATURED and topic.course:
        return topic.course
    must_be(topic, State.PASSED)
    today = timezone.localdate()
    course = Course(
        code=f"XT{topic.pk:05d}",
        title=topic.title,
        theme=topic.theme,
        town=topic.town,
        hours=topic.hours,
        form=topic.form,
        summary=topic.summary,
        featured_on=today,
    )
    course.full_clean()
    course.save()
    course.lecturers.set(topic.lecturers.all())
    version = CourseVersion.objects.create(course=course, number=1, outline=topic.outline, by=by)
    if topic.script:  # what was judged is part of the first version
        Material.objects.create(
            version=version, sort=Material.Sort.PLAN, title="评审通过的讲稿", file=topic.script, by=by
        )
    version.published_on = today
    version.save(update_fields=["published_on"])
    topic.course = course
    move(topic, State.FEATURED, by, "topic_featured", "入选精品课程", f"编号 {course.code}")
    tell_town(
        topic, "入选精品课程", f"从今天起进入全县课程目录，编号 {course.code}，别的镇街可以借用。满一年由县里复审。"
    )
    return course
