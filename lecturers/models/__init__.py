"""The pool of lecturers, their terms, and what a lecture may cost."""

from lecturers.models.fees import FeeCap, LecturerTitle
from lecturers.models.pool import Appointment, Lecturer, LecturerKind

__all__ = ["Appointment", "FeeCap", "Lecturer", "LecturerKind", "LecturerTitle"]
