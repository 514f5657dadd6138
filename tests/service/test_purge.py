"""The purge: no word of a killed item is left in the files of the database, and everything else stays."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from syndicate.bootstrap import take_up_feeds
from syndicate.core.model import Kind, Subject, item_key
from syndicate.core.selection import Profile, selects, without_words
from syndicate.service import desk, intake, refusals
from syndicate.service.intake import Taken
from syndicate.service.keeping import purge
from syndicate.service.keeping.purge import Purged
from syndicate.store import books, items, tables
from tests.newsroom import BY, CONFIG, Newsroom
from tests.store.test_definitions import definitions, lists, texts


def purged(newsroom: Newsroom, uri: str = "story") -> Purged:
    return purge.purge(newsroom.agency, newsroom.key(uri), BY)


def raws(newsroom: Newsroom) -> list[bool]:
    """Of each message, in order, whether its bytes are there."""
    with newsroom.agency.database.snapshot() as connection:
        rows = connection.execute(select(tables.messages.c.raw).order_by(tables.messages.c.id))
        return [row.raw is not None for row in rows]


def push(newsroom: Newsroom, *entries: tuple[str, str], source: str = "stringer") -> list[Taken]:
    """A JSON feed of a source, with these ids and words."""
    newsroom.clock.advance(seconds=1)
    body = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Stringer",
        "items": [
            {"id": id, "title": words, "content_text": words} if id else {"title": words}
            for id, words in entries
        ],
    }
    encoded = json.dumps(body).encode()
    return intake.take(newsroom.agency, encoded, newsroom.agency.settings.source(source))


def stringers(newsroom: Newsroom, uri: str) -> str:
    """The key of an item of the stringer, which is killed."""
    key = item_key("stringer", uri)
    newsroom.clock.advance(seconds=1)
    desk.kill(newsroom.agency, key, BY)
    return key


def test_no_word_is_left_in_any_file_and_no_other_item_loses_one(newsroom: Newsroom) -> None:
    chance = random.Random(7)
    canaries = {f"item-{number}": f"canary{chance.getrandbits(64):016x}" for number in range(60)}
    for round_ in (1, 2):
        for uri, canary in canaries.items():
            words = " ".join([canary] * chance.choice([1, 5, 40, 400, 4000]))
            newsroom.send(
                uri,
                version=round_,
                text=words,
                headline=f"{canary} {round_}",
                summary=f"Of {canary}.",
                note=canary,
                slugline=canary,
                keywords=[canary],
                by=canary,
                located=canary,
                usageTerms=canary,
                subjects=[{"uri": f"urn:{canary}", "name": canary}],
            )
            newsroom.send(uri, version=f"{canary} is no number")
    gone = chance.sample(sorted(canaries), 30)
    for uri in gone:
        newsroom.kill(uri)
        assert purged(newsroom, uri).is_journal_empty
    stored = b"".join(path.read_bytes() for path in (newsroom.folder / "data").iterdir() if path.is_file())
    left = {uri for uri, canary in canaries.items() if canary.encode() in stored}
    assert left == canaries.keys() - set(gone)


def test_facts_digests_and_notices_stay(both_newsrooms: Newsroom) -> None:
    newsroom = both_newsrooms
    newsroom.send(), newsroom.send(version=2, headline="Another")
    newsroom.kill()
    with newsroom.agency.database.snapshot() as connection:
        before = items.facts_of(connection, newsroom.key())
    feed = newsroom.text("/feeds/all.rss")
    done = purged(newsroom)
    assert (done.versions, done.messages, done.refused) == (2, 2, 0)
    with newsroom.agency.database.snapshot() as connection:
        assert items.facts_of(connection, newsroom.key()) == before
        (row,) = [each for each in books.list_audit(connection, newsroom.key()) if each.verb == "item purge"]
        versions = connection.execute(select(tables.versions)).mappings().all()
    assert row.after == {"versions": 2, "messages": 2, "quarantine": 0}
    for version in versions:
        words = ("ticker_headline", "excerpt", "byline", "summary", "text", "editors_note", "renditions")
        assert {version[name] for name in words} == {None}
        assert version["headline"] == ""
    assert newsroom.text("/feeds/all.rss") == feed
    assert newsroom.get(f"/items/{newsroom.key()}").status_code == 410


def test_every_message_that_carried_it_is_emptied_and_no_other(both_newsrooms: Newsroom) -> None:
    newsroom = both_newsrooms
    push(newsroom, ("a-7731", "bad words"), ("b-1", "good words"))
    push(newsroom, ("a-7731", "bad words"), ("c-1", "good words"))  # known already, and carried again
    push(newsroom, ("d-1", "good words"))
    push(newsroom, ("a-7731", "bad words"), source="desk")  # another item, of another namespace
    done = purge.purge(newsroom.agency, stringers(newsroom, "a-7731"), BY)
    assert done.messages == 2
    assert raws(newsroom) == [False, False, True, True]


def test_a_message_that_comes_between_the_looks_is_emptied_too(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    push(newsroom, ("a-7731", "bad words"))
    key = stringers(newsroom, "a-7731")
    writing = newsroom.agency.writing

    def delayed() -> Any:
        monkeypatch.undo()
        push(newsroom, ("a-7731", "bad words"), ("b-1", "good words"))
        return writing()

    monkeypatch.setattr(newsroom.agency, "writing", delayed)
    assert purge.purge(newsroom.agency, key, BY).messages == 2
    assert raws(newsroom) == [False, False]


def test_an_item_that_its_source_did_not_name_may_stand_in_every_message_of_it(newsroom: Newsroom) -> None:
    (taken,) = push(newsroom, ("", "bad words"))
    push(newsroom, ("d-1", "good words"))
    newsroom.send()
    purge.purge(newsroom.agency, stringers(newsroom, taken.uri or ""), BY)
    assert raws(newsroom) == [False, False, True]


def test_what_of_it_lies_in_quarantine_is_emptied_too(both_newsrooms: Newsroom) -> None:
    newsroom = both_newsrooms
    newsroom.send()
    newsroom.send(version="badword is no number")
    newsroom.send("other", version="goodword is no number")
    newsroom.kill()
    assert purged(newsroom).refused == 1
    with newsroom.agency.database.snapshot() as connection:
        mine, other = (
            books.find_refused(connection, each.id or 0) for each in books.list_refused(connection)
        )
    assert mine is not None
    assert other is not None
    assert (mine.raw, mine.detail, mine.reason) == (None, "Purged.", other.reason)
    assert other.raw is not None
    assert "goodword" in other.detail


def test_what_comes_after_can_be_purged_again(newsroom: Newsroom) -> None:
    newsroom.send()
    newsroom.kill()
    purged(newsroom)
    newsroom.send(version=2, headline="Late words")
    done = purged(newsroom)
    assert (done.versions, done.messages) == (2, 1)


@pytest.mark.parametrize("deed", ["nothing", "hold"])
def test_an_item_that_is_not_killed_keeps_its_words(newsroom: Newsroom, deed: str) -> None:
    newsroom.send()
    if deed == "hold":
        newsroom.hold()
    with pytest.raises(refusals.Impossible, match=f"{newsroom.key()} is not killed"):
        purged(newsroom)
    assert raws(newsroom) == [True]


def test_a_kill_notice_stays_in_a_feed_that_took_the_story_by_its_words(newsroom: Newsroom) -> None:
    feed = newsroom.folder / "feeds" / "ports.toml"
    select_ = '[[select]]\nkeyword = ["Port"]\nslugline = ["averin-"]\n'
    feed.write_text(f'title = "Ports"\ndescription = "Quays"\n{select_}')
    take_up_feeds(newsroom.agency)
    newsroom.send(keywords=["port", "Smith"], slugline="AVERIN-smith")
    newsroom.kill()
    purged(newsroom)
    newsroom.clock.advance(seconds=1)
    feed.write_text(f'title = "The ports"\ndescription = "Quays"\n{select_}')
    take_up_feeds(newsroom.agency)
    assert newsroom.text("/feeds/ports.rss").count("<title>Withdrawn</title>") == 1
    with newsroom.agency.database.snapshot() as connection:
        (profile,) = items.profiles_of(connection, newsroom.key()).values()
    assert (profile.keywords, profile.slugline) == (("port",), "averin-")


def test_folders_in_which_words_may_lie_still_are_named(tmp_path: Path, monkeypatch: Any) -> None:
    drop = '[sources.drop]\nkind = "folder"\npath = "drop/incoming"\nnamespace = "house"\n'
    monkeypatch.setattr("tests.newsroom.CONFIG", CONFIG + drop)
    with Newsroom.open(tmp_path) as newsroom:
        newsroom.send()
        newsroom.kill()
        assert purged(newsroom).folders == (tmp_path / "drop" / "done", tmp_path / "drop" / "failed")


def test_a_reader_in_the_way_of_the_journal_is_told_of(newsroom: Newsroom, monkeypatch: Any) -> None:
    newsroom.send()
    newsroom.kill()
    newsroom.agency.database.epoch()
    newsroom.agency.database._pulses[-1].execute("PRAGMA busy_timeout=50")
    with newsroom.agency.database.snapshot() as connection:
        items.find_item(connection, newsroom.key())
        assert not purged(newsroom).is_journal_empty
    assert purged(newsroom).is_journal_empty


profiles = st.builds(
    Profile,
    source=texts,
    kind=st.sampled_from(Kind),
    language=st.none() | texts,
    urgency=st.none() | st.integers(1, 9),
    subjects=st.lists(st.builds(Subject, texts, texts), max_size=3).map(tuple),
    keywords=lists,
    slugline=st.none() | texts,
)


@settings(deadline=None)
@given(st.lists(definitions, max_size=3), profiles, st.randoms())
def test_feeds_take_a_profile_without_words_like_the_one_with_them(feeds, profile, chance) -> None:
    named = [selector for feed in feeds for selector in (*feed.selects, *feed.excepts)]
    if named and chance.random() < 0.8:  # else they would hardly ever meet
        near = chance.choice(named)
        profile = replace(
            profile,
            subjects=tuple(Subject(code, "a name") for code in near.subject) + profile.subjects,
            keywords=tuple(word.upper() for word in near.keyword) + profile.keywords,
            slugline="".join(near.slugline[:1]) + (profile.slugline or ""),
        )
    bare = without_words(profile, feeds)
    assert [selects(feed, bare) for feed in feeds] == [selects(feed, profile) for feed in feeds]
    assert all(subject.name is None for subject in bare.subjects)
