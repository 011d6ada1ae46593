"""The county's featured courses, their versions, and how they are chosen."""

from courses.models.borrowing import Borrowing
from courses.models.library import Audience, ContentTask, Course
from courses.models.live import Broadcast, Channel, Series
from courses.models.review import (
    Ballot,
    CourseReview,
    Criterion,
    Judge,
    Panel,
    PanelCriterion,
    Score,
    Topic,
    TopicStep,
)
from courses.models.versions import CourseVersion, Material

__all__ = [
    "Audience",
    "Ballot",
    "Borrowing",
    "Broadcast",
    "Channel",
    "ContentTask",
    "Course",
    "CourseReview",
    "CourseVersion",
    "Criterion",
    "Judge",
    "Material",
    "Panel",
    "PanelCriterion",
    "Score",
    "Series",
    "Topic",
    "TopicStep",
]
