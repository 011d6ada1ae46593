"""Every test here races real threads on real connections."""

from collections.abc import Iterator

import pytest

from tests.races.threads import Arena


@pytest.fixture
def arena(transactional_db) -> Iterator[Arena]:
    made = Arena()
    try:
        yield made
    finally:
        made.restore()
