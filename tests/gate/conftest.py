"""The attacked newsroom, once for all the tests that only look at it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.gate.world import World, world


@pytest.fixture(scope="session")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A newsroom in which everything has happened; nothing is changed in it."""
    with world(tmp_path_factory.mktemp("attacked")) as opened:
        yield opened
