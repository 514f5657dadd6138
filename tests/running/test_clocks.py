"""Clocks that jump under a running service: what was shown stays, embargoes end in time, nothing goes back."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import lacking
from tests.newsroom import ninjs
from tests.running.service import Service

FEED = "/feeds/all.json"
SECOND = timedelta(seconds=1)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Clock:
    """The clock of the service's processes, apart from that of the test."""

    file: Path

    def stand_at(self, at: datetime) -> None:
        """Stand still at a second."""
        self._write(f"{at:%Y-%m-%d %H:%M:%S}")

    def go_wrong_by(self, shift: timedelta) -> None:
        """Go on, but so much ahead or behind."""
        self._write(f"{shift.total_seconds():+.0f}")

    def _write(self, text: str) -> None:
        new = self.file.with_suffix(".new")
        new.write_text(text)
        new.replace(self.file)


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that the processes of the service go by, once they are started."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not found:
        lacking("faketime")
    clock = Clock(tmp_path / "clock")
    clock.go_wrong_by(timedelta(0))
    for name, value in {
        "LD_PRELOAD": str(found[0]),
        "FAKETIME_TIMESTAMP_FILE": str(clock.file),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "TZ": "UTC",
    }.items():
        monkeypatch.setenv(name, value)
    return clock


@pytest.fixture
def service(tmp_path: Path, clock: Clock) -> Iterator[Service]:
    with Service.run(tmp_path / "wire") as service:
        for name in ("LD_PRELOAD", "FAKETIME_TIMESTAMP_FILE"):
            del os.environ[name]  # of what the test itself starts
        yield service


@dataclass
class Watcher:
    """A reader and a partner's program, who hold on to what they saw."""

    service: Service
    token: str
    cursor: str = ""
    updated: dict[str, str] = field(default_factory=dict)
    last_modified: datetime = LONG_AGO

    def titles(self) -> set[str]:
        """What the public feed shows now; nothing in it may have gone back."""
        answer = self.service.ask(FEED)
        assert answer.status == 200
        modified = parsedate_to_datetime(answer.headers["Last-Modified"])
        assert modified >= self.last_modified
        self.last_modified = modified
        items = json.loads(answer.body)["items"]
        for item in items:
            assert item["date_modified"] >= self.updated.get(item["id"], "")
            assert item["date_published"] <= item["date_modified"]
            self.updated[item["id"]] = item["date_modified"]
        order = [item["date_modified"] for item in items]
        assert order == sorted(order, reverse=True)
        return {item["title"] for item in items}

    def told(self) -> list[tuple[str, str]]:
        """What changed since the last time, by the same cursor: (change, key)."""
        found: list[tuple[str, str]] = []
        while True:
            page = self._page()
            self.cursor = page["next"]
            found += [(each["change"], each["key"]) for each in page.get("changes", ())]
            if not page["more"]:
                return found

    def _page(self) -> dict[str, Any]:
        query = f"?since={self.cursor}" if self.cursor else ""
        answer = self.service.ask(f"/private/changes{query}", self.token)
        assert answer.status == 200, answer.text
        page: dict[str, Any] = json.loads(answer.body)
        return page


@pytest.fixture
def watcher(service: Service) -> Watcher:
    watcher = Watcher(service, service.newsroom.subscriber("all", kind="api"))
    watcher.told()
    return watcher


def push(service: Service, uri: str, version: int = 1, **fields: Any) -> None:
    body = json.dumps(ninjs(uri, version, datetime.now(UTC), headline=f"About {uri}", **fields)).encode()
    assert service.post(body).status == 200


def test_an_embargo_ends_at_its_second(service: Service, clock: Clock, watcher: Watcher) -> None:
    end = (datetime.now(UTC) + timedelta(hours=1)).replace(microsecond=0)
    push(service, "early", embargoed=end)
    for at, titles in ((end - SECOND, set()), (end, {"About early"}), (end + SECOND, {"About early"})):
        clock.stand_at(at)
        assert watcher.titles() == titles


def test_two_hours_forward_and_back(service: Service, clock: Clock, watcher: Watcher) -> None:
    key = service.newsroom.key
    push(service, "early", embargoed=datetime.now(UTC) + timedelta(hours=1))
    push(service, "story")
    assert watcher.titles() == {"About story"}
    clock.go_wrong_by(timedelta(hours=2))
    assert watcher.titles() == {"About story", "About early"}
    assert ("new", key("early")) in watcher.told()
    clock.go_wrong_by(timedelta(0))
    assert watcher.titles() == {"About story", "About early"}
    push(service, "later")
    assert watcher.titles() == {"About story", "About early", "About later"}
    assert watcher.told() == [("new", key("later"))]
    push(service, "story", 2, text="Other words, and a number of them. " * 8)
    assert ("update", key("story")) in watcher.told()
    watcher.titles()


def test_forty_days_back(service: Service, clock: Clock, watcher: Watcher) -> None:
    push(service, "story")
    assert watcher.titles() == {"About story"}
    watcher.told()
    clock.go_wrong_by(-timedelta(days=40))
    assert watcher.titles() == {"About story"}
    push(service, "later")
    push(service, "story", 2, text="Other words, and a number of them. " * 8)
    assert watcher.titles() == {"About story", "About later"}
    assert watcher.told() == [
        ("new", service.newsroom.key("later")),
        ("update", service.newsroom.key("story")),
    ]
    service.newsroom.kill("later")
    assert watcher.titles() == {"About story", "Withdrawn"}
    assert watcher.told() == [("kill", service.newsroom.key("later"))]
    clock.go_wrong_by(timedelta(0))
    assert "About later" not in watcher.titles()
