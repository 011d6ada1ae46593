"""The pool in the admin: importing registers."""

from lecturers.admin import pool

__all__ = ["pool"]
