"""The class on its way of the tests of that floor."""

from tests.trainings.conftest import *  # noqa: F403
from tests.trainings.conftest import _floor_alone  # noqa: F401
