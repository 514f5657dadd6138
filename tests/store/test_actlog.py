"""The log of acts: whole lines or nothing, named, and read with suspicion."""

from __future__ import annotations

import errno
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syndicate.store import actlog
from syndicate.store.actlog import ActLog, Revocation, Suspension
from syndicate.store.database import StoreError

NOON = datetime(2026, 3, 18, 12, 0, 0, 123456, tzinfo=UTC)
REVOKED = Revocation(at=NOON, by="desk", token="t1", is_final=False)
SUSPENDED = Suspension(at=NOON, by="desk", company="herald", is_suspended=True)


@pytest.fixture
def log(tmp_path: Path) -> ActLog:
    return ActLog(tmp_path / "acts.log")


def fill_the_disk_after(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many bytes fit still; what is written beyond them is refused."""
    left = [count]
    write = os.write

    def scarce(file: int, raw: bytes) -> int:
        if not left[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = write(file, raw[: left[0]])
        left[0] -= written
        return written

    monkeypatch.setattr(os, "write", scarce)


def test_what_was_written_is_read_in_its_order_under_one_name(log: ActLog) -> None:
    log.append([REVOKED])
    log.append([SUSPENDED])
    read = actlog.read(log.path)
    assert read == actlog.Read(log.path, log.name(), (REVOKED, SUSPENDED), is_torn=False)


def test_nobody_but_its_owner_can_read_it(log: ActLog) -> None:
    log.append([REVOKED])
    assert log.path.stat().st_mode & 0o777 == 0o600


def test_a_line_that_was_cut_off_is_told_and_gone_with_the_next_act(log: ActLog) -> None:
    log.append([REVOKED])
    with log.path.open("ab") as file:
        file.write(b'{"at":"2026-03-18T12')
    read = actlog.read(log.path)
    assert (read.acts, read.is_torn) == ((REVOKED,), True)
    log.append([SUSPENDED])
    assert actlog.read(log.path) == actlog.Read(log.path, log.name(), (REVOKED, SUSPENDED), is_torn=False)


def test_a_last_line_that_lacks_only_its_end_counts(log: ActLog) -> None:
    log.append([REVOKED, SUSPENDED])
    log.path.write_bytes(log.path.read_bytes()[:-1])
    assert actlog.read(log.path).acts == (REVOKED, SUSPENDED)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "no JSON",
        "[]",
        '{"act": "log", "log": "another"}',
        '{"act": "something newer", "at": "2026-03-18T12:00:00Z", "by": "desk"}',
        '{"act": "revocation", "at": "2026-03-18T12:00:00Z", "by": "desk", "token": "t1"}',
        '{"act": "revocation", "at": "2026-03-18T12:00:00", "by": "desk", "token": "t1", "is_final": true}',
        json.dumps(REVOKED.model_dump(mode="json") | {"more": 1}),
    ],
)
def test_a_line_in_the_middle_that_cannot_be_understood_is_named_by_its_number(
    log: ActLog, line: str
) -> None:
    log.append([REVOKED])
    with log.path.open("a") as file:
        file.write(line + "\n")
    log.append([SUSPENDED])
    with pytest.raises(StoreError, match=r"^Line 3 of the log of acts .* cannot be understood"):
        actlog.read(log.path)


@pytest.mark.parametrize("raw", [b"", b"\n", b"no log\n", b"\xff\xfe\n"])
def test_another_file_is_no_log(log: ActLog, raw: bytes) -> None:
    log.path.write_bytes(raw)
    with pytest.raises(StoreError, match="is no log of acts"):
        actlog.read(log.path)


def test_a_log_that_is_missing_is_said_to_be(log: ActLog) -> None:
    with pytest.raises(StoreError, match=r"cannot be read .No such file"):
        actlog.read(log.path)


@pytest.mark.parametrize("fits", [0, 1, 40])
def test_on_a_full_disk_nothing_of_an_act_stays(log: ActLog, monkeypatch, fits: int) -> None:
    log.append([REVOKED])
    before = log.path.read_bytes()
    with monkeypatch.context() as full:
        fill_the_disk_after(fits, full)
        with pytest.raises(StoreError, match=r"No space left on device.*nothing was done"):
            log.append([SUSPENDED])
    assert log.path.read_bytes() == before
    log.append([SUSPENDED])
    assert actlog.read(log.path).acts == (REVOKED, SUSPENDED)
