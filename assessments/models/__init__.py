"""Question bank, exams, attempts · retakes, make-ups · surveys."""

from assessments.models.attempts import Answer, Attempt
from assessments.models.banks import Question, QuestionBank
from assessments.models.exams import Exam
from assessments.models.findings import Improvement, TeachingFinding
from assessments.models.indicators import Indicator
from assessments.models.late import LateAnswers
from assessments.models.lessons import LessonRemark, SurveyLesson
from assessments.models.remedies import MakeUp, Retake
from assessments.models.surveys import Survey, SurveyAnswer, SurveyQuestion, SurveyTicket

__all__ = [
    "Answer",
    "Attempt",
    "Exam",
    "Improvement",
    "Indicator",
    "LateAnswers",
    "LessonRemark",
    "MakeUp",
    "Question",
    "QuestionBank",
    "Retake",
    "Survey",
    "SurveyAnswer",
    "SurveyLesson",
    "SurveyQuestion",
    "SurveyTicket",
    "TeachingFinding",
]
