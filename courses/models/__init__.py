"""The county's featured courses and their versions."""

from courses.models.library import Course, CourseVersion

__all__ = ["Course", "CourseVersion"]
