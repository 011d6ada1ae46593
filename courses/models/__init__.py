"""The county's featured courses and their versions."""

from courses.models.library import Audience, ContentTask, Course
from courses.models.versions import CourseVersion, Material

__all__ = ["Audience", "ContentTask", "Course", "CourseVersion", "Material"]
