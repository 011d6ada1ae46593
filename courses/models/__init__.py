"""The county's featured courses and their versions."""

from courses.models.library import Audience, ContentTask, Course, CourseVersion

__all__ = ["Audience", "ContentTask", "Course", "CourseVersion"]
