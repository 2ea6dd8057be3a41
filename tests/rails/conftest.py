"""The place that the rails look at, made once a worker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from courseware.content.loader import Loaded
from tests.conftest import Clock
from tests.rails.place import Place, make_place


@pytest.fixture(scope="session")
def whole_place(tmp_path_factory: pytest.TempPathFactory, loaded: Loaded) -> Iterator[Place]:
    """The app with the known world; ask for ``place`` instead, which is put back before each test."""
    place = make_place(tmp_path_factory.mktemp("rails"), loaded, Clock())
    yield place
    place.db.dispose()


@pytest.fixture
def place(whole_place: Place) -> Place:
    """The app with the known world as it was made."""
    whole_place.reset()
    return whole_place
