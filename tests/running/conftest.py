"""Running services: one for a whole file on each database, or one of its own for a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import Cluster
from tests.running.service import Service


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def shared_service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A service for all tests of a file, once on each database."""
    folder = tmp_path_factory.mktemp("shared-service")
    if request.param == "sqlite":
        with Service.run(folder / "wire") as service:
            yield service
        return
    cluster: Cluster = request.getfixturevalue("postgres")
    with cluster.database() as url, Service.run(folder / "wire", url) as service:
        yield service


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A service on SQLite for one test."""
    with Service.run(tmp_path / "wire") as service:
        yield service
