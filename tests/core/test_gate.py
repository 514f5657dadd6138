"""Who sees what of a story, by example. The whole table is in tests/gate; these are its turning points."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from syndicate.core.gate import House, decide, entry, slip
from syndicate.core.model import FOREVER, Face, Kind, Level, ReaderClass, Span
from syndicate.core.sealed import Sealed
from syndicate.core.story import (
    Anonymous,
    ByKey,
    Desk,
    FullWords,
    InFeed,
    Licence,
    Partner,
    Place,
    Story,
    Version,
)

NOW = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)
YESTERDAY = NOW - timedelta(days=1)
HOUSE = House("wire.example", "2026", "https://wire.example", ZoneInfo("UTC"), "rights@wire.example")
PUBLIC, LICENSED, EARLY = ReaderClass.PUBLIC, ReaderClass.LICENSED, ReaderClass.EARLY
ALL, ECONOMY = InFeed("all"), InFeed("economy")
WORDS = FullWords(text=Sealed("<p>The whole text.</p>"), editors_note=Sealed("For editors."))


def version(digest: str = "v1", **sides: object) -> Version:
    plain = Version(
        digest=digest,
        key="k",
        headline=f"Headline {digest}",
        ticker_headline=None,
        excerpt="A sentence.",
        byline="Mira Tolvane",
        dateline=None,
        language="en",
        urgency=None,
        subjects=(),
        keywords=("word",),
        slugline="SLUG",
        kind=Kind.TEXT,
        rights=None,
        replaces=None,
        is_correction=False,
        embargo_at=None,
    )
    return replace(plain, **sides)


def span(reader_class: ReaderClass, face: Face = Face.ENTRY, digest: str = "v1") -> Span:
    times = (YESTERDAY, FOREVER)
    return Span(reader_class, *times, digest, face, YESTERDAY, YESTERDAY, YESTERDAY, False, 1)


def story(*spans: Span, public: Level = Level.EXCERPT, feed: str = "all", **sides: object) -> Story:
    return Story(
        key="k",
        uri="uri:story",
        spans={each.reader_class: each for each in spans},
        places=tuple(Place(feed, each.reader_class, each.face, public) for each in spans),
        versions={each.version: version(each.version, **sides) for each in spans},
    )


def partner(level: Level = Level.FULL, feed: str = "all", **terms: object) -> Partner:
    licence = Licence(7, frozenset([feed]), level, YESTERDAY, NOW + timedelta(days=9))
    return Partner("herald", "token", (replace(licence, **terms),))


EVERYBODY = (span(PUBLIC), span(LICENSED), span(EARLY))
HELD = (span(LICENSED, Face.HOLD), span(EARLY, Face.HOLD))
KILLED = tuple(span(each, Face.KILL) for each in ReaderClass)


@pytest.mark.parametrize(
    ("shown", "principal", "channel", "level"),
    [
        (story(*EVERYBODY), Anonymous(), ALL, Level.EXCERPT),
        (story(*EVERYBODY), partner(), ALL, Level.FULL),
        (story(*EVERYBODY), partner(), ByKey(), Level.FULL),
        (story(*EVERYBODY), partner(Level.HEADLINE), ALL, Level.EXCERPT),
        (story(*EVERYBODY), partner(feed="economy"), ALL, Level.NOTHING),
        (story(*EVERYBODY), partner(feed="economy"), ECONOMY, Level.NOTHING),
        (story(*EVERYBODY), partner(feed="economy"), ByKey(), Level.EXCERPT),
        (story(*EVERYBODY), partner(begins_at=NOW + timedelta(seconds=1)), ALL, Level.NOTHING),
        (story(*EVERYBODY), partner(ends_at=NOW), ALL, Level.NOTHING),
        (story(*EVERYBODY), replace(partner(), scope=frozenset(["economy"])), ALL, Level.NOTHING),
        (story(*EVERYBODY, excerpt=None), Anonymous(), ALL, Level.HEADLINE),
        (story(*EVERYBODY, public=Level.NOTHING), Anonymous(), ALL, Level.NOTHING),
        (story(*EVERYBODY, public=Level.FULL), Anonymous(), ALL, Level.FULL),
        (story(*HELD), Anonymous(), ALL, Level.NOTHING),
        (story(*HELD), partner(), ALL, Level.NOTICE),
        (story(*KILLED), Anonymous(), ALL, Level.NOTICE),
        (story(*KILLED, public=Level.NOTHING), Anonymous(), ALL, Level.NOTHING),
        (story(*KILLED, public=Level.NOTHING), partner(), ALL, Level.NOTICE),
        (story(span(EARLY)), partner(has_embargo_right=True), ALL, Level.NOTHING),
        (story(span(EARLY)), partner(has_embargo_right=True), ByKey(), Level.FULL),
        (story(span(EARLY)), partner(), ByKey(), Level.NOTHING),
        (story(*EVERYBODY), partner(archive_days=0), ALL, Level.FULL),
        (story(*EVERYBODY), partner(archive_days=0), ByKey(), Level.EXCERPT),
        (story(*HELD), partner(archive_days=0), ByKey(), Level.NOTICE),
        (story(), partner(), ByKey(), Level.NOTHING),
        (story(span(LICENSED)), Desk(), ByKey(), Level.FULL),
    ],
)
def test_who_sees_what(shown, principal, channel, level) -> None:
    assert decide(shown, principal, channel, NOW).level is level


def test_an_embargo_right_gives_the_newer_version_by_key_and_the_older_one_in_the_feed() -> None:
    shown = story(span(PUBLIC), span(LICENSED), span(EARLY, digest="v2"))
    early = partner(has_embargo_right=True)
    assert decide(shown, early, ByKey(), NOW).span.version == "v2"
    assert decide(shown, early, ALL, NOW).span.version == "v1"
    both = Partner("herald", "t", (partner().licences[0], early.licences[0]))
    assert decide(shown, both, ByKey(), NOW).span.version == "v2"


def test_below_full_an_entry_has_none_of_the_full_words_even_when_they_are_handed_in() -> None:
    shown = story(*EVERYBODY)
    made = entry(shown, decide(shown, Anonymous(), ALL, NOW), WORDS, HOUSE, "en")
    assert (made.title, made.excerpt, made.level) == ("Headline v1", "A sentence.", Level.EXCERPT)
    assert (made.html, made.byline, made.slugline, made.keywords, made.ordinal) == (
        None,
        None,
        None,
        (),
        None,
    )


def test_at_full_the_words_are_there() -> None:
    shown = story(*EVERYBODY)
    made = entry(shown, decide(shown, partner(), ALL, NOW), WORDS, HOUSE, "en")
    assert (made.html, made.byline, made.slugline) == ("<p>The whole text.</p>", "Mira Tolvane", "SLUG")


def test_a_correction_is_marked_for_excerpt_readers_and_begins_the_text_for_partners() -> None:
    corrected = tuple(replace(each, is_corrected=True) for each in EVERYBODY)
    shown = story(*corrected)
    public = entry(shown, decide(shown, Anonymous(), ALL, NOW), None, HOUSE, "en")
    assert (public.title, public.excerpt) == ("Correction: Headline v1", "Corrected 12:00. A sentence.")
    full = entry(shown, decide(shown, partner(), ALL, NOW), WORDS, HOUSE, "en")
    assert full.title == "Headline v1"
    assert full.html == "<p><em>For editors.</em></p>\n<p>The whole text.</p>"


def test_a_notice_holds_constant_words_and_no_word_of_the_story() -> None:
    shown = story(*KILLED)
    made = entry(shown, decide(shown, partner(), ALL, NOW), WORDS, HOUSE, "en")
    assert made.title == "Withdrawn"
    assert "Headline" not in repr(made)
    assert "SLUG" not in repr(made)


def test_a_kill_slip_finds_the_story_by_uri_and_for_full_licences_by_slugline() -> None:
    shown = story(*KILLED)
    decision = decide(shown, partner(), ALL, NOW)
    made = slip(shown, decision, Level.FULL, HOUSE, "en")
    assert made.id == "tag:wire.example,2026:k:kill"
    assert "uri:story" in made.excerpt
    assert made.title == "Kill: SLUG"
    assert slip(shown, decision, Level.EXCERPT, HOUSE, "en").title == "Kill: uri:story"
    assert slip(story(*HELD), decide(story(*HELD), partner(), ALL, NOW), Level.FULL, HOUSE, "en") is None


def test_the_address_of_an_item_is_public_only_while_the_public_sees_it() -> None:
    for spans, address in ((EVERYBODY, "/items/k"), (EVERYBODY[1:], "/private/items/k")):
        shown = story(*spans)
        made = entry(shown, decide(shown, partner(), ALL, NOW), WORDS, HOUSE, "en")
        assert made.href == f"https://wire.example{address}"


def test_a_substitute_names_the_withdrawn_item_only_to_those_who_had_seen_it() -> None:
    shown = replace(story(*EVERYBODY, replaces="old"), replaced_for=frozenset([LICENSED]))
    full = entry(shown, decide(shown, partner(), ALL, NOW), WORDS, HOUSE, "en")
    public = entry(shown, decide(shown, Anonymous(), ALL, NOW), None, HOUSE, "en")
    assert (full.replaces, public.replaces) == ("tag:wire.example,2026:old", None)
