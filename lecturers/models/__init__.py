"""The pool of lecturers, their terms, and what a lecture may cost."""

from lecturers.models.calendar import CalendarFeed, HalfDay
from lecturers.models.candidacies import Candidacy
from lecturers.models.fees import FeeCap, LecturerTitle
from lecturers.models.pool import Appointment, Lecturer, LecturerKind
from lecturers.models.terms import Suspension, YearlyReview

__all__ = [
    "Appointment",
    "CalendarFeed",
    "Candidacy",
    "FeeCap",
    "HalfDay",
    "Lecturer",
    "LecturerKind",
    "LecturerTitle",
    "Suspension",
    "YearlyReview",
]
