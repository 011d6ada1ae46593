"""The library in the admin: importing registers."""

from courses.admin import borrowing, library, live, review

__all__ = ["borrowing", "library", "live", "review"]
