"""The running class and its exam of the tests of that floor."""

from tests.assessments.conftest import *  # noqa: F403
from tests.assessments.conftest import _morning  # noqa: F401
