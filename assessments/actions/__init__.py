"""Writes with company: exams, attempts, remedies, surveys, question banks."""

from assessments.actions.answers import save_answer, save_answers
from assessments.actions.attempts import close_overdue, start_attempt, submit_attempt
from assessments.actions.exams import release_results, set_up_exam
from assessments.actions.findings import decide_finding, finish_improvement, open_finding, reply_to_finding
from assessments.actions.indicators import end_indicator, set_indicator
from assessments.actions.late import decide_late_answers, keep_late_answers
from assessments.actions.remedies import cancel_make_up, complete_make_up, expire_retake, give_retake, owe_make_up
from assessments.actions.surveys import answer_survey, close_survey, open_survey, remind_many

__all__ = [
    "answer_survey",
    "cancel_make_up",
    "close_overdue",
    "close_survey",
    "complete_make_up",
    "decide_finding",
    "decide_late_answers",
    "end_indicator",
    "expire_retake",
    "finish_improvement",
    "give_retake",
    "keep_late_answers",
    "open_finding",
    "open_survey",
    "owe_make_up",
    "release_results",
    "remind_many",
    "reply_to_finding",
    "save_answer",
    "save_answers",
    "set_indicator",
    "set_up_exam",
    "start_attempt",
    "submit_attempt",
]
