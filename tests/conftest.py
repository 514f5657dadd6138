"""Fixtures that tests share: both databases, a newsroom on a frozen clock, and what a machine may lack."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.newsroom import Newsroom
from tests.postgres import Cluster

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared" / "samples"


def lacking(what: str) -> None:
    """Skip a test for a tool that the machine lacks; in CI that is a failure."""
    if os.environ.get("CI"):
        pytest.fail(f"CI must have {what}.")
    pytest.skip(f"this machine has no {what}")


@pytest.fixture(scope="session")
def shared_samples() -> Path:
    """The larger corpora beside the project, where they are."""
    if not SHARED.is_dir():
        pytest.skip("the larger corpora are not beside the project")
    return SHARED


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """A PostgreSQL on a socket, in a folder that its own account can reach."""
    with tempfile.TemporaryDirectory(prefix="syndicate-postgres-") as folder:
        cluster = Cluster.start(Path(folder))
        if cluster is None:
            lacking("PostgreSQL (initdb, pg_ctl)")
            return
        yield cluster
        cluster.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL of this test session alone."""
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield "sqlite:///data/syndicate.db"
        return
    cluster: Cluster = request.getfixturevalue("postgres")
    with cluster.database() as url:
        yield url


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    """An agency on SQLite with a desk, a few feeds, and a clock that stands until it is moved."""
    with Newsroom.open(tmp_path) as opened:
        yield opened


@pytest.fixture
def both_newsrooms(tmp_path: Path, database_url: str) -> Iterator[Newsroom]:
    """The same, once on each database."""
    with Newsroom.open(tmp_path, database_url) as opened:
        yield opened


def program(name: str) -> str:
    """The path of a program that a test needs, or a loud skip."""
    found = shutil.which(name)
    if found is None:
        lacking(name)
    return found or ""
