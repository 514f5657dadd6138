"""A newsroom whose past is an hour old, and a shell in its folder that works by the clock of the machine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.shell import Shell
from tests.newsroom import Newsroom


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with Newsroom.open(tmp_path / "wire", start=datetime.now(UTC) - timedelta(hours=1)) as opened:
        yield opened


@pytest.fixture
def shell(room: Newsroom) -> Shell:
    return Shell(room.folder)
