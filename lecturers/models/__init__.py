"""The pool of lecturers, their terms, and what a lecture may cost."""

from lecturers.models.calendar import CalendarFeed, HalfDay
from lecturers.models.fees import FeeCap, LecturerTitle
from lecturers.models.pool import Appointment, Lecturer, LecturerKind

__all__ = ["CalendarFeed", "HalfDay", "Appointment", "FeeCap", "Lecturer", "LecturerKind", "LecturerTitle"]
