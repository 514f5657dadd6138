"""`doctor` names what is wrong and how to mend it, and is silent when all is well."""

from __future__ import annotations

import shlex
import shutil
import sqlite3
from collections import namedtuple
from datetime import timedelta
from threading import Event

import pytest
from structlog.testing import capture_logs

from syndicate.core.model import Level
from syndicate.service import contracts, worker
from syndicate.service.watching import health, surroundings
from syndicate.service.watching.signs import Pulse
from syndicate.store import receipts, tables
from syndicate.web.app import create_app
from tests.newsroom import BY, Newsroom


def findings(newsroom: Newsroom) -> list[str]:
    return list(health.findings(newsroom.agency))


def test_a_new_house_is_in_order(both_newsrooms: Newsroom) -> None:
    both_newsrooms.send()
    both_newsrooms.subscriber()
    assert findings(both_newsrooms) == []


# The worker and the clock


class Elapsed:
    """Time that passes as it is told."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_worker_that_works_no_more_is_missed(both_newsrooms: Newsroom) -> None:
    room = both_newsrooms
    stop = Event()
    worker.run(room.agency, lambda: (stop.set(), ([], ()))[1], stop)
    assert findings(room) == []
    room.clock.advance(seconds=119)
    assert findings(room) == []
    room.clock.advance(seconds=2)
    (found,) = findings(room)
    assert found.startswith("No worker has worked since 2026-03-18 09:00 UTC")
    assert "Start `syndicate serve`" in found
    Pulse(room.agency).beat()
    assert findings(room) == []


def test_a_worker_writes_down_that_it_works_every_half_minute(newsroom: Newsroom) -> None:
    elapsed = Elapsed()
    pulse = Pulse(newsroom.agency, elapsed)
    for _ in range(60):
        pulse.beat()
        newsroom.clock.advance(seconds=10)
        elapsed.seconds += 10
        assert findings(newsroom) == []


@pytest.mark.parametrize(("seconds", "told"), [(3600, "3600 seconds forward"), (-61, "61 seconds back")])
def test_a_jump_of_the_clock_is_logged_and_told_for_a_day(
    both_newsrooms: Newsroom, seconds: int, told: str
) -> None:
    room, elapsed = both_newsrooms, Elapsed()
    pulse = Pulse(room.agency, elapsed)
    pulse.beat()
    room.clock.advance(seconds=seconds + 1)
    elapsed.seconds += 1
    with capture_logs() as logs:
        pulse.beat()
        pulse.beat()
    assert [line["told"] for line in logs] == [told]
    at = f"{room.clock.now:%Y-%m-%d %H:%M} UTC"
    found = [each for each in findings(room) if "jumped" in each]
    assert len(found) == 1
    assert found[0].startswith(f"The clock jumped {told} at {at}")
    assert "timedatectl" in found[0]
    room.clock.advance(hours=25)
    pulse = Pulse(room.agency, elapsed)
    pulse.beat()
    assert not [each for each in findings(room) if "jumped" in each]


def test_a_clock_that_drifts_or_a_round_that_takes_long_is_no_jump(newsroom: Newsroom) -> None:
    elapsed = Elapsed()
    pulse = Pulse(newsroom.agency, elapsed)
    for seconds, passed in ((1, 1), (600, 600), (60, 1), (1, 60)):
        pulse.beat()
        newsroom.clock.advance(seconds=seconds)
        elapsed.seconds += passed
    pulse.beat()
    assert findings(newsroom) == []


# Proxies


def test_a_proxy_that_is_not_declared_is_named(both_newsrooms: Newsroom) -> None:
    room = both_newsrooms
    room.get("/feeds/all.rss")
    assert findings(room) == []
    room.get("/feeds/all.rss?x", X_Forwarded_For="192.0.2.7, synd_secret.one")
    (found,) = findings(room)
    assert found.startswith("At 2026-03-18 09:00 UTC a request named a proxy (X-Forwarded-For)")
    assert "trusted_proxies" in found
    assert "192.0.2.7" not in found
    assert "synd_" not in found
    room.clock.advance(hours=25)
    assert findings(room) == []


def test_a_proxy_that_is_declared_is_believed_and_not_spoken_of(newsroom: Newsroom) -> None:
    serve = newsroom.agency.settings.serve.model_copy(update={"trusted_proxies": 1})
    newsroom.agency.settings = newsroom.agency.settings.model_copy(update={"serve": serve})
    newsroom.licence(newsroom.company())
    token = newsroom.token(networks=("192.0.2.0/24",))
    client = create_app(newsroom.agency).test_client()
    headers = {"Authorization": f"Bearer {token}", "X-Forwarded-For": "192.0.2.7"}
    assert client.get("/private/feeds/all.rss", headers=headers).status_code == 200
    assert findings(newsroom) == []


def test_many_requests_through_a_proxy_are_written_down_once_an_hour(newsroom: Newsroom) -> None:
    told = []
    for _ in range(4):
        newsroom.get("/about", X_Forwarded_For="192.0.2.7")
        told += [each.partition(" a request")[0] for each in findings(newsroom)]
        newsroom.clock.advance(minutes=25)
    assert told == ["At 2026-03-18 09:00 UTC"] * 3 + ["At 2026-03-18 10:15 UTC"]


# What ends soon


def test_a_licence_that_ends_soon_is_named_with_a_command_that_renews_it(both_newsrooms: Newsroom) -> None:
    room = both_newsrooms
    company, soon = room.company(), room.clock.now + timedelta(days=29)
    id = room.licence(company, ("economy", "all"), level=Level.EXCERPT, ends_at=soon)
    (found,) = findings(room)
    assert found == (
        f"Licence {id} of herald ends 2026-04-16 09:00 UTC. To renew it: `syndicate licence add herald "
        "--feed all --feed economy --level excerpt --until DATE --reason WHY`."
    )
    room.licence(company, ("all",), ends_at=soon + timedelta(days=365))
    assert findings(room) == [found], "one feed of two goes on"
    room.licence(company, ("economy",), begins_at=soon, ends_at=soon + timedelta(days=365))
    assert findings(room) == []


def test_what_ends_later_or_has_ended_or_is_suspended_is_not_named(newsroom: Newsroom) -> None:
    now = newsroom.clock.now
    company = newsroom.company()
    newsroom.licence(company, ends_at=now + timedelta(days=31))
    ended = newsroom.licence(company, ends_at=now + timedelta(days=40))
    contracts.end_licence(newsroom.agency, ended, None, BY)
    newsroom.licence(newsroom.company("courier"), ends_at=now + timedelta(days=3))
    contracts.suspend(newsroom.agency, "courier", BY)
    assert findings(newsroom) == []


def test_a_token_that_ends_soon_is_named_until_another_takes_its_place(newsroom: Newsroom) -> None:
    newsroom.licence(newsroom.company())
    soon = newsroom.clock.now + timedelta(days=3)
    text = newsroom.token(expires_at=soon)
    id = newsroom.names[text]
    (found,) = findings(newsroom)
    assert found.startswith(f"Token {id} of herald (reader) ends 2026-03-21 09:00 UTC.")
    command = shlex.split(found.partition("`")[2].partition("`")[0])
    assert command[:5] == ["syndicate", "token", "issue", "herald", "--kind"]
    newsroom.token()
    assert findings(newsroom) == []


# The ground below


Usage = namedtuple("Usage", "total used free")


@pytest.mark.parametrize(
    ("total", "free", "is_told"),
    [(100 << 30, 4 << 30, True), (10 << 30, 600 << 20, False), (10 << 30, 500 << 20, True)],
)
def test_a_disk_that_is_nearly_full_is_named(
    newsroom: Newsroom, monkeypatch, total: int, free: int, is_told: bool
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(total, total - free, free))
    found = findings(newsroom)
    assert bool(found) is is_told
    assert all(f"{free >> 20} MiB are left" in each for each in found)


def test_a_folder_that_is_open_to_others_is_named_with_the_command_that_closes_it(newsroom: Newsroom) -> None:
    data = newsroom.folder / "data"
    data.chmod(0o755)
    assert findings(newsroom) == [f"The folder {data} is open to others (mode 0755). Run `chmod 700 {data}`."]
    data.chmod(0o700)
    assert findings(newsroom) == []


def test_an_old_sqlite_is_named(newsroom: Newsroom, monkeypatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 39, 9))
    monkeypatch.setattr(sqlite3, "sqlite_version", "3.39.9")
    assert findings(newsroom) == ["SQLite is 3.39.9; install 3.40 or newer."]


def test_receipts_that_cannot_be_written_are_named(both_newsrooms: Newsroom) -> None:
    tables.receipts.drop(both_newsrooms.agency.receipts.engine)
    tables.bundle_texts.drop(both_newsrooms.agency.receipts.engine)
    tables.bundles.drop(both_newsrooms.agency.receipts.engine)
    (found,) = findings(both_newsrooms)
    assert found.startswith(
        "Receipts cannot be written, so no full text is handed out. The database answered"
    )


def test_a_lock_that_cannot_be_had_is_named(newsroom: Newsroom, monkeypatch) -> None:
    lock = newsroom.folder / "data" / "receipts.lock"
    lock.unlink(missing_ok=True)
    lock.mkdir()
    (found,) = findings(newsroom)
    assert found == (f"Receipts cannot be written, so no full text is handed out. Is a directory: {lock}.")


def test_looking_whether_receipts_can_be_written_leaves_none(both_newsrooms: Newsroom) -> None:
    assert [*surroundings.findings(both_newsrooms.agency)] == []
    with both_newsrooms.agency.receipts.snapshot() as connection:
        assert receipts.receipts_for(connection) == []
        assert connection.execute(tables.bundles.select()).all() == []
