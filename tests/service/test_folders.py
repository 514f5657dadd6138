"""Watched folders: what is taken and when, what is never opened, and where files move to."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from syndicate.net.folder import WatchedFolder
from syndicate.service import intake, quarantine, worker
from syndicate.service.arriving.folders import Watch
from syndicate.service.watching import health
from syndicate.store import items
from tests.newsroom import CONFIG, Newsroom, ninjs


@dataclass
class Drop:
    """A folder that is watched for the source `drop`, and what a supplier does with it."""

    newsroom: Newsroom
    path: Path
    watch: Watch

    def put(self, name: str, uri: str = "story", version: int = 1, modified: int = 1000, **fields) -> Path:
        """A whole message under a name."""
        document = json.dumps(ninjs(uri, version, self.newsroom.clock.now, **fields))
        return self.put_bytes(name, document.encode(), modified)

    def put_bytes(self, name: str, body: bytes, modified: int = 1000) -> Path:
        file = self.path / name
        file.write_bytes(body)
        os.utime(file, (modified, modified))
        return file

    def look(self, times: int = 2) -> list[str]:
        """Look into the folder; gives what was logged."""
        with capture_logs() as logs:
            for _ in range(times):
                self.watch.look()
        return [" ".join(str(line[key]) for key in sorted(line) if key != "log_level") for line in logs]

    def names(self, which: str = "incoming") -> set[str]:
        return {each.name for each in self.path.with_name(which).iterdir()}

    def uris(self) -> set[str]:
        with self.newsroom.agency.database.snapshot() as connection:
            return {item.uri for item in items.list_items(connection, 100)}


@pytest.fixture
def drop(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Drop]:
    path = tmp_path / "supplier" / "incoming"
    path.mkdir(parents=True)
    source = f'[sources.drop]\nkind = "folder"\npath = "{path}"\nnumbered = true\n'
    monkeypatch.setattr("tests.newsroom.CONFIG", CONFIG + source)
    with Newsroom.open(tmp_path / "wire", database_url) as newsroom:
        yield Drop(newsroom, path, Watch(newsroom.agency, "drop", path))


# When a file is taken


def test_a_file_is_taken_at_the_second_look_and_moves_to_done(drop: Drop) -> None:
    file = drop.put("story.json")
    body = file.read_bytes()
    drop.look(1)
    assert drop.uris() == set()
    drop.look(1)
    assert drop.uris() == {"story"}
    assert drop.names() == set()
    assert (drop.path.with_name("done") / "story.json").read_bytes() == body


def test_a_file_that_is_being_written_is_not_taken_until_it_rests(drop: Drop) -> None:
    whole = drop.put("story.json").read_bytes()
    for end in (1, 40, len(whole) - 1):
        drop.put_bytes("story.json", whole[:end])
        drop.look(1)
    drop.put_bytes("story.json", whole, modified=2000)
    drop.look(1)
    assert drop.names() == {"story.json"}
    drop.look(1)
    assert drop.uris() == {"story"}


def test_words_that_change_and_leave_the_size_as_it_was_count_as_writing(drop: Drop) -> None:
    drop.put("story.json", modified=1000)
    drop.look(1)
    drop.put("story.json", modified=1001)
    drop.look(1)
    assert drop.uris() == set()


@pytest.mark.parametrize("name", [".story.json", "story.json.part", "story.TMP", "story.json.filepart"])
def test_a_file_with_the_name_of_one_that_is_being_written_is_left_until_it_is_renamed(drop, name) -> None:
    file = drop.put(name)
    drop.look(5)
    assert drop.names() == {name}
    file.rename(drop.path / "story.json")
    drop.look(2)
    assert drop.uris() == {"story"}


def test_an_empty_file_is_left_until_something_stands_in_it(drop: Drop) -> None:
    drop.put_bytes("story.json", b"")
    drop.look(5)
    assert drop.names() == {"story.json"}
    drop.put("story.json")
    drop.look(2)
    assert drop.names("done") == {"story.json"}


def test_files_are_taken_in_the_order_of_their_times_and_then_of_their_names(drop: Drop) -> None:
    drop.put("a.json", "third", modified=3000)
    drop.put("c.json", "second", modified=2000)
    drop.put("b.json", "first", modified=2000)
    files = [line.split(" a file is taken ")[1].split()[0] for line in drop.look()]
    assert files == ["b.json", "c.json", "a.json"]


# What is never opened


@pytest.fixture
def secret(drop: Drop) -> Path:
    """A message elsewhere, that nobody sent."""
    return drop.put("secret.json", "secret").rename(drop.path.parent / "secret.json")


def test_a_link_is_left_where_it_is_and_told_of_once(drop: Drop, secret: Path) -> None:
    (drop.path / "link.json").symlink_to(secret)
    told = drop.look(5)
    assert drop.uris() == set()
    assert drop.names() == {"link.json"}
    assert len([line for line in told if "link.json is a link or no file" in line]) == 1


def test_a_file_with_a_second_name_is_left_until_that_is_gone(drop: Drop, secret: Path) -> None:
    (drop.path / "second.json").hardlink_to(secret)
    assert len(drop.look(5)) == 1
    assert drop.uris() == set()
    secret.unlink()
    drop.look(2)
    assert drop.uris() == {"secret"}


def test_pipes_and_folders_are_left_and_nobody_waits_for_them(drop: Drop) -> None:
    os.mkfifo(drop.path / "pipe.json")
    (drop.path / "folder.json").mkdir()
    drop.look(3)
    assert drop.names() == {"pipe.json", "folder.json"}
    assert drop.names("done") == drop.names("failed") == set()


def to_link(file: Path, secret: Path) -> None:
    file.symlink_to(secret)


def to_pipe(file: Path, _: Path) -> None:
    os.mkfifo(file)


def to_second_name(file: Path, secret: Path) -> None:
    file.hardlink_to(secret)


@pytest.mark.parametrize("swap", [to_link, to_pipe, to_second_name])
def test_what_is_put_in_the_place_of_a_file_that_was_found_is_not_read(
    drop: Drop, secret: Path, swap: Callable[[Path, Path], None]
) -> None:
    file = drop.put("story.json")
    with WatchedFolder.open(drop.path) as folder:
        (found,) = folder.files()
        file.unlink()
        swap(file, secret)
        assert folder.read(found) is None


@pytest.mark.parametrize("reason", [None, "It was refused."])
def test_what_is_put_in_the_place_of_a_file_that_was_read_is_not_lost(drop: Drop, reason: str | None) -> None:
    file = drop.put("story.json", "first")
    with WatchedFolder.open(drop.path) as folder:
        (found,) = folder.files()
        assert folder.read(found)
        drop.put("other.json", "second").rename(file)
        folder.move(found, "failed" if reason else "done", "now", reason)
    assert drop.names("done") == drop.names("failed") == set()
    drop.look()
    assert drop.uris() == {"second"}


# Where it moves to


def test_what_is_refused_moves_to_failed_with_its_reason_and_lies_in_quarantine(drop: Drop) -> None:
    drop.put_bytes("story.json", b"nonsense")
    drop.look()
    failed = drop.path.with_name("failed")
    assert drop.names("failed") == {"story.json", "story.json.reason"}
    assert (failed / "story.json").read_bytes() == b"nonsense"
    assert (failed / "story.json.reason").read_text().startswith("The message: unknown-format: ")
    (refused,) = quarantine.lying(drop.newsroom.agency)
    assert quarantine.shown(drop.newsroom.agency, refused.id or 0)[1] == b"nonsense"
    assert drop.names("done") == set()


def test_the_reason_of_a_message_that_is_taken_in_part_says_what_was_not(drop: Drop) -> None:
    nameless = "<item><category>x</category></item>"
    drop.put_bytes(
        "feed.xml",
        "<rss version='2.0'><channel><title>T</title><item><guid>one</guid><title>A</title>"
        f"<description>It happened far away.</description></item>{nameless}</channel></rss>".encode(),
    )
    drop.look()
    assert drop.names("failed") == {"feed.xml", "feed.xml.reason"}
    reason = (drop.path.with_name("failed") / "feed.xml.reason").read_text()
    assert reason.startswith("The message: no-identity: ")
    assert "In all: 1 new, 1 refused." in reason


def test_a_file_that_is_too_large_is_not_read_and_moves_to_failed_with_a_sentence(
    drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (drop.path / "huge.json").open("wb") as file:
        file.truncate(intake.LARGEST + 1)
    monkeypatch.setattr(WatchedFolder, "read", lambda *_: pytest.fail("it was read"))
    (told,) = drop.look()
    assert "huge.json" in told
    reason = (drop.path.with_name("failed") / "huge.json.reason").read_text()
    assert reason == "The file has 16777217 bytes, and no message more than 16777216.\n"


def test_a_name_that_is_taken_gets_the_time_behind_it_and_nothing_is_overwritten(drop: Drop) -> None:
    for version in range(1, 5):
        drop.put("export.json", "story", version)
        drop.put_bytes("bad.json", f"nonsense {version}".encode())
        drop.look()
    stamp = f"{drop.newsroom.clock.now:%Y%m%dT%H%M%SZ}"
    endings = ["", f".{stamp}", f".{stamp}.2", f".{stamp}.3"]
    assert drop.names("done") == {f"export.json{ending}" for ending in endings}
    told = [(drop.path.with_name("failed") / f"bad.json{ending}").read_text() for ending in endings]
    assert told == [f"nonsense {version}" for version in range(1, 5)]
    assert len(drop.names("failed")) == 8


def test_a_reason_overwrites_no_file_that_is_called_so(drop: Drop) -> None:
    drop.put_bytes("bad.json.reason", b"nonsense one")
    drop.look()
    drop.put_bytes("bad.json", b"nonsense two")
    drop.look()
    failed = drop.path.with_name("failed")
    assert (failed / "bad.json.reason").read_bytes() == b"nonsense one"
    assert len(drop.names("failed")) == 4


@pytest.mark.parametrize(
    "name", [b"\xff\xfe.json", b"a\nb\x1b[2J.json", b"-rf", b"x" * 255, b"\xd1\x8f" * 127]
)
def test_a_file_may_have_any_name(drop: Drop, name: bytes) -> None:
    drop.put_bytes(os.fsdecode(name), b"nonsense")
    for line in drop.look():
        assert line.isprintable()
    assert len(drop.names("failed")) == 2
    assert drop.names() == set()


# Faults


def test_what_a_crash_leaves_between_taking_and_moving_is_a_duplicate_and_moves(
    drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop.put("story.json")
    drop.look(1)
    with monkeypatch.context() as patch:
        patch.setattr(WatchedFolder, "move", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            drop.look(1)
    assert drop.names() == {"story.json"}
    assert drop.uris() == {"story"}
    drop.watch = Watch(drop.newsroom.agency, "drop", drop.path)
    (told,) = drop.look()
    assert "1 duplicate" in told
    assert drop.names("done") == {"story.json"}


def test_a_file_that_cannot_be_moved_is_taken_once_and_told_of_once(
    drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    drop.put("story.json")
    drop.put_bytes("bad.json", b"nonsense")
    with monkeypatch.context() as patch:
        patch.setattr("syndicate.net.folder.os.rename", refuse)
        told = drop.look(5)
    assert len([line for line in told if " a file is taken " in line]) == 2
    moves = [line for line in told if " a file is taken " not in line]
    assert len(moves) == 2
    assert "story.json: The file cannot be moved to done: Operation not permitted." in moves[1]
    assert drop.names() == {"story.json", "bad.json"}
    assert drop.names("done") == drop.names("failed") == set()
    assert drop.look(1) == [], "and as soon as it can, it moves"
    assert drop.names("done") == {"story.json"}
    assert drop.names("failed") == {"bad.json", "bad.json.reason"}


def test_a_file_that_cannot_be_read_is_told_of_once_and_taken_as_soon_as_it_can(
    drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The account of these tests may read everything, so the refusal of the system is played."""
    opens = os.open

    def refuse(path: str, *given: int, **where: int) -> int:
        if path == "story.json":
            raise PermissionError(13, "Permission denied")
        return opens(path, *given, **where)

    drop.put("story.json")
    with monkeypatch.context() as patch:
        patch.setattr("syndicate.net.folder.os.open", refuse)
        (told,) = drop.look(5)
    assert "story.json: The file cannot be read." in told
    drop.look(1)
    assert drop.uris() == {"story"}


def test_a_folder_that_is_away_is_told_of_once_and_watched_when_it_is_back(drop: Drop) -> None:
    drop.path.rename(drop.path.with_name("elsewhere"))
    (told,) = drop.look(5)
    assert f"There is no folder {drop.path}." in told
    assert f"The source drop gives nothing: There is no folder {drop.path}." in list(
        health.findings(drop.newsroom.agency)
    )
    drop.path.with_name("elsewhere").rename(drop.path)
    drop.put("story.json")
    drop.look()
    assert drop.uris() == {"story"}
    assert list(health.findings(drop.newsroom.agency)) == []


def test_done_may_not_lead_elsewhere(drop: Drop, tmp_path: Path) -> None:
    drop.path.with_name("done").symlink_to(tmp_path)
    drop.put("story.json")
    (told,) = drop.look(3)
    assert "is no folder" in told
    assert drop.names() == {"story.json"}
    assert drop.uris() == set()


def test_what_waits_for_its_embargo_lies_in_folders_that_are_private(drop: Drop) -> None:
    drop.look()
    for name in ("done", "failed"):
        assert drop.path.with_name(name).stat().st_mode & 0o077 == 0


def test_while_the_database_is_away_a_file_stays(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    drop.put("story.json")
    drop.look(1)
    with monkeypatch.context() as patch:
        patch.setattr(drop.newsroom.agency, "writing", None)
        with pytest.raises(TypeError):
            drop.look(1)
    assert drop.names() == {"story.json"}
    drop.look(1)
    assert drop.uris() == {"story"}


# Beside the worker's loop


class Until:
    """An end that comes when something is so."""

    def __init__(self, is_so: Callable[[], bool]) -> None:
        self._is_so, self._deadline = is_so, time.monotonic() + 60

    def is_set(self) -> bool:
        assert time.monotonic() < self._deadline
        return self._is_so()

    def wait(self, _: float) -> None:
        time.sleep(0.01)


def test_the_worker_looks_into_the_folder_round_after_round(drop: Drop) -> None:
    drop.put("story.json")
    worker.run(drop.newsroom.agency, lambda: ([], ()), Until(lambda: drop.uris() == {"story"}))
    assert drop.names("done") == {"story.json"}
