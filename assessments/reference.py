"""Reference rows of this floor: what the satisfaction survey asks, and what a town's year is appraised by.

The county edits them, its edits stay.
"""

import csv
from pathlib import Path

from assessments.models import Indicator, SurveyQuestion
from juxian.rules.models import Certainty

DATA = Path(__file__).resolve().parent / "data"
QUESTIONS = ["内容", "方法", "师资水平", "组织安排", "后勤"]
INDICATORS_SINCE = 2021
INDICATORS_SOURCE = "未见莒南县公布的考核指标，按培训工作要求拟的默认项目，由县里修改"


def load_reference() -> dict[str, int]:
    """Make the survey items and the indicators where there are none at all; returns how many were made."""
    return {"survey_questions": _questions(), "indicators": _indicators()}


def _questions() -> int:
    if SurveyQuestion.objects.exists():
        return 0
    rows = [SurveyQuestion(text=text, order=order) for order, text in enumerate(QUESTIONS, start=1)]
    return len(SurveyQuestion.objects.bulk_create(rows))


def _indicators() -> int:
    if Indicator.objects.exists():
        return 0
    common = {"year_from": INDICATORS_SINCE, "source": INDICATORS_SOURCE, "certainty": Certainty.ASSUMED}
    with (DATA / "indicators.csv").open(encoding="utf-8", newline="") as source:
        rows = [Indicator(**row, **common, order=order) for order, row in enumerate(csv.DictReader(source), start=1)]
    return len(Indicator.objects.bulk_create(rows))
