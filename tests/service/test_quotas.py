"""How many requests a token makes in a minute, counted by all processes together."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syndicate.service import quotas
from syndicate.service.quotas import Left, Meter, Quotas

NOON = datetime(2026, 3, 18, 12, 0, 20, tzinfo=UTC)
METER = Meter("a-token", 3, NOON)


@pytest.fixture
def counted(tmp_path: Path) -> Quotas:
    return Quotas(tmp_path / "quotas")


def test_so_many_requests_are_taken_and_no_more_until_the_minute_is_over(counted: Quotas) -> None:
    assert counted.left(METER) == Left(3, 40)
    assert [counted.take(METER) for _ in range(5)] == [Left(2, 40), Left(1, 40), Left(0, 40), None, None]
    assert counted.left(METER) == Left(0, 40)
    later = METER._replace(now=NOON + timedelta(seconds=39))
    assert counted.take(later) is None
    assert counted.take(METER._replace(now=NOON + timedelta(seconds=40))) == Left(2, 60)


def test_each_token_has_a_quota_of_its_own(counted: Quotas) -> None:
    for token in map(str, range(1000)):
        meter = Meter(token, 2, NOON)
        assert [counted.take(meter) for _ in range(3)] == [Left(1, 40), Left(0, 40), None]


def test_a_clock_that_is_set_back_takes_nothing_from_anybody(counted: Quotas) -> None:
    for _ in range(3):
        counted.take(METER)
    assert counted.take(METER._replace(now=NOON - timedelta(hours=1))) == Left(2, 40)


def test_in_a_crowd_nobody_is_refused_for_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quotas, "_CELLS", 16)
    counted = Quotas(tmp_path / "crowded")
    for token in map(str, range(200)):
        assert counted.take(Meter(token, 1, NOON)) == Left(0, 40)


def test_processes_count_together(tmp_path: Path) -> None:
    """Two, one after the other: what the first took is gone for the second."""
    taking = (
        "import sys; from pathlib import Path; from datetime import datetime; from syndicate.service.quotas "
        "import *; counted = Quotas(Path(sys.argv[1])); "
        "print([counted.take(Meter('t', 5, datetime.fromisoformat(sys.argv[2]))) is not None for _ in 'abc'])"
    )
    command = [sys.executable, "-c", taking, str(tmp_path / "quotas"), NOON.isoformat()]
    ran = [subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in "ab"]
    assert ran == ["[True, True, True]\n", "[True, True, False]\n"]
    assert Quotas(tmp_path / "quotas").left(Meter("t", 5, NOON)).requests == 0


def test_where_the_file_cannot_be_had_a_process_counts_for_itself(tmp_path: Path) -> None:
    (tmp_path / "quotas").mkdir()
    counted = Quotas(tmp_path / "quotas")
    assert [counted.take(METER) is None for _ in range(4)] == [False, False, False, True]


def test_a_link_in_the_place_of_the_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"kept")
    (tmp_path / "quotas").symlink_to(tmp_path / "elsewhere")
    Quotas(tmp_path / "quotas").take(METER)
    assert (tmp_path / "elsewhere").read_bytes() == b"kept"
