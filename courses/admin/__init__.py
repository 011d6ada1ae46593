"""The library in the admin: importing registers."""

from courses.admin import library, live, review

__all__ = ["library", "live", "review"]
