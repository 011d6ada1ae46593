"""Reference rows of this floor: what the satisfaction survey asks. The county edits them, its edits stay."""

from assessments.models import SurveyQuestion

QUESTIONS = ["内容", "方法", "师资水平", "组织安排", "后勤"]


def load_reference() -> dict[str, int]:
    """Make the survey items where there are none at all; returns how many were made."""
    if SurveyQuestion.objects.exists():
        return {"survey_questions": 0}
    rows = [SurveyQuestion(text=text, order=order) for order, text in enumerate(QUESTIONS, start=1)]
    return {"survey_questions": len(SurveyQuestion.objects.bulk_create(rows))}
