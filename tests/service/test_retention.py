"""What is forgotten when it is old, what is kept all the same, and that a report says where it is not whole."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from sqlalchemy import func, select

from syndicate.service import reports
from syndicate.service.keeping import retention
from syndicate.service.keeping.retention import REST, Retention
from syndicate.store import receipts, tables
from tests.newsroom import Newsroom

KEPT = 1095


def given(newsroom: Newsroom, company: str = "company-0") -> list[tuple[str, str]]:
    """What the receipts of a company are of: key, and version or notice."""
    with newsroom.agency.receipts.snapshot() as connection:
        found = receipts.receipts_for(connection, company=company)
    return [(each.key, each.version.partition(" ")[0]) for each in found]


def count(newsroom: Newsroom, table: object) -> int:
    with newsroom.agency.receipts.snapshot() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def read(newsroom: Newsroom, uri: str, token: str) -> None:
    newsroom.get(f"/private/items/{newsroom.key(uri)}.json", token)


def acknowledge(newsroom: Newsroom, uri: str, token: str) -> None:
    newsroom.client.post(
        f"/private/items/{newsroom.key(uri)}/ack",
        json={"status": "removed"},
        headers={"Authorization": f"Bearer {token}"},
    )


def test_old_receipts_go_and_with_them_what_only_they_named(both_newsrooms: Newsroom) -> None:
    newsroom = both_newsrooms
    token, other = newsroom.subscriber(kind="api"), newsroom.subscriber(kind="api")
    for uri in ("shared", "own"):
        newsroom.send(uri)
        read(newsroom, uri, token)
    newsroom.clock.advance(days=10)
    read(newsroom, "shared", other)
    newsroom.clock.advance(days=KEPT - 5)
    Retention(newsroom.agency).visit()
    assert given(newsroom, "company-0") == []
    assert [key for key, _ in given(newsroom, "company-1")] == [newsroom.key("shared")]
    assert (count(newsroom, tables.bundles), count(newsroom, tables.bundle_texts)) == (1, 1)


def test_receipts_of_what_is_not_acknowledged_are_kept(both_newsrooms: Newsroom) -> None:
    newsroom = both_newsrooms
    token = newsroom.subscriber(kind="api")
    for uri in ("usable", "open", "acknowledged", "held"):
        newsroom.send(uri)
        read(newsroom, uri, token)
    newsroom.kill("open"), newsroom.kill("acknowledged"), newsroom.hold("held")
    acknowledge(newsroom, "acknowledged", token)
    newsroom.clock.advance(days=KEPT + 2)
    Retention(newsroom.agency).visit()
    assert {key for key, _ in given(newsroom)} == {newsroom.key("open"), newsroom.key("held")}
    acknowledge(newsroom, "open", token), newsroom.release("held")
    newsroom.clock.advance(days=1)
    Retention(newsroom.agency).visit()
    assert given(newsroom) == []


def test_a_report_says_from_when_on_it_is_whole(both_newsrooms: Newsroom) -> None:
    newsroom = both_newsrooms
    token = newsroom.subscriber(kind="api")
    newsroom.send("old")
    read(newsroom, "old", token)
    assert reports.who_got(newsroom.agency, newsroom.key("old")).known_from is None
    newsroom.clock.advance(days=KEPT + 2)
    newsroom.send("new")
    Retention(newsroom.agency).visit()
    cut = datetime(2026, 3, 20, tzinfo=UTC)
    assert reports.who_got(newsroom.agency, newsroom.key("old")).known_from == cut
    assert reports.who_got(newsroom.agency, newsroom.key("new")).known_from is None
    assert reports.of_company(newsroom.agency, "company-0").known_from == cut
    assert reports.of_company(newsroom.agency, "company-0", cut).known_from is None
    assert reports.of_notices(newsroom.agency).known_from is None
    newsroom.kill("old")
    assert reports.of_notices(newsroom.agency).known_from == cut


def test_a_day_on_which_nothing_was_cut_leaves_no_mark(newsroom: Newsroom) -> None:
    Retention(newsroom.agency).visit()
    assert count(newsroom, tables.cuts) == 0


def test_receipts_go_in_batches_and_the_rest_the_next_time(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "_BATCH", 2)
    monkeypatch.setattr(retention, "_MOST", 4)
    token = newsroom.subscriber(kind="api")
    for number in range(7):
        newsroom.send(f"{number}")
        read(newsroom, f"{number}", token)
    newsroom.clock.advance(days=KEPT + 2)
    worker = Retention(newsroom.agency)
    left = []
    for _ in range(3):
        worker.visit()
        left.append(len(given(newsroom)))
        newsroom.clock.advance(seconds=REST.seconds)
    assert left == [3, 0, 0]


def test_raw_messages_are_looked_for_once_a_minute(newsroom: Newsroom) -> None:
    visits = []
    worker = Retention(newsroom.agency)
    newsroom.clock.advance(seconds=1)  # past what the first feeds have settled
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(retention, "forget", lambda _, now: visits.append(now))
        for _ in range(125):
            worker.visit()
            newsroom.clock.advance(seconds=1)
    assert [later - first for first, later in pairwise(visits)] == [REST, REST]


def test_the_bytes_of_old_messages_are_forgotten_and_their_digests_are_not(both_newsrooms: Newsroom) -> None:
    newsroom = both_newsrooms
    newsroom.send("old")
    newsroom.clock.advance(days=31)
    newsroom.send("new")
    Retention(newsroom.agency).visit()
    with newsroom.agency.database.snapshot() as connection:
        query = select(tables.messages.c.raw, tables.messages.c.digest).order_by(tables.messages.c.id)
        old, new = connection.execute(query)
    assert (old.raw, len(old.digest)) == (None, 64)
    assert len(new.raw) > 0
