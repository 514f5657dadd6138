"""The life of a story, told twice: sentences of the design as examples, and any history against `naive`.

The examples name each sentence of the design about time. The two machines make up histories,
one of everything and one of what happens under a desk's hold, which chance alone hardly meets; after each
fact every class must have, at and around every instant, what the naive evaluator says.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from syndicate.core.life import timeline
from syndicate.core.model import FOREVER, Act, Deed, Fact, ReaderClass, Span, VersionFact, digest_of
from tests.core import naive

PUBLIC, LICENSED, EARLY = ReaderClass.PUBLIC, ReaderClass.LICENSED, ReaderClass.EARLY
MICROSECOND = timedelta(microseconds=1)
FIRST_DAY = datetime(2026, 3, 16, tzinfo=UTC)


# A history in few words: versions and acts are called by the time at which they were received. Words are
# an outline and what follows it: from "A.a" to "A.b" only the full words change.


def at(clock: str) -> datetime:
    """`at("10:00")` is on the first day, `at("14d 10:00")` fourteen days later."""
    *days, time = clock.split("d ")
    hours, minutes = time.split(":")
    return FIRST_DAY + timedelta(days=int(days[0]) if days else 0, hours=int(hours), minutes=int(minutes))


def version(
    received: str,
    words: str = "A.a",
    *,
    number: int | None = None,
    created: str | None = None,
    embargo: str | None = None,
    expires: str | None = None,
    is_withheld: bool = False,
    is_correction: bool = False,
    is_public: bool = True,
) -> VersionFact:
    return VersionFact(
        digest=received,
        received_at=at(received),
        number=number,
        created_at=at(created) if created else None,
        is_withheld=is_withheld,
        embargo_at=at(embargo) if embargo else None,
        expires_at=at(expires) if expires else None,
        outline_digest=words.split(".")[0],
        words_digest=words,
        is_correction=is_correction,
        is_public=is_public,
    )


def withheld(received: str, *, number: int | None = None, embargo: str | None = None) -> Fact:
    return version(received, number=number, embargo=embargo, is_withheld=True)


def correction(received: str, words: str, *, embargo: str | None = None, is_public: bool = True) -> Fact:
    return version(received, words, embargo=embargo, is_correction=True, is_public=is_public)


def act(received: str, deed: Deed) -> Fact:
    return Act(f"{deed} {received}", at(received), deed, by="desk", reason="")


def hold(received: str) -> Fact:
    return act(received, Deed.HOLD)


def release(received: str) -> Fact:
    return act(received, Deed.RELEASE)


def kill(received: str) -> Fact:
    return act(received, Deed.KILL)


def span_at(spans: Sequence[Span], moment: datetime) -> Span | None:
    index = bisect_right(spans, moment, key=lambda span: span.from_at) - 1
    return spans[index] if index >= 0 and moment < spans[index].until_at else None


def sight_of(span: Span | None) -> naive.Sight | None:
    if span is None:
        return None
    return naive.Sight(
        span.face,
        span.version,
        span.first_at,
        span.outline_at,
        span.words_at,
        span.is_corrected,
        span.ordinal,
    )


def look(facts: Sequence[Fact], reader_class: ReaderClass, clock: str) -> Span | None:
    """What the class has at that time, by the timeline; the naive evaluator has to agree."""
    span = span_at(timeline(facts)[reader_class], at(clock))
    assert sight_of(span) == naive.seen(facts, reader_class, at(clock))
    return span


def shows(facts: Sequence[Fact], reader_class: ReaderClass, clock: str) -> str | None:
    """`entry 10:00` is the version received at ten; `hold 10:00` the notice that took its place."""
    span = look(facts, reader_class, clock)
    return f"{span.face} {span.version}" if span else None


def sees(facts: Sequence[Fact], reader_class: ReaderClass, clock: str) -> Span:
    span = look(facts, reader_class, clock)
    assert span is not None
    return span


def stands(facts: Sequence[Fact], reader_class: ReaderClass, clock: str) -> tuple[datetime, datetime]:
    """Where the entry stands for a reader of excerpts, and for one of full words."""
    span = sees(facts, reader_class, clock)
    return span.outline_at, span.words_at


# Order


def test_a_version_shows_from_its_receipt_on_and_for_ever() -> None:
    story = [version("10:00")]
    assert shows(story, PUBLIC, "9:59") is None
    assert shows(story, PUBLIC, "10:00") == "entry 10:00"
    assert [(span.from_at, span.until_at) for span in timeline(story)[PUBLIC]] == [(at("10:00"), FOREVER)]


def test_the_higher_number_counts_whatever_the_dates_say() -> None:
    story = [version("10:00", number=9, created="9:30"), version("11:00", number=10, created="9:00")]
    assert shows(story, PUBLIC, "12:00") == "entry 11:00"


def test_of_equal_numbers_the_later_created_counts_and_then_the_later_received() -> None:
    dated = [version("10:00", number=1, created="9:30"), version("11:00", number=1, created="9:00")]
    assert shows(dated, PUBLIC, "12:00") == "entry 10:00"
    conflict = [version("10:00", "A.a", created="9:00"), version("11:00", "B.b", created="9:00")]
    assert shows(conflict, PUBLIC, "12:00") == "entry 11:00"


def test_an_undated_version_counts_as_created_when_first_received() -> None:
    story = [version("10:00"), version("11:00", created="9:59")]
    assert shows(story, PUBLIC, "12:00") == "entry 10:00"


def test_a_late_version_is_never_shown_and_a_late_withheld_holds_nothing() -> None:
    story = [version("10:00", number=3), version("11:00", number=2), withheld("12:00", number=1)]
    assert shows(story, LICENSED, "11:00") == shows(story, LICENSED, "12:00") == "entry 10:00"
    assert sees(story, LICENSED, "12:00").ordinal == 1


def test_a_repeat_keeps_the_earliest_receipt() -> None:
    first = version("10:00", "A.a")
    story = [replace(first, received_at=at("12:00")), version("11:00", "B.b"), first]
    assert shows(story, PUBLIC, "10:30") == "entry 10:00"
    assert shows(story, PUBLIC, "13:00") == "entry 11:00"


# What readers notice


def test_an_update_further_down_moves_the_full_words_and_not_the_outline() -> None:
    story = [version("10:00", "A.a"), version("11:00", "A.b"), version("12:00", "B.b")]
    assert stands(story, PUBLIC, "11:00") == (at("10:00"), at("11:00"))
    assert stands(story, PUBLIC, "12:00") == (at("12:00"), at("12:00"))
    assert sees(story, PUBLIC, "12:00").first_at == at("10:00")


def test_a_minor_edit_moves_nothing_and_counts_as_a_version() -> None:
    story = [version("10:00"), version("11:00")]
    assert stands(story, PUBLIC, "11:00") == (at("10:00"), at("10:00"))
    assert shows(story, PUBLIC, "11:00") == "entry 11:00"
    assert sees(story, PUBLIC, "11:00").ordinal == 2


def test_a_correction_counts_even_where_the_words_stay() -> None:
    story = [version("10:00"), correction("11:00", "A.a")]
    assert stands(story, PUBLIC, "11:00") == (at("11:00"), at("11:00"))
    assert sees(story, PUBLIC, "11:00").is_corrected


def test_a_correction_is_marked_until_the_next_version_that_is_not_minor() -> None:
    story = [version("10:00"), correction("11:00", "B.b"), version("12:00", "B.b"), version("13:00", "B.c")]
    assert [sees(story, PUBLIC, clock).is_corrected for clock in ("10:30", "11:30", "12:30", "13:30")] == [
        False,
        True,
        True,
        False,
    ]


def test_a_correction_is_new_to_those_who_saw_nothing_before() -> None:
    assert not sees([correction("10:00", "A.a")], PUBLIC, "10:00").is_corrected
    story = [version("10:00", embargo="12:00"), correction("11:00", "B.b", embargo="12:00")]
    assert not sees(story, LICENSED, "12:00").is_corrected
    assert sees(story, EARLY, "12:00").is_corrected


def test_the_mark_of_a_correction_is_judged_on_the_versions_that_showed() -> None:
    corrected = [version("10:00"), correction("11:00", "B.b")]
    unseen = version("12:00", "C.c", expires="11:30")
    assert sees([*corrected, unseen, version("13:00", "B.b")], LICENSED, "13:00").is_corrected
    kept_back = [version("10:00"), correction("11:00", "B.b", is_public=False), version("12:00", "B.b")]
    assert not sees(kept_back, PUBLIC, "12:00").is_corrected
    assert sees(kept_back, LICENSED, "12:00").is_corrected


# Embargo


def test_an_embargo_is_for_public_and_licensed_and_early_readers_have_it_at_once() -> None:
    story = [version("10:00", embargo="12:00")]
    assert shows(story, PUBLIC, "11:59") is shows(story, LICENSED, "11:59") is None
    assert shows(story, PUBLIC, "12:00") == shows(story, LICENSED, "12:00") == "entry 10:00"
    assert sees(story, EARLY, "12:00").first_at == at("10:00")


def test_what_lifts_is_new_and_stands_at_the_end_of_its_embargo() -> None:
    span = sees([correction("10:00", "A.a", embargo="12:00")], LICENSED, "12:00")
    assert span.first_at == span.outline_at == span.words_at == at("12:00")
    assert (span.is_corrected, span.ordinal) == (False, 1)


def test_a_class_keeps_what_it_has_while_the_newest_is_under_embargo() -> None:
    story = [version("10:00"), version("11:00", "B.b", embargo="13:00")]
    assert shows(story, PUBLIC, "12:00") == "entry 10:00"
    assert stands(story, PUBLIC, "13:00") == (at("13:00"), at("13:00"))


def test_a_version_replaced_before_its_embargo_ended_is_never_shown() -> None:
    story = [version("10:00", embargo="12:00"), version("11:00", embargo="14:00")]
    assert shows(story, PUBLIC, "13:00") is None
    assert shows(story, PUBLIC, "14:00") == "entry 11:00"
    assert sees(story, PUBLIC, "14:00").ordinal == 1


def test_a_version_replaced_at_the_instant_its_embargo_ends_is_never_shown() -> None:
    story = [version("10:00", embargo="12:00"), version("12:00", embargo="14:00")]
    assert shows(story, PUBLIC, "12:00") is None


# Hold


def test_in_a_hold_the_public_sees_nothing_and_licensed_get_a_notice_at_its_time() -> None:
    story = [version("10:00"), withheld("11:00", embargo="15:00")]
    assert shows(story, PUBLIC, "11:00") is None
    assert shows(story, LICENSED, "11:00") == shows(story, EARLY, "11:00") == "hold 10:00"
    assert stands(story, LICENSED, "12:00") == (at("11:00"), at("11:00"))
    assert sees(story, LICENSED, "12:00").first_at == at("10:00")


@pytest.mark.parametrize("lock", [withheld("11:00"), hold("11:00")])
def test_to_a_class_that_had_seen_nothing_a_hold_is_invisible(lock: Fact) -> None:
    story = [version("10:00", embargo="12:00"), lock]
    assert shows(story, LICENSED, "13:00") is None
    assert shows(story, EARLY, "13:00") == "hold 10:00"


def test_a_later_usable_version_opens_the_sources_hold_for_a_class_when_it_reaches_it() -> None:
    story = [version("10:00"), withheld("11:00"), version("12:00", embargo="13:00")]
    assert shows(story, LICENSED, "12:00") == "hold 10:00"
    assert shows(story, LICENSED, "13:00") == shows(story, EARLY, "12:00") == "entry 12:00"


def test_only_the_desk_opens_its_own_hold() -> None:
    story = [version("10:00"), hold("11:00"), version("12:00"), release("13:00")]
    assert shows(story, LICENSED, "12:00") == "hold 10:00"
    assert shows(story, PUBLIC, "12:00") is None
    assert shows(story, PUBLIC, "13:00") == "entry 12:00"


def test_a_version_replaced_under_the_desks_hold_is_never_shown() -> None:
    story = [version("10:00"), hold("11:00"), version("12:00"), version("13:00"), release("14:00")]
    assert shows(story, LICENSED, "14:00") == "entry 13:00"
    assert sees(story, LICENSED, "14:00").ordinal == 2


def test_after_a_release_the_class_keeps_what_it_had_while_the_newest_is_under_embargo() -> None:
    story = [version("10:00"), hold("11:00"), version("12:00", embargo="15:00"), release("13:00")]
    assert shows(story, LICENSED, "13:00") == "entry 10:00"
    assert shows(story, EARLY, "13:00") == shows(story, LICENSED, "15:00") == "entry 12:00"


def test_a_release_does_not_open_what_the_source_withholds() -> None:
    story = [version("10:00"), withheld("11:00"), hold("12:00"), version("13:00"), release("14:00")]
    assert shows(story, LICENSED, "13:00") == "hold 10:00"
    assert shows(story, LICENSED, "14:00") == "entry 13:00"
    assert shows([*story, withheld("13:30")], LICENSED, "14:00") == "hold 10:00"
    later = [
        version("10:00"),
        withheld("11:00"),
        hold("12:00"),
        version("13:00", embargo="15:00"),
        release("14:00"),
    ]
    assert shows(later, LICENSED, "14:00") == "hold 10:00"
    assert shows(later, LICENSED, "15:00") == "entry 13:00"


def test_the_notice_of_two_locks_stands_at_the_time_of_the_first() -> None:
    story = [version("10:00"), hold("11:00"), withheld("12:00"), release("13:00")]
    assert stands(story, LICENSED, "12:30") == stands(story, LICENSED, "13:30") == (at("11:00"), at("11:00"))


def test_what_comes_back_after_a_hold_stands_at_its_return_and_keeps_its_first_sight() -> None:
    story = [version("10:00"), hold("11:00"), release("12:00")]
    assert stands(story, PUBLIC, "12:00") == stands(story, LICENSED, "12:00") == (at("12:00"), at("12:00"))
    assert (sees(story, LICENSED, "12:00").first_at, sees(story, LICENSED, "12:00").ordinal) == (
        at("10:00"),
        1,
    )


def test_a_hold_and_a_reveal_at_one_instant_show_nothing() -> None:
    story = [version("10:00", embargo="11:00"), hold("11:00"), release("11:00")]
    assert shows(story, LICENSED, "11:00") is None
    assert shows(story, LICENSED, "12:00") is None


# Kill


def test_a_kill_gives_a_notice_for_exactly_fourteen_days_to_those_who_had_seen_the_item() -> None:
    story = [version("10:00", embargo="12:00"), kill("11:00")]
    assert shows(story, PUBLIC, "11:00") is shows(story, LICENSED, "12:00") is None
    assert shows(story, EARLY, "11:00") == shows(story, EARLY, "14d 10:59") == "kill 10:00"
    assert shows(story, EARLY, "14d 11:00") is None
    assert stands(story, EARLY, "13d 0:00") == (at("11:00"), at("11:00"))


def test_a_kill_is_final_whatever_comes_before_or_after() -> None:
    story = [
        version("10:00"),
        kill("11:00"),
        version("12:00"),
        hold("13:00"),
        release("14:00"),
        kill("15:00"),
    ]
    assert shows(story, LICENSED, "16:00") == "kill 10:00"
    assert stands(story, LICENSED, "16:00") == (at("11:00"), at("11:00"))
    assert shows(story, LICENSED, "14d 11:00") is None
    assert not any(timeline([kill("9:00"), version("10:00")]).values())


def test_a_kill_and_a_reveal_at_one_instant_are_never_seen() -> None:
    assert not timeline([version("10:00", embargo="11:00"), kill("11:00")])[PUBLIC]


def test_a_kill_stands_over_a_hold_and_over_an_expiry() -> None:
    assert shows([version("10:00"), withheld("11:00"), kill("12:00")], PUBLIC, "12:00") == "kill 10:00"
    assert shows([version("10:00", expires="11:00"), kill("12:00")], PUBLIC, "12:00") == "kill 10:00"


# Expiry, and what is not for the public


def test_after_the_expiry_of_what_a_class_sees_the_item_is_nowhere_and_nothing_older_comes_back() -> None:
    story = [version("10:00"), version("11:00", expires="12:00")]
    assert shows(story, LICENSED, "11:59") == "entry 11:00"
    assert shows(story, LICENSED, "12:00") is None


def test_the_expiry_of_a_version_that_the_class_does_not_see_yet_does_not_count() -> None:
    story = [version("10:00"), version("11:00", expires="12:00", embargo="13:00")]
    assert shows(story, LICENSED, "12:30") == "entry 10:00"
    assert shows(story, EARLY, "12:30") is None


def test_what_comes_back_after_an_expiry_stands_at_its_return() -> None:
    story = [version("10:00", expires="11:00"), version("12:00")]
    assert stands(story, PUBLIC, "12:00") == (at("12:00"), at("12:00"))
    assert (sees(story, PUBLIC, "12:00").first_at, sees(story, PUBLIC, "12:00").ordinal) == (at("10:00"), 2)


def test_a_hold_stands_over_the_expiry_of_what_was_seen() -> None:
    story = [version("10:00", expires="11:00"), hold("12:00"), release("13:00")]
    assert shows(story, LICENSED, "11:30") is None
    assert shows(story, LICENSED, "12:30") == "hold 10:00"
    assert shows(story, LICENSED, "13:30") is None


def test_what_is_not_for_the_public_reaches_it_and_shows_nothing() -> None:
    story = [version("10:00"), version("11:00", is_public=False), version("12:00")]
    assert shows(story, PUBLIC, "11:30") is None
    assert shows(story, LICENSED, "11:30") == "entry 11:00"
    assert stands(story, PUBLIC, "12:00") == (at("12:00"), at("12:00"))
    assert stands(story, LICENSED, "12:00") == (at("10:00"), at("10:00"))
    assert (sees(story, PUBLIC, "12:00").ordinal, sees(story, LICENSED, "12:00").ordinal) == (2, 3)


def test_a_version_that_has_expired_before_it_reaches_a_class_still_replaces_what_the_class_has() -> None:
    story = [version("10:00"), version("11:00", expires="10:30")]
    assert shows(story, LICENSED, "11:00") is None
    held = [version("10:00"), withheld("11:00"), version("12:00", expires="10:30")]
    assert shows(held, LICENSED, "12:00") is None


@pytest.mark.parametrize(
    "story",
    [[], [release("10:00")], [hold("10:00")], [withheld("10:00")], [kill("10:00")]],
    ids=["nothing", "release", "hold", "withheld", "kill"],
)
def test_an_item_without_a_version_to_show_has_no_span(story: list[Fact]) -> None:
    assert not any(timeline(story).values())


def test_an_embargo_without_end_leaves_public_and_licensed_with_nothing() -> None:
    story = [replace(version("10:00"), embargo_at=FOREVER)]
    assert not timeline(story)[PUBLIC]
    assert not timeline(story)[LICENSED]
    assert shows(story, EARLY, "10:00") == "entry 10:00"


# Any history

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SHORT_PAUSES = st.sampled_from([MINUTE, 2 * MINUTE, 5 * MINUTE, HOUR])
PAUSES = SHORT_PAUSES | st.sampled_from([DAY, 14 * DAY, 20 * DAY])
NEVER = timedelta.max
SHIFTS = st.sampled_from([-DAY, -MINUTE, timedelta(0), MINUTE, 2 * MINUTE, 5 * MINUTE, HOUR, DAY, NEVER])
NEAR = st.sampled_from([MINUTE, 2 * MINUTE, 5 * MINUTE, HOUR])
TIMES = st.none() | st.none() | SHIFTS
# A letter for the outline, one for the full words: few, so that minor edits and equal words are frequent.
WORDS = st.sampled_from(["Aa", "Aa", "Ab", "Ba", "Bb", "Cc"])
SELDOM, MOSTLY = st.sampled_from([False] * 5 + [True]), st.sampled_from([True] * 5 + [False])
DEEDS = st.sampled_from([Deed.HOLD] * 3 + [Deed.RELEASE] * 4 + [Deed.KILL])


class Wire(RuleBasedStateMachine):
    """What adds facts to one item, and compares the two evaluators after each."""

    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self.facts: list[Fact] = []
        self.now = at("9:00")
        self.top: int | None = None  # the highest number so far, of a numbered source
        self.tick = MINUTE

    @initialize(is_numbered=st.booleans(), has_ties=SELDOM)
    def begin(self, is_numbered: bool, has_ties: bool) -> None:
        self.top = 0 if is_numbered else None
        self.tick = timedelta(0) if has_ties else MINUTE

    def wait(self, pause: timedelta) -> None:
        type(self).steps += 1
        self.now += pause

    def receive(self, fact: Fact) -> None:
        type(self).steps += 1
        self.facts.append(fact)
        self.now += self.tick
        assert_both_tell_the_same(self.facts)

    def do(self, deed: Deed) -> None:
        self.receive(Act(digest_of(len(self.facts)), self.now, deed, by="desk", reason=""))

    def send(
        self,
        words: str,
        *,
        number_up: int = 1,
        created: timedelta | None = None,
        embargo: timedelta | None = None,
        expires: timedelta | None = None,
        is_withheld: bool = False,
        is_correction: bool = False,
        is_public: bool = True,
    ) -> None:
        number = None if self.top is None else self.top + number_up
        if number is not None and self.top is not None:
            self.top = max(number, self.top)
        self.receive(
            VersionFact(
                digest=digest_of(len(self.facts)),
                received_at=self.now,
                number=number,
                created_at=self.in_(created),
                is_withheld=is_withheld,
                embargo_at=self.in_(embargo),
                expires_at=self.in_(expires),
                outline_digest=words[0],
                words_digest=words[1],
                is_correction=is_correction,
                is_public=is_public,
            )
        )

    def in_(self, shift: timedelta | None) -> datetime | None:
        if shift is None:
            return None
        return FOREVER if shift == NEVER else self.now + shift


class AnyHistory(Wire):
    """Whatever a desk and its sources may do, in any order."""

    @rule(pause=PAUSES)
    def pass_time(self, pause: timedelta) -> None:
        self.wait(pause)

    @rule(words=WORDS, is_correction=SELDOM)
    def update(self, words: str, is_correction: bool) -> None:
        self.send(words, is_correction=is_correction)

    @rule(
        words=WORDS,
        number_up=st.integers(-2, 2),
        created=TIMES,
        embargo=TIMES,
        expires=TIMES,
        is_correction=SELDOM,
        is_public=MOSTLY,
    )
    def send_odd(
        self,
        words: str,
        number_up: int,
        created: timedelta | None,
        embargo: timedelta | None,
        expires: timedelta | None,
        is_correction: bool,
        is_public: bool,
    ) -> None:
        self.send(
            words,
            number_up=number_up,
            created=created,
            embargo=embargo,
            expires=expires,
            is_correction=is_correction,
            is_public=is_public,
        )

    @rule(number_up=st.integers(-1, 1), embargo=TIMES)
    def withhold(self, number_up: int, embargo: timedelta | None) -> None:
        self.send("Aa", number_up=number_up, embargo=embargo, is_withheld=True)

    @rule(deed=DEEDS)
    def act(self, deed: Deed) -> None:
        self.do(deed)

    @precondition(lambda self: self.facts)
    @rule(back=st.integers(0, 8))
    def repeat(self, back: int) -> None:
        self.receive(replace(self.facts[-1 - min(back, len(self.facts) - 1)], received_at=self.now))


class UnderTheDesksHold(Wire):
    """An item that the desk holds again and again while versions come and are replaced under the hold."""

    def __init__(self) -> None:
        super().__init__()
        self.is_held = False

    @rule(pause=SHORT_PAUSES)
    def pass_time(self, pause: timedelta) -> None:
        self.wait(pause)

    @rule(words=WORDS, is_correction=SELDOM, is_public=MOSTLY)
    def update(self, words: str, is_correction: bool, is_public: bool) -> None:
        self.send(words, is_correction=is_correction, is_public=is_public)

    @rule(words=WORDS, embargo=NEAR, is_correction=SELDOM)
    def send_for_later(self, words: str, embargo: timedelta, is_correction: bool) -> None:
        self.send(words, embargo=embargo, is_correction=is_correction)

    @rule(words=WORDS, expires=NEAR)
    def send_for_a_time(self, words: str, expires: timedelta) -> None:
        self.send(words, expires=expires)

    @precondition(lambda self: self.is_held)
    @rule()
    def withhold(self) -> None:
        self.send("Aa", is_withheld=True)

    @precondition(lambda self: not self.is_held and self.facts)
    @rule()
    def hold(self) -> None:
        self.is_held = True
        self.do(Deed.HOLD)

    @precondition(lambda self: self.is_held and isinstance(self.facts[-1], VersionFact))
    @rule()
    def release(self) -> None:
        self.is_held = False
        self.do(Deed.RELEASE)

    @precondition(lambda self: self.is_held and len(self.facts) > 15)
    @rule()
    def kill(self) -> None:
        self.do(Deed.KILL)


def assert_both_tell_the_same(facts: list[Fact]) -> None:
    """For every class, at every instant, and one microsecond before and after each."""
    spans_of = timeline(facts)
    assert timeline(jumbled(facts)) == spans_of
    for reader_class in ReaderClass:
        spans = spans_of[reader_class]
        assert_is_in_order(spans, reader_class)
        walked = naive.history(facts, reader_class)
        instants = [instant for instant, _ in walked]
        assert {edge for span in spans for edge in (span.from_at, span.until_at)} <= {*instants, FOREVER}
        for moment in (
            near for instant in instants for near in (instant - MICROSECOND, instant, instant + MICROSECOND)
        ):
            assert sight_of(span_at(spans, moment)) == naive.seen_in(walked, moment), (reader_class, moment)


def assert_is_in_order(spans: tuple[Span, ...], reader_class: ReaderClass) -> None:
    edges = [edge for span in spans for edge in (span.from_at, span.until_at)]
    assert edges == sorted(edges)
    assert all(span.from_at < span.until_at and span.reader_class is reader_class for span in spans)


def jumbled(facts: list[Fact]) -> list[Fact]:
    """The same facts in another order, each of them once or more; what is repeated came again later."""
    chance = random.Random(len(facts))
    again = [replace(fact, received_at=fact.received_at + HOUR) for fact in facts if chance.random() < 0.3]
    return chance.sample([*facts, *facts[::2], *again], k=len(facts) + len(facts[::2]) + len(again))


@pytest.mark.parametrize(
    ("machine", "examples", "floor"), [(AnyHistory, 400, 8_000), (UnderTheDesksHold, 350, 6_500)]
)
def test_any_history_is_told_as_the_design_tells_it(machine: type[Wire], examples: int, floor: int) -> None:
    """The floors hold the promise of at least 10,000 steps."""
    machine.steps = 0
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
    assert machine.steps >= floor
