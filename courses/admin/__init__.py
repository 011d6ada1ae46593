"""The library in the admin: importing registers."""

from courses.admin import library

__all__ = ["library"]
