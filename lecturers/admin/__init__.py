"""The pool in the admin: importing registers."""

from lecturers.admin import candidacies, pool

__all__ = ["candidacies", "pool"]
