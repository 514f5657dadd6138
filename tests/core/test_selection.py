"""Which items a feed takes, and where their spans then stand."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from syndicate.core.model import FOREVER, Face, Kind, Level, ReaderClass, Span, Subject, item_key
from syndicate.core.placement import Generation, places_of
from syndicate.core.selection import FeedDefinition, Profile, Selector, labelled, lineage, selects, topics

START = datetime(2026, 3, 18, 9, 0, tzinfo=UTC)


def profile(*codes: str, **sides: object) -> Profile:
    given = {"source": "desk", "kind": Kind.TEXT, "language": "en-GB", "urgency": 4} | sides
    subjects = tuple(Subject(code) for code in codes)
    return Profile(subjects=subjects, keywords=("Grain",), slugline="SORVEL-GRAIN", **given)


def feed(*choices: Selector, without: tuple[Selector, ...] = (), **terms: object) -> FeedDefinition:
    return FeedDefinition("f", "F", "D", selects=choices, excepts=without, **terms)


ECONOMY = Selector(subject=("medtop:04000000",))


@pytest.mark.parametrize(
    ("chosen", "item", "is_taken"),
    [
        (feed(), profile(), True),
        (feed(ECONOMY), profile("medtop:04000000"), True),
        (feed(ECONOMY), profile("medtop:20000256"), True),  # energy lies inside economy
        (feed(ECONOMY), profile("medtop:11000000"), False),
        (feed(ECONOMY), profile("own:04000000"), False),
        (feed(ECONOMY, Selector(kind=(Kind.INTERVIEW,))), profile(kind=Kind.INTERVIEW), True),
        (feed(Selector(subject=ECONOMY.subject, kind=(Kind.INTERVIEW,))), profile("medtop:04000000"), False),
        (feed(without=(ECONOMY,)), profile("medtop:20000256"), False),
        (feed(ECONOMY, without=(Selector(source=("desk",)),)), profile("medtop:04000000"), False),
        (feed(Selector(language=("en",))), profile(), True),
        (feed(Selector(language=("en-US",))), profile(), False),
        (feed(Selector(language=("e",))), profile(), False),
        (feed(Selector(language=("en",))), profile(language=None), False),
        (feed(Selector(urgency=(1, 4))), profile(), True),
        (feed(Selector(urgency=(1,))), profile(urgency=None), False),
        (feed(Selector(keyword=("grain",))), profile(), True),
        (feed(Selector(slugline=("sorvel",))), profile(), True),
        (feed(Selector(slugline=("grain",))), profile(), False),
        (feed(Selector(source=("stringer",))), profile(), False),
    ],
)
def test_a_feed_takes_what_its_file_says(chosen: FeedDefinition, item: Profile, is_taken: bool) -> None:
    assert selects(chosen, item) is is_taken


def test_the_media_topics_are_all_there_and_lead_up_to_seventeen() -> None:
    tops = {code for code, topic in topics().items() if topic.parent is None}
    assert len(topics()) == 1361
    assert len(tops) == 17
    assert all(tops & lineage([Subject(code)]) for code in topics())


def test_an_unknown_code_is_no_error() -> None:
    assert lineage([Subject("medtop:99999999")]) == {"medtop:99999999"}


def test_a_topic_without_a_name_gets_its_label_and_others_keep_theirs() -> None:
    assert labelled(Subject("medtop:15000000")).name == "sport"
    assert labelled(Subject("medtop:15000000", "Sports")).name == "Sports"
    assert labelled(Subject("own:1")).name is None


def test_a_key_is_for_ever() -> None:
    assert item_key("house", "story") == "5hkerh9phzh90001"[:0] + item_key("house", "story")
    assert item_key("house", "story") == "hxyhhzx3btjq5fk0"
    digest = base64.b32encode(hashlib.sha256(b"house\nstory").digest()).decode().lower()
    standard, crockford = "abcdefghijklmnopqrstuvwxyz234567", "0123456789abcdefghjkmnpqrstvwxyz"
    assert item_key("house", "story") == digest[:16].translate(str.maketrans(standard, crockford))
    assert item_key("a", "b") != item_key("b", "a")


# Where spans stand


def span(
    reader_class: ReaderClass, start: int, end: int | None, face: Face = Face.ENTRY, version: str = "v"
) -> Span:
    from_at = START + timedelta(hours=start)
    until_at = FOREVER if end is None else START + timedelta(hours=end)
    return Span(reader_class, from_at, until_at, version, face, from_at, from_at, from_at, False, 1)


def generation(
    id: int, start: int, end: int | None, *choices: Selector, public: Level = Level.EXCERPT
) -> Generation:
    until_at = FOREVER if end is None else START + timedelta(hours=end)
    return Generation(id, feed(*choices, public=public), START + timedelta(hours=start), until_at)


def told(spans: list[Span], *generations: Generation, **profiles: Profile) -> list[tuple[int, str, int, int]]:
    known = profiles or {"v": profile("medtop:04000000")}
    return [
        (
            placed.generation.id,
            placed.span.face.value,
            int((placed.from_at - START) / timedelta(hours=1)),
            -1 if placed.until_at == FOREVER else int((placed.until_at - START) / timedelta(hours=1)),
        )
        for placed in places_of(spans, known, generations)
    ]


P, L = ReaderClass.PUBLIC, ReaderClass.LICENSED


def test_an_entry_stands_in_a_feed_from_its_span_or_the_feeds_beginning() -> None:
    assert told([span(L, 1, None)], generation(1, 0, None, ECONOMY)) == [(1, "entry", 1, -1)]
    assert told([span(L, 1, None)], generation(1, 3, None, ECONOMY)) == [(1, "entry", 3, -1)]
    assert told([span(L, 1, 2)], generation(1, 3, None, ECONOMY)) == []


def test_a_notice_stands_where_the_item_was_shown_and_nowhere_else() -> None:
    life = [span(L, 1, 2), span(L, 2, None, Face.KILL)]
    sport = Selector(subject=("medtop:15000000",))
    assert told(life, generation(1, 0, None, ECONOMY)) == [(1, "entry", 1, 2), (1, "kill", 2, -1)]
    assert told(life, generation(1, 0, None, sport)) == []


def test_a_notice_stays_due_after_the_feed_stopped_selecting_the_item() -> None:
    life = [span(L, 1, 4), span(L, 4, None, Face.KILL)]
    sport = Selector(subject=("medtop:15000000",))
    edited = (generation(1, 0, 3, ECONOMY), generation(2, 3, None, sport))
    assert told(life, *edited) == [(1, "entry", 1, 3), (2, "kill", 4, -1)]


def test_a_notice_stays_due_after_a_version_took_the_item_out_of_the_feed() -> None:
    life = [span(L, 1, 2, version="v1"), span(L, 2, 3, version="v2"), span(L, 3, None, Face.KILL, "v2")]
    profiles = {"v1": profile("medtop:04000000"), "v2": profile("medtop:15000000")}
    assert told(life, generation(1, 0, None, ECONOMY), **profiles) == [(1, "entry", 1, 2), (1, "kill", 3, -1)]


def test_the_public_gets_no_notice_of_what_stood_in_a_feed_that_it_may_not_read() -> None:
    life = [span(P, 1, 2), span(P, 2, None, Face.KILL)]
    closed = generation(1, 0, None, ECONOMY, public=Level.NOTHING)
    assert told(life, closed) == [(1, "entry", 1, 2)]


def test_a_feed_that_was_opened_after_the_kill_says_nothing_of_it() -> None:
    life = [span(L, 1, 2), span(L, 2, None, Face.KILL)]
    assert told(life, generation(1, 3, None, ECONOMY)) == []
