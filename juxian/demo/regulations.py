"""Rules of the demo county's towns: most have all three, some lack one, one has run out, one has a newer version."""

from datetime import date
from random import Random

from centres.models import Regulation, RegulationKind, RegulationVersion
from juxian.demo.papers import keep
from juxian.demo.plot import SEED, Plot, save_all
from juxian.files.models import StoredFile
from juxian.papers import Document, Text, document_pdf
from juxian.people.models import Town

NOTICE = "演示数据，非真实情况"
BODY = "这是一份演示文件，只为说明制度放在哪里、怎样换新版。\n正式使用时，请镇街上传自己印发的文件。"


def write_regulations(plot: Plot) -> None:
    """A paper a kind, shared by all towns; dates differ by town."""
    random = Random(f"{SEED}:regulations:{plot.at}")  # noqa: S311 invented dates
    rules, versions = [], []
    for kind in RegulationKind.objects.needed(plot.at):
        paper = _paper(plot, kind.name)
        for place, town in enumerate(plot.towns):
            if _lacks(kind.key, place):
                continue
            rule = Regulation(town=town, kind=kind, title=f"{town.name}{kind.name}")
            rules.append(rule)
            versions += _versions(plot, rule, town, paper, random.randrange(60))
    save_all(Regulation, rules)
    save_all(RegulationVersion, versions)


def _lacks(key: str, place: int) -> bool:
    return (key, place) in {("teaching", 9), ("pool", 4), ("pool", 9), ("pool", 12)}


def _paper(plot: Plot, name: str) -> StoredFile:
    content = document_pdf(Document(title=f"{name}（演示）", notice=NOTICE, blocks=[Text(BODY)]))
    return keep(plot, content, f"{name}（演示）.pdf", "pdf")


def _versions(plot: Plot, rule: Regulation, town: Town, paper: StoredFile, days: int) -> list[RegulationVersion]:
    """The year plan is one paper a year; one town's ran out with last year; the other rules have no end."""
    place = plot.towns.index(town)
    spans: list[tuple[date, date | None]] = [(plot.day(-640 + days), None)]
    if rule.kind.key == "year-plan":
        years = [plot.at.year - 1] if place == 6 else [plot.at.year - 1, plot.at.year]
        spans = [(max(date(year, 1, 5), plot.day(-690)), date(year, 12, 31)) for year in years]
    elif place == 1:
        spans.append((plot.day(-90), None))
    spans = [(first, last) for first, last in spans if first <= plot.at]
    return [
        RegulationVersion(
            regulation=rule, number=number, issued_on=first, valid_from=first, valid_until=last, file=paper,
            by=plot.clerk(town), at=plot.moment(first),
        )
        for number, (first, last) in enumerate(spans, start=1)
    ]  # fmt: skip
