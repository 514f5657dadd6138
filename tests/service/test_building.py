"""Feeds that change while others write: what is built beside counts all at once, and is what the facts say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random

import pytest
from sqlalchemy import func, select

from syndicate.bootstrap import take_up_feeds
from syndicate.core.model import Level
from syndicate.core.outcome import Outcome
from syndicate.core.placement import places_of
from syndicate.service import building, intake
from syndicate.service.explain import explain
from syndicate.service.refusals import Refused
from syndicate.store import feeds, items, spans, stories
from syndicate.store.tables import generations, places
from tests.newsroom import ECONOMY, START, Newsroom, ninjs

SPORT = "http://cv.iptc.org/newscodes/mediatopic/15000000"
ITEMS = 12
STATES = (
    'title = "Economy"\ndescription = "Money"\n[[select]]\nsubject = ["medtop:04000000"]\n',
    'title = "Sport"\ndescription = "Games"\n[[select]]\nsubject = ["medtop:15000000"]\n',
    'title = "Closed"\ndescription = "Money"\npublic = "nothing"\n[[select]]\nsubject = ["medtop:04000000"]\n',
    'title = "All"\ndescription = "Everything"\npublic = "headline"\n',
    None,
)


@pytest.fixture(autouse=True)
def _in_small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "BATCH", 3)
    monkeypatch.setattr(building, "DROPPED", 7)


def put_file(newsroom: Newsroom, name: str, text: str | None) -> None:
    path = newsroom.folder / "feeds" / f"{name}.toml"
    if text is None:
        path.unlink(missing_ok=True)
    else:
        path.write_text(text)


def act(newsroom: Newsroom, random: Random) -> None:
    """One thing that a source or the desk does, or the clock."""
    uri = f"story-{random.randrange(ITEMS)}"
    subjects = [{"uri": random.choice([SPORT, ECONOMY])}]
    now = newsroom.clock.now
    next_version = int((now - START).total_seconds())
    acts: list[Callable[[], object]] = [
        lambda: newsroom.send(uri, next_version, subjects=subjects),
        lambda: newsroom.send(uri, next_version, subjects=subjects, pubStatus="withheld"),
        lambda: newsroom.send(
            uri, next_version, subjects=subjects, embargoed=now + timedelta(minutes=random.randrange(9))
        ),
        lambda: newsroom.send(
            uri, next_version, subjects=subjects, expires=now + timedelta(minutes=random.randrange(1, 9))
        ),
        lambda: newsroom.clock.advance(minutes=random.randrange(8)),
        lambda: newsroom.kill(uri),
        lambda: newsroom.hold(uri),
        lambda: newsroom.release(uri),
    ]
    with suppress(Refused):  # an item that is not there, or is killed already
        random.choice(acts)()


def kept(newsroom: Newsroom) -> list[tuple[object, ...]]:
    columns = ("generation", "feed", "key", "reader_class", "face", "public", "from_at", "until_at")
    with newsroom.agency.database.snapshot() as connection:
        rows = connection.execute(select(*(places.c[name] for name in columns)))
        return sorted(tuple(map(str, row)) for row in rows)


def told_by_the_facts(newsroom: Newsroom) -> list[tuple[object, ...]]:
    with newsroom.agency.database.snapshot() as connection:
        history = feeds.history(connection)
        keys = items.keys_after(connection, "", 1000)
        made = [
            (key, each)
            for key in keys
            for each in places_of(
                spans.spans_of(connection, key), items.profiles_of(connection, key), history
            )
            if not each.generation.has_ended
        ]
    return sorted(
        tuple(
            map(
                str,
                (
                    *(each.generation.id, each.generation.definition.name, key),
                    *(each.span.reader_class.value, each.span.face.value, int(each.public)),
                    *(each.span.from_at, each.span.until_at),
                ),
            )
        )
        for key, each in made
    )


def stands_alike(newsroom: Newsroom) -> bool:
    """Whether what is kept and what is worked out from the facts give the same stories now."""
    now, limits = newsroom.agency.moment().now, str(newsroom.agency.limits)
    with newsroom.agency.database.snapshot() as connection:
        for key in items.keys_after(connection, "", 1000):
            one = stories.find_story(connection, key, now, limits)
            other = stories.story_at(connection, key, now, limits)
            if one != other and (one is None or other is None or _said(one) != _said(other)):
                return False
    return True


def _said(story: stories.Story) -> tuple[object, ...]:
    return story.uri, story.spans, set(story.places), story.versions, story.replaced_for


@pytest.mark.parametrize("seed", range(6))
def test_a_feed_that_was_built_while_others_wrote_is_what_the_facts_say(
    both_newsrooms: Newsroom, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    newsroom, random = both_newsrooms, Random(seed)
    for number in range(ITEMS):
        newsroom.send(f"story-{number}", subjects=[{"uri": random.choice([SPORT, ECONOMY])}])

    def between(_: float) -> None:
        act(newsroom, random)
        assert stands_alike(newsroom)

    monkeypatch.setattr(building, "sleep", between)
    for _ in range(8):
        for _ in range(random.randrange(4)):
            act(newsroom, random)
        for name in random.sample(["economy", "headlines", "fresh"], random.randrange(1, 3)):
            put_file(newsroom, name, random.choice(STATES))
        take_up_feeds(newsroom.agency)
        assert kept(newsroom) == told_by_the_facts(newsroom)
        assert stands_alike(newsroom)


@pytest.fixture
def watched(both_newsrooms: Newsroom, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What the feed `economy` gives between any two pieces of work on its next state, which takes all items."""
    newsroom = both_newsrooms
    for number in range(ITEMS):
        newsroom.send(f"story-{number}", headline=f"Story {number}", subjects=[{"uri": SPORT}])
    seen: list[str] = []
    monkeypatch.setattr(
        building,
        "sleep",
        lambda _: seen.append(newsroom.get("/feeds/economy.rss").get_data(as_text=True) + newsroom.text("/")),
    )
    put_file(newsroom, "economy", 'title = "Economy"\ndescription = "Money"\n')
    return seen


def test_nothing_of_what_is_being_built_shows(both_newsrooms: Newsroom, watched: list[str]) -> None:
    before = both_newsrooms.text("/feeds/economy.rss") + both_newsrooms.text("/")
    assert take_up_feeds(both_newsrooms.agency) == (["economy"], ())
    assert len(watched) >= ITEMS // 3
    assert set(watched[: ITEMS // 3]) == {before}
    assert both_newsrooms.text("/feeds/economy.rss").count("<item>") == ITEMS


def test_what_somebody_saw_before_a_file_changed_can_be_explained_still(both_newsrooms: Newsroom) -> None:
    newsroom = both_newsrooms
    newsroom.subscriber("economy")
    newsroom.send(subjects=[{"uri": ECONOMY}])
    before = newsroom.clock.now
    newsroom.clock.advance(minutes=5)
    put_file(newsroom, "economy", STATES[1])
    take_up_feeds(newsroom.agency)

    def level(at: datetime | None) -> Level:
        told = explain(newsroom.agency, newsroom.key(), "company-0", "economy", at)
        return told.decision.level

    assert level(None) is Level.NOTHING
    assert level(before) is Level.FULL


def test_a_feed_says_when_something_last_left_it(both_newsrooms: Newsroom) -> None:
    newsroom = both_newsrooms
    newsroom.send("stays")
    ends = newsroom.clock.now + timedelta(hours=1)
    newsroom.send("goes", expires=ends)
    newsroom.clock.advance(hours=2)
    answer = newsroom.get("/feeds/all.rss")
    assert answer.get_data(as_text=True).count("<item>") == 1
    assert answer.last_modified == ends


def test_places_of_states_that_have_ended_are_forgotten(both_newsrooms: Newsroom, watched: list[str]) -> None:
    take_up_feeds(both_newsrooms.agency)
    put_file(both_newsrooms, "economy", None)
    take_up_feeds(both_newsrooms.agency)
    with both_newsrooms.agency.database.snapshot() as connection:
        assert feeds.ended_with_places(connection) == []
        of_economy = select(func.count()).select_from(places).where(places.c.feed == "economy")
        assert connection.execute(of_economy).scalar_one() == 0


def test_who_breaks_off_leaves_the_old_state_and_the_next_one_begins_again(
    both_newsrooms: Newsroom, watched: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom = both_newsrooms

    def break_off(_: float) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(building, "sleep", break_off)
        with pytest.raises(KeyboardInterrupt):
            take_up_feeds(newsroom.agency)
    assert "<item>" not in newsroom.text("/feeds/economy.rss")
    newsroom.send("story-0", 2, subjects=[{"uri": SPORT}])
    assert take_up_feeds(newsroom.agency) == (["economy"], ())
    assert kept(newsroom) == told_by_the_facts(newsroom)
    assert newsroom.text("/feeds/economy.rss").count("<item>") == ITEMS


def test_a_file_that_changes_back_while_it_is_built_is_given_up(
    both_newsrooms: Newsroom, watched: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom, old = both_newsrooms, STATES[0]

    def change_back(_: float) -> None:
        monkeypatch.setattr(building, "sleep", lambda _: None)
        put_file(newsroom, "economy", old)
        assert take_up_feeds(newsroom.agency) == ([], ())  # the other who builds, before this one is done

    monkeypatch.setattr(building, "sleep", change_back)
    assert take_up_feeds(newsroom.agency) == ([], ())
    assert "<item>" not in newsroom.text("/feeds/economy.rss")
    assert kept(newsroom) == told_by_the_facts(newsroom)
    with newsroom.agency.database.snapshot() as connection:
        of_economy = select(func.count()).select_from(generations).where(generations.c.feed == "economy")
        assert connection.execute(of_economy).scalar_one() == 2
        assert len(feeds.history(connection, "economy")) == 1


def test_what_is_learnt_of_the_past_meanwhile_is_known_to_what_is_built(
    both_newsrooms: Newsroom, watched: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom = both_newsrooms
    desk = newsroom.agency.settings.source("desk")
    documents = [
        json.dumps(ninjs(f"again-{number}", 1, START, subjects=[{"uri": SPORT}])).encode()
        for number in range(ITEMS)
    ]
    for document in documents:
        intake.take(newsroom.agency, document, desk)

    def receive_earlier(_: float) -> None:
        if documents:
            (taken,) = intake.take(newsroom.agency, documents.pop(), desk, at=START)
            assert taken.outcome is Outcome.DUPLICATE

    monkeypatch.setattr(building, "sleep", receive_earlier)
    assert take_up_feeds(newsroom.agency) == (["economy"], ())
    assert kept(newsroom) == told_by_the_facts(newsroom)


def test_a_clock_that_is_set_back_meanwhile_hides_nothing_of_what_is_built(
    both_newsrooms: Newsroom, watched: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom = both_newsrooms
    newsroom.send("expiring", expires=newsroom.clock.now + timedelta(minutes=30), subjects=[{"uri": SPORT}])

    def break_off(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(building, "sleep", break_off)
    with pytest.raises(KeyboardInterrupt):
        take_up_feeds(newsroom.agency)

    def set_back(_: float) -> None:
        monkeypatch.setattr(building, "sleep", lambda _: None)
        newsroom.clock.advance(minutes=-50)

    newsroom.clock.advance(minutes=55)
    monkeypatch.setattr(building, "sleep", set_back)
    assert take_up_feeds(newsroom.agency) == (["economy"], ())
    assert kept(newsroom) == told_by_the_facts(newsroom)
    for feed in ("all", "economy"):
        assert newsroom.text(f"/feeds/{feed}.rss").count("<item>") == ITEMS
