"""Faults around a running service: the disk is full, the database is away. Refusals are clear, nothing is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.conftest import lacking, running_cluster
from tests.newsroom import ninjs
from tests.postgres import Cluster
from tests.running.crowd import Crowd
from tests.running.service import Answer, Service, wait_for

SMALL = "24m"


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """A file system of its own, of which little is left."""
    folder.mkdir(parents=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", str(folder)], capture_output=True
    )
    if mounted.returncode != 0:
        lacking("the right to mount a file system")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Take up all the room that is left."""
    filler = folder / "filler"
    with filler.open("wb") as file, suppress(OSError):
        while True:
            os.write(file.fileno(), b"\0" * 4096)
    return filler


def message(service: Service, number: int) -> bytes:
    text = f"The word is full{number}disk. " + "Paper is patient, and so is ink. " * 600
    return json.dumps(ninjs(f"disk-{number}", 1, service.newsroom.clock.now, text=text)).encode()


def syndicate(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-m", "syndicate", "--folder", str(folder)]
    return subprocess.run([*program, *arguments], capture_output=True, text=True)


def reason(answer: Answer) -> tuple[int, str]:
    return answer.status, json.loads(answer.body)["reason"]


def test_on_a_full_disk_what_cannot_be_kept_is_refused_and_what_was_acknowledged_stays(
    tmp_path: Path,
) -> None:
    data = tmp_path / "wire" / "data"
    with small_disk(data), Service.run(tmp_path / "wire") as service:
        room = service.newsroom
        token, late = room.subscriber("all"), room.subscriber("all")
        assert service.post(message(service, 0)).status == 200
        assert service.ask("/private/feeds/all.json", token).status == 200
        filler = fill(data)
        kept = [0]
        for number in range(1, 1000):
            answer = service.post(message(service, number))
            if answer.status != 200:
                break
            kept.append(number)
        assert reason(answer) == (503, "unavailable")
        assert answer.headers["Retry-After"]
        assert service.ask("/feeds/all.rss").status == 200
        refusal = service.ask("/private/feeds/all.json", late)
        assert refusal.status in (200, 503)
        if refusal.status == 503:  # its receipt had no room
            assert "full0disk" not in refusal.text
        killed = syndicate(room.folder, "item", "kill", room.key("disk-0"), "--reason", "full", "--yes")
        assert killed.returncode == 1
        assert len(killed.stderr.splitlines()) == 1, killed.stderr
        filler.unlink()
        assert service.post(message(service, number)).status == 200
        for each in [*kept, number]:
            text = service.ask(f"/private/items/{room.key(f'disk-{each}')}.txt", token).text
            assert f"full{each}disk" in text
        room.kill("disk-0")
        assert "full0disk" not in service.ask("/private/feeds/all.json", token).text


@pytest.fixture
def own_cluster() -> Iterator[Cluster]:
    """A PostgreSQL that a test may stop."""
    with running_cluster() as cluster:
        yield cluster


def test_a_database_that_goes_away_is_said_and_when_it_is_back_nothing_is_lost(
    own_cluster: Cluster, tmp_path: Path
) -> None:
    with own_cluster.database() as url, Service.run(tmp_path / "wire", url) as service:
        crowd = Crowd.around(service)
        with crowd.at_work(kills=False):
            wait_for(lambda: len(crowd.acknowledged) > 20, "the crowd to be busy")
            own_cluster.stop()
            for path in ("/feeds/all.rss", "/private/feeds/all.rss"):
                answer = service.ask(path, crowd.partners[0].token)
                assert reason(answer) == (503, "unavailable")
                assert answer.headers["Retry-After"]
            own_cluster.start_again()
            wait_for(service.answers, "an answer")
            before = len(crowd.acknowledged)
            wait_for(lambda: len(crowd.acknowledged) > before + 20, "the crowd to go on")
        assert crowd.wrong == []
        assert crowd.lost_or_doubled() == []
        assert crowd.without_receipt() == []
        assert crowd.refused <= {503}
        wait_for(service.is_up, "the worker too")
