"""What processes count: nothing is lost when one ends, and the files add up."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from syndicate.service.tally import (
    NAMES,
    RECEIPTS,
    REPEATED,
    SECONDS,
    Sort,
    Tally,
    places_of,
    sort_of,
)

FEED = Sort("feeds", "private", "2xx")


def test_an_answer_is_counted_by_its_sort_its_size_and_how_long_it_took(tmp_path: Path) -> None:
    tally = Tally(tmp_path / "metrics")
    tally.answered(FEED, 1000, 0.02)
    tally.answered(FEED, 500, 3)
    tally.repeated(places_of(FEED), 500)
    sums = tally.sums()
    assert sums['syndicate_requests_total{room="feeds",tier="private",status="2xx"}'] == 3
    assert sums['syndicate_body_bytes_total{room="feeds",tier="private"}'] == 2000
    assert sums[REPEATED] == 1
    assert (sums[f"{SECONDS}_count"], sums[f"{SECONDS}_sum"]) == (2, 3.02)
    buckets = [sums[name] for name in NAMES if "_bucket" in name]
    assert buckets == [0, 0, 1, 1, 1, 1, 2, 2]


@pytest.mark.parametrize(
    ("room", "status", "sort"),
    [
        ("feeds", 304, Sort("feeds", "private", "3xx")),
        (None, 404, Sort("other", "private", "4xx")),
        ("of another time", 599, Sort("other", "private", "5xx")),
        ("feeds", 100, Sort("feeds", "private", "2xx")),
    ],
)
def test_every_answer_has_a_sort(room: str | None, status: int, sort: Sort) -> None:
    assert sort_of(room, True, status) == sort
    assert {sort.requests, sort.bytes} <= set(NAMES)


def test_no_count_of_any_thread_is_lost(tmp_path: Path) -> None:
    tally = Tally(tmp_path / "metrics")
    threads = [Thread(target=lambda: [tally.add(RECEIPTS) for _ in range(2000)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tally.sums()[RECEIPTS] == 8000


COUNTING = """
import sys
from pathlib import Path
from syndicate.service.tally import RECEIPTS, Tally
tally = Tally(Path(sys.argv[1]))
tally.add(RECEIPTS, 5)
print("counted", flush=True)
sys.stdin.read()
"""


def counting(folder: Path) -> subprocess.Popen[str]:
    """A process that has counted five and lives on."""
    process = subprocess.Popen(
        [sys.executable, "-c", COUNTING, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "counted\n"
    return process


def test_what_a_killed_process_counted_stays_and_the_next_goes_on_in_its_file(tmp_path: Path) -> None:
    folder = tmp_path / "metrics"
    with counting(folder) as first, counting(folder) as second:
        mine = Tally(folder)
        mine.add(RECEIPTS)
        assert mine.sums()[RECEIPTS] == 11
        assert len(list(folder.iterdir())) == 3
        first.send_signal(signal.SIGKILL)
        first.wait()
        assert mine.sums()[RECEIPTS] == 11
        with counting(folder) as third:
            assert mine.sums()[RECEIPTS] == 16
            assert len(list(folder.iterdir())) == 3
            for each in (second, third):
                each.communicate()
    assert {each.stat().st_mode & 0o777 for each in folder.iterdir()} == {0o600}


def test_a_folder_that_cannot_be_made_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "metrics").write_text("a file")
    Tally(tmp_path / "metrics").add(RECEIPTS)
