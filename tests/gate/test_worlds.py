"""What a class never saw is invisible to it: pairs of worlds, equal but for one item.

In one world the desk has a quiet day; in the other the same day, at the same times, and beside it the
history of an item that readers never see. For those readers every answer of both worlds must be equal:
status, headers, bytes. One regular item names the hidden one as the one it replaces, and one regular item
gets versions that nobody is shown, since both would be ways to notice.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from syndicate.bootstrap import open_agency, take_up_feeds
from syndicate.core.model import Level, item_key
from syndicate.service import desk, intake
from syndicate.service.reading import ForeignReader
from tests.gate.world import GENRE, NOWHERE
from tests.newsroom import BY, START, HandClock, Newsroom, ninjs

HIDDEN = "hidden"
ADVISORY = [{"name": "Advisory", "uri": f"{GENRE}Advisory"}]
CORRECTION = [{"name": "correction", "uri": "http://cv.iptc.org/newscodes/signal/correction"}]
REPLACES = [{"name": "old", "rel": "http://purl.org/dc/terms/replaces", "uri": HIDDEN}]
LOOKS = (45, 95, 200)
"""The minutes of the day at which the answers of both worlds are compared."""

EVERYBODY = ("anonymous", "full", "excerpt")
NEVER = START + timedelta(days=90)


@dataclass(frozen=True)
class Event:
    """One thing that happens: a message, or an act of the desk (`deed`)."""

    minute: float
    uri: str
    version: int = 1
    deed: str | None = None
    fields: tuple[tuple[str, Any], ...] = ()


def message(minute: float, uri: str = HIDDEN, version: int = 1, **fields: Any) -> Event:
    return Event(minute, uri, version, None, tuple(fields.items()))


def act(minute: float, deed: str, uri: str = HIDDEN) -> Event:
    return Event(minute, uri, 1, deed)


DAY = (
    message(1, "plain"),
    message(2, "updated", 5),
    message(3, "killed"),
    message(4, "held"),
    message(5, "press", genres=[{"uri": f"{GENRE}Press_Release"}]),
    message(20, "corrected"),
    act(30, "kill", "killed"),
    act(40, "hold", "held"),
    message(60, "substitute", associations=REPLACES),
    message(70, "corrected", 2, genres=CORRECTION, headline="Corrected"),
    message(80, "updated", 6, text="<p>Other words, and quite a few of them, stand here now.</p>" * 9),
    message(90, "last"),
)
URIS = sorted({event.uri for event in DAY} | {HIDDEN})


# Histories of which nobody sees anything

minutes = st.integers(0, 150).map(lambda minute: minute + 0.5)  # never at the time of a regular event
Moments = st.lists(minutes, min_size=4, max_size=4, unique=True).map(sorted)


def _embargoed(at: list[float]) -> list[Event]:
    return [
        message(at[0], embargoedUntil=NEVER),
        message(at[1], version=2, embargoedUntil=NEVER, headline="Another", genres=CORRECTION),
        message(at[2], version=3, embargoedUntil=NEVER),
    ]


def _held_before_seen(at: list[float]) -> list[Event]:
    return [
        message(at[0], pubStatus="withheld"),
        message(at[1], version=2, pubStatus="withheld", headline="Another"),
        act(at[2], "hold"),
        message(at[3], version=3),
    ]


def _killed_before_seen(at: list[float]) -> list[Event]:
    return [
        message(at[0], pubStatus="canceled"),
        message(at[1], version=2),
        message(at[2], version=3, headline="Another"),
    ]


def _killed_while_embargoed(at: list[float]) -> list[Event]:
    return [
        message(at[0], embargoedUntil=NEVER),
        message(at[1], version=2, embargoedUntil=NEVER),
        act(at[2], "kill"),
        message(at[3], version=3),
    ]


def _lifted_under_a_hold(at: list[float]) -> list[Event]:
    lifts = START + timedelta(minutes=at[1] + 0.25)
    return [
        message(at[0], embargoedUntil=lifts),
        act(at[0] + 0.1, "hold"),
        message(at[2], version=2),
        act(at[3], "kill"),
    ]


def _expired_before_it_lifts(at: list[float]) -> list[Event]:
    early, late = (START + timedelta(minutes=minute + 0.25) for minute in (at[1], at[2]))
    return [message(at[0], embargoedUntil=late, expires=early)]


def _in_no_feed(at: list[float]) -> list[Event]:
    nowhere = [{"name": "nowhere"}]
    return [
        message(at[0], subjects=nowhere),
        message(at[1], version=2, subjects=nowhere, headline="Another"),
        act(at[2], "hold"),
        act(at[3], "kill"),
    ]


def _versions_that_come_too_late(at: list[float]) -> list[Event]:
    return [
        message(at[1] + 2.3, "updated", 3, headline="Late"),
        message(at[2] + 2.3, "updated", 4, headline="Late"),
    ]


def _an_embargoed_version_of_a_seen_item(at: list[float]) -> list[Event]:
    return [
        message(at[0] + 1, "plain", 2, embargoedUntil=NEVER, headline="Another", associations=REPLACES),
        message(at[1] + 1, "plain", 3, embargoedUntil=NEVER, genres=CORRECTION),
    ]


def _advisory(at: list[float]) -> list[Event]:
    return [
        message(at[0], genres=ADVISORY),
        message(at[1], version=2, genres=ADVISORY + CORRECTION, headline="Another"),
        act(at[2], "hold"),
        act(at[3], "kill"),
    ]


UNSEEN: tuple[Callable[[list[float]], list[Event]], ...] = (
    _embargoed,
    _held_before_seen,
    _killed_before_seen,
    _killed_while_embargoed,
    _lifted_under_a_hold,
    _expired_before_it_lifts,
    _in_no_feed,
    _versions_that_come_too_late,
    _an_embargoed_version_of_a_seen_item,
)


# Worlds


Answers = dict[tuple[str, float, str], tuple[int, Any, bytes]]


@dataclass(repr=False)
class Ground:
    """The state that all worlds of this module begin with, and every answer of the quiet day."""

    folder: Path
    tokens: dict[str, str]
    reader: ForeignReader
    quiet: Answers


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """A newsroom with its contracts, closed; worlds are copies of it, so tokens and keys are the same."""
    folder = tmp_path_factory.mktemp("ground") / "newsroom"
    with Newsroom.open(folder) as newsroom:
        for name in ("all", "headlines", "secret"):
            with (folder / "feeds" / f"{name}.toml").open("a") as file:
                file.write(NOWHERE)
        tokens = {
            "full": newsroom.subscriber("all", "economy"),
            "excerpt": newsroom.subscriber("all", level=Level.EXCERPT),
        }
        take_up_feeds(newsroom.agency)
    made = Ground(folder, tokens, ForeignReader(), {})
    made.quiet = day(made, ())
    yield made
    made.reader.close()


@contextmanager
def opened(ground: Ground) -> Iterator[Newsroom]:
    """A copy of the ground. One child process reads the messages of all worlds."""
    folder = ground.folder.with_name("world")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ground.folder, folder)
    agency = open_agency(folder, HandClock(START))
    agency.reader = ground.reader
    try:
        yield Newsroom(folder, agency, agency.clock)
    finally:
        agency.database.close()
        agency.receipts.close()


def day(ground: Ground, hidden: Sequence[Event]) -> Answers:
    """The day with a hidden history in it, and every answer at the times of looking."""
    answers: Answers = {}
    events = sorted([*DAY, *hidden], key=lambda event: event.minute)
    with opened(ground) as newsroom:
        for look in LOOKS:
            for event in (each for each in events if each.minute <= look):
                happen(newsroom, event)
            events = [each for each in events if each.minute > look]
            newsroom.clock.now = START + timedelta(minutes=look)
            answers |= looked(newsroom, ground.tokens, look)
    return answers


def happen(newsroom: Newsroom, event: Event) -> None:
    newsroom.clock.now = START + timedelta(minutes=event.minute)
    if event.deed is not None:
        {"kill": desk.kill, "hold": desk.hold}[event.deed](newsroom.agency, item_key("house", event.uri), BY)
        return
    body = json.dumps(ninjs(event.uri, event.version, newsroom.clock.now, **dict(event.fields)))
    intake.take(newsroom.agency, body.encode(), newsroom.agency.settings.source("desk"))


PUBLIC_PATHS = (
    *("/", "/feeds/", "/feeds.opml", "/about"),
    *(f"/feeds/{feed}.{ext}" for feed in ("all", "economy", "secret") for ext in ("rss", "atom", "json")),
    *("/feeds/headlines.rss", "/feeds/press-releases.json", "/feeds/all/", "/feeds/headlines/"),
    *(f"/items/{item_key('house', uri)}" for uri in URIS),
)
PRIVATE_PATHS = (
    *("/private/account", "/private/feeds.opml", "/private/feeds/secret.rss", "/private/feeds/economy.rss"),
    *(f"/private/feeds/all.{ext}" for ext in ("rss", "atom", "json")),
    *(f"/private/items/{item_key('house', uri)}{ending}" for uri in URIS for ending in ("", ".json")),
)


def looked(newsroom: Newsroom, tokens: dict[str, str], look: float) -> Answers:
    """Every answer that each reader gets now."""
    found: Answers = {}
    asks = [
        ("anonymous", None, PUBLIC_PATHS),
        *((name, token, PRIVATE_PATHS) for name, token in tokens.items()),
    ]
    for name, token, paths in asks:
        for path in paths:
            answer = newsroom.get(path, token)
            headers = sorted(each for each in answer.headers if each[0] != "Date")  # the machine's clock
            found[name, look, path] = (answer.status_code, headers, answer.get_data())
    return found


def difference(ground: Ground, hidden: Sequence[Event], readers: Sequence[str]) -> list[str]:
    """Where the day with a hidden history answers these readers otherwise than the quiet day."""
    told = day(ground, hidden)
    return [
        f"{reader} at minute {look}: {path}"
        for (reader, look, path), answer in ground.quiet.items()
        if reader in readers and answer != told[reader, look, path]
    ]


@settings(max_examples=9, deadline=None, database=None, derandomize=True, phases=[Phase.generate])
@given(history=st.sampled_from(UNSEEN), at=Moments)
def test_a_history_that_no_reader_sees_changes_no_answer(
    ground: Ground, history: Callable[[list[float]], list[Event]], at: list[float]
) -> None:
    assert difference(ground, history(at), EVERYBODY) == []


@settings(max_examples=3, deadline=None, database=None, derandomize=True, phases=[Phase.generate])
@given(at=Moments)
def test_a_story_for_editors_changes_no_answer_to_the_public(ground: Ground, at: list[float]) -> None:
    assert difference(ground, _advisory(at), ["anonymous"]) == []


@pytest.mark.parametrize("history", UNSEEN, ids=lambda history: history.__name__.strip("_"))
def test_each_such_history_at_least_once(
    ground: Ground, history: Callable[[list[float]], list[Event]]
) -> None:
    """Before the looks, between them, and after an update of the seen items."""
    assert difference(ground, history([10.5, 50.5, 85.5, 100.5]), EVERYBODY) == []


def test_a_history_that_is_seen_does_change_the_answers(ground: Ground) -> None:
    """Else the comparison would prove nothing."""
    seen = " ".join(difference(ground, [message(10.5)], EVERYBODY))
    for reader in EVERYBODY:
        assert f"{reader} at minute 45" in seen
    assert "/feeds/headlines.rss" in seen
