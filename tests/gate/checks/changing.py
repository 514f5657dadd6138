"""Small newsrooms in which something happens: what counts at once, and what moves nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path

from syndicate.bootstrap import take_up_feeds
from syndicate.core.model import ReaderClass
from syndicate.service import contracts
from syndicate.service.publish import Publisher
from syndicate.service.reading import ForeignReader
from syndicate.service.receipts import Counter
from syndicate.service.rendering import View
from syndicate.service.snapshot import Snapshot, look
from syndicate.store import feeds
from tests.gate.world import GENRE, World
from tests.newsroom import BY, TEXT, Newsroom


@cache
def _reader() -> ForeignReader:
    """One child process reads the messages of all checks."""
    return ForeignReader()


def close() -> None:
    """End the child process."""
    _reader().close()


@contextmanager
def small_newsroom() -> Iterator[Newsroom]:
    with tempfile.TemporaryDirectory() as folder, Newsroom.open(Path(folder)) as newsroom:
        own, newsroom.agency.reader = newsroom.agency.reader, _reader()
        try:
            yield newsroom
        finally:
            newsroom.agency.reader = own


def what_happens_counts_at_once(_: World) -> None:
    """A kill, an embargo's end and a clock set back, each with a rendering kept from before."""
    with small_newsroom() as newsroom:
        token = newsroom.subscriber("all")
        newsroom.send("killed", headline="First story")
        lifts = newsroom.clock.now + timedelta(hours=1)
        newsroom.send("lifting", headline="Second story", embargoedUntil=lifts)
        for path, key in (("/feeds/all.rss", None), ("/private/feeds/all.rss", token)):
            told = newsroom.text(path, key)
            assert "First story" in told
            assert "Second story" not in told, "an embargo broken"
        newsroom.clock.now = lifts
        assert "Second story" in newsroom.text("/feeds/all.rss"), "an old rendering"
        newsroom.kill("killed")
        for path, key in (("/feeds/all.rss", None), ("/private/feeds/all.rss", token)):
            assert "First story" not in newsroom.text(path, key), "a killed story from an old rendering"
        newsroom.clock.advance(hours=-2)
        told = newsroom.text("/feeds/all.rss")
        assert "First story" not in told, "a clock set back brings a killed story back"
        assert "Second story" in told, "a clock set back hides what was shown"


def a_kill_during_the_receipt_wins(attacked: World) -> None:
    """What is sent is true when it is sent, not when it was asked for."""
    with small_newsroom() as newsroom:
        token = newsroom.subscriber("all")
        newsroom.send(headline="First story")
        signed = Counter.sign
        waits = iter([True])

        def slow(counter: Counter, *how: object) -> bool:
            has_waited = signed(counter, *how)
            if next(waits, False):
                newsroom.kill()
            return has_waited

        Counter.sign = slow
        try:
            assert "First story" not in newsroom.text("/private/feeds/all.rss", token), (
                "a story killed meanwhile"
            )
        finally:
            Counter.sign = signed


def a_feed_edit_before_the_first_look_counts(_: World) -> None:
    """A request takes its time, a feed is narrowed, the request looks: what it remembers must not be joined."""
    with small_newsroom() as newsroom:
        genres = [{"uri": "http://cv.iptc.org/newscodes/genre/Press_Release"}]
        newsroom.send(genres=genres, text=TEXT + "The canary is at the end.")
        press = Publisher(newsroom.agency)
        path = newsroom.folder / "feeds" / "press-releases.toml"
        looks: list[Snapshot] = []

        def answer(snapshot: Snapshot) -> bytes:
            if not looks:
                snapshot.recall(feeds.current)
                newsroom.clock.advance(minutes=1)
                path.write_text(path.read_text().replace('"full"', '"excerpt"'))
                take_up_feeds(newsroom.agency)
            looks.append(snapshot)
            return press._rendering(View("press-releases", ReaderClass.PUBLIC), "rss", snapshot).body

        look(newsroom.agency, lambda snapshot: snapshot.recall(feeds.current))
        body = look(newsroom.agency, answer)
        assert b"canary" not in body, "an old level with a new state"
        assert b"<item>" in body, "an old feed with the stories of a new state"
        assert b"canary" not in press.public_feed("press-releases", "rss").body, "an old level stays"


def what_is_taken_from_a_company_is_gone_at_once(_: World) -> None:
    """A token that is revoked and a company that is suspended, each asked for in the same way before."""
    with small_newsroom() as newsroom:
        newsroom.send()
        token, other = newsroom.subscriber("all"), newsroom.subscriber("all")
        for path in ("/private/account", "/private/feeds/all.rss"):
            for each in (token, other):
                newsroom.text(path, each)
        contracts.revoke_token(newsroom.agency, newsroom.names[token], False, BY)
        contracts.suspend(newsroom.agency, "company-1", BY)
        for path in ("/private/account", "/private/feeds/all.rss"):
            assert newsroom.get(path, token).status_code != 200, "a revoked token goes on"
            assert newsroom.get(path, other).status_code != 200, "a suspended company goes on"


def the_unseen_moves_nothing(_: World) -> None:
    """An embargoed item changes neither header nor byte, and its substitute does not name it."""
    with small_newsroom() as newsroom:
        newsroom.send("plain")
        before = newsroom.get("/feeds/all.rss")
        newsroom.clock.advance(minutes=5)
        for version in (1, 2):
            newsroom.send("hidden", version, embargoedUntil=newsroom.clock.now + timedelta(days=1))
        newsroom.send("advisory", genres=[{"uri": f"{GENRE}Advisory"}])
        after = newsroom.get("/feeds/all.rss")
        assert before.headers["Last-Modified"] == after.headers["Last-Modified"], "Last-Modified tells of it"
        assert before.get_data() == after.get_data(), "the bytes tell of it"
        rel = {"name": "old", "rel": "http://purl.org/dc/terms/replaces", "uri": "hidden"}
        newsroom.send("substitute", associations=[rel])
        assert newsroom.key("hidden") not in newsroom.text("/feeds/all.atom"), "a link to the unseen"


def what_nobody_is_told_of_leaves_no_trace(_: World) -> None:
    """A secret feed that was renamed or removed is as unknown as before."""
    with small_newsroom() as newsroom:
        feeds = newsroom.folder / "feeds"
        text = (feeds / "secret.toml").read_text()
        (feeds / "secret.toml").unlink()
        (feeds / "hidden.toml").write_text(text + 'aliases = ["secret"]\n')
        newsroom.clock.advance(minutes=1)
        take_up_feeds(newsroom.agency)
        assert newsroom.get("/feeds/secret.rss").status_code == 404, "the new name of a secret feed"
        (feeds / "hidden.toml").unlink()
        newsroom.clock.advance(minutes=1)
        take_up_feeds(newsroom.agency)
        assert newsroom.get("/feeds/hidden.rss").status_code == 404, "a secret feed that is gone"
