"""Real readers on a running service: feedparser and `reader`, on a public feed and a tokened one."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import closing

import feedparser
import pytest

from syndicate.service import contracts
from tests.newsroom import BY, SENTENCE, TEXT, Newsroom
from tests.running.service import Service, wait_for

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from reader import Entry, Reader, make_reader

TAIL = "The last sentence of the text is for subscribers."
UPDATE = "The ice has come after all, and nobody was surprised. "


@pytest.fixture
def opened(service: Service) -> Service:
    service.newsroom.send(headline="Port stays open", slugline="PORT", text=TEXT + TAIL)
    return service


@pytest.fixture
def subscribed(opened: Service) -> Iterator[tuple[Service, Reader, str, str, str]]:
    """A reader that takes a public and a tokened feed, with their addresses and the token."""
    token = opened.newsroom.subscriber("all")
    public = f"{opened.base_url}/feeds/all.atom"
    private = f"{opened.base_url}/private/{token}/feeds/all.atom"
    reader = make_reader(":memory:")
    for address in (public, private):
        reader.add_feed(address)
    reader.update_feeds(scheduled=False)
    yield opened, reader, public, private, token
    reader.close()


def words(entry: Entry) -> str:
    return " ".join([entry.title or "", entry.summary or "", *(each.value for each in entry.content)])


def test_a_reader_gets_the_excerpt_here_and_the_full_text_there(subscribed) -> None:
    _, reader, public, private, _ = subscribed
    (excerpt,) = reader.get_entries(feed=public)
    (full,) = reader.get_entries(feed=private)
    assert SENTENCE.strip() in words(excerpt)
    assert TAIL not in words(excerpt)
    assert TAIL in words(full)
    assert excerpt.id == full.id


def test_an_update_replaces_its_entry_and_adds_none(subscribed) -> None:
    service, reader, public, private, _ = subscribed
    service.newsroom.send(version=2, headline="Port closes", text=UPDATE + TEXT + TAIL)
    reader.update_feeds(scheduled=False)
    for feed in (public, private):
        (entry,) = reader.get_entries(feed=feed)
        assert entry.title == "Port closes"
        assert UPDATE.strip() in words(entry)


def test_a_kill_leaves_no_word_of_the_text(subscribed) -> None:
    service, reader, public, private, _ = subscribed
    service.newsroom.kill()
    reader.update_feeds(scheduled=False)
    assert [entry.title for entry in reader.get_entries(feed=public)] == ["Withdrawn"]
    assert sorted(entry.title for entry in reader.get_entries(feed=private)) == ["Kill: PORT", "Withdrawn"]
    for entry in reader.get_entries():
        assert SENTENCE.strip() not in words(entry)
        assert TAIL not in words(entry)
        assert "stays open" not in words(entry)


def test_a_revoked_token_is_an_error_and_not_an_empty_feed(subscribed) -> None:
    service, reader, _, private, token = subscribed
    contracts.revoke_token(service.newsroom.agency, service.newsroom.names[token], False, BY)
    reader.update_feeds(scheduled=False)
    assert reader.get_feed(private).last_exception is not None
    (kept,) = reader.get_entries(feed=private)
    assert TAIL in words(kept)


def test_an_ended_licence_says_so_in_the_reader(subscribed) -> None:
    service, reader, _, private, _ = subscribed
    contracts.end_licence(service.newsroom.agency, 1, None, BY)
    reader.update_feeds(scheduled=False)
    titles = [entry.title for entry in reader.get_entries(feed=private)]
    assert any(title.startswith("Access ended on") for title in titles)


def test_the_list_of_feeds_can_be_subscribed_as_a_whole(opened: Service) -> None:
    addresses = re.findall(r'xmlUrl="([^"]+)"', opened.ask("/feeds.opml").text)
    assert f"{opened.base_url}/feeds/all.rss" in addresses
    with closing(make_reader(":memory:")) as reader:
        for address in addresses:
            reader.add_feed(address)
        reader.update_feeds(scheduled=False)
        assert [feed.last_exception for feed in reader.get_feeds()] == [None] * len(addresses)


def test_a_reader_follows_a_feed_that_was_renamed(subscribed) -> None:
    service, reader, public, private, _ = subscribed
    feeds = service.newsroom.folder / "feeds"
    file = (feeds / "all.toml").rename(feeds / "everything.toml")
    file.write_text(f'aliases = ["all"]\n{file.read_text()}')
    wait_for(lambda: service.ask("/feeds/everything.atom").status == 200, "the new name")
    service.newsroom.send("another", headline="Another", text=TEXT + TAIL)
    reader.update_feeds(scheduled=False)
    for feed in (public, private):
        assert reader.get_feed(feed).last_exception is None
        assert sorted(entry.title for entry in reader.get_entries(feed=feed)) == [
            "Another",
            "Port stays open",
        ]


@pytest.mark.parametrize("ext", ["rss", "atom", "json"])
@pytest.mark.parametrize("tier", ["public", "path", "basic"])
def test_the_second_poll_is_a_304_until_something_changes(opened: Service, ext: str, tier: str) -> None:
    token = opened.newsroom.subscriber("all")
    path = f"/feeds/all.{ext}" if tier == "public" else f"/private/feeds/all.{ext}"
    ask = {"token": None} if tier == "public" else {"token": token, "how": tier}
    first = opened.ask(path, **ask)
    assert first.status == 200
    same = {"If_None_Match": first.headers["ETag"], "If_Modified_Since": first.headers["Last-Modified"]}
    again = opened.ask(path, **ask, **same)
    assert (again.status, again.body) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    opened.newsroom.send("another", headline="Another")
    assert opened.ask(path, **ask, **same).status == 200


def test_feedparser_reads_every_tier_of_rss_and_atom(opened: Service) -> None:
    token = opened.newsroom.subscriber("all")
    for ext in ("rss", "atom"):
        for answer in (
            opened.ask(f"/feeds/all.{ext}"),
            opened.ask(f"/private/feeds/all.{ext}", token),
            opened.ask(f"/private/feeds/all.{ext}", token, "path", Accept_Encoding="identity"),
        ):
            parsed = feedparser.parse(io.BytesIO(answer.body))
            assert not parsed.bozo
            (entry,) = parsed.entries
            assert entry.title == "Port stays open"
            assert entry.id == opened.newsroom.agency.house.id_of(Newsroom.key(opened.newsroom))
