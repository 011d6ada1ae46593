"""The library in the admin: importing registers."""

from courses.admin import library, review

__all__ = ["library", "review"]
