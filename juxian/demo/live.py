"""Two series with a programme, a few channels, and one broadcast that a class watches together."""

from random import Random

from courses.models import Broadcast, Channel, Series
from juxian.demo.plot import SEED, Plot, save_all
from trainings.models import Session, TrainingClass, Viewing

SERIES = (
    ("莒南先锋e讲堂", "县委组织部", "每月一讲，请身边的党员和干部讲身边的事。", "19:00"),
    ("学习讲坛", "县委党校", "每月一讲，学理论、学政策。", "15:00"),
)
TALKS = {
    "莒南先锋e讲堂": ("支部书记讲村级治理", "致富能手讲直播带货", "老党员讲沂蒙精神", "驻村干部讲乡村振兴"),
    "学习讲坛": ("党章逐条学", "纪律处分条例解读", "新形势下的群众工作", "基层党建工作实务"),
}
CHANNELS = (
    ("示例党建频道", "channel", "某党建网站的直播栏目（示例链接）"),
    ("示例远程教育频道", "remote", "某远程教育平台（示例链接）"),
    ("示例学习频道", "study", "某学习平台的公开课（示例链接）"),
)
SITE = "https://example.com/demo"
SOURCE = "示例直播平台"
MONTHS_BACK, MONTHS_AHEAD, APART = 6, 3, 28


def write_live(plot: Plot) -> None:
    """A talk every four weeks in each series; where a class meets at the time of one, it watches it."""
    random = Random(f"{SEED}:live:{plot.at}")  # noqa: S311 invented programme
    rows = [
        Series.objects.update_or_create(
            name=name, defaults={"organiser": organiser, "summary": summary, "order": order}
        )[0]
        for order, (name, organiser, summary, _) in enumerate(SERIES, start=1)
    ]
    programme = []
    for series, (name, _, _, clock) in zip(rows, SERIES, strict=True):
        start = random.randrange(1, APART)
        for number, step in enumerate(range(-MONTHS_BACK, MONTHS_AHEAD)):
            programme.append(
                Broadcast(
                    series=series,
                    title=f"{TALKS[name][number % len(TALKS[name])]}（示例节目）",
                    starts_at=plot.moment(plot.day(start + step * APART), clock),
                    link=f"{SITE}/{series.order}/{number + 1}",
                    source=SOURCE,
                    speaker="示例主讲人",
                )
            )
    save_all(Broadcast, programme)
    channels = [
        Channel(name=name, link=f"{SITE}/{path}", owner="示例单位", note=note, order=order)
        for order, (name, path, note) in enumerate(CHANNELS, start=1)
    ]
    save_all(Channel, channels)
    _watch(plot)


def _watch(plot: Plot) -> None:
    """The last half-day of a class to come watches a talk of its own hour instead of hearing a lecture."""
    coming = Session.objects.filter(day__gt=plot.at, training_class__state=TrainingClass.State.ENROLLING, site=None)
    session = coming.filter(cancelled_at=None, point=None).order_by("-day", "-half", "pk").first()
    series = Series.objects.order_by("order").first()
    if session is None or series is None or Broadcast.objects.filter(starts_at=session.start).exists():
        return
    title = f"{TALKS[series.name][0]}（示例节目）"
    talk = Broadcast(series=series, title=title, starts_at=session.start, link=f"{SITE}/viewing", source=SOURCE)
    save_all(Broadcast, [talk])
    seen = {"mode": Session.Mode.GROUP_VIEWING, "topic": title, "lecturer": None, "course_version": None}
    Session.objects.filter(pk=session.pk).update(**seen)
    save_all(Viewing, [Viewing(session=session, broadcast=talk)])
