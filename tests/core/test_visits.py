"""When a polled source is visited next: one table for each rule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from syndicate.core.visits import asked_rest, is_due, next_visit, rest_after_failure

NOON = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)
MINUTES = {number: timedelta(minutes=number) for number in (5, 10, 20, 40, 80, 160, 320, 360)}


def test_the_rest_doubles_with_each_failure_up_to_six_hours() -> None:
    rests = [rest_after_failure(MINUTES[5], failures, chance=0) for failures in range(1, 10)]
    assert rests == [*MINUTES.values(), MINUTES[360]]


@pytest.mark.parametrize("failures", [1, 4, 20, 10**6])
def test_chance_takes_up_to_a_quarter_off(failures: int) -> None:
    longest = rest_after_failure(MINUTES[5], failures, chance=0)
    assert rest_after_failure(MINUTES[5], failures, chance=1) == longest * 0.75
    assert rest_after_failure(MINUTES[5], failures, chance=0.5) == longest * 0.875


def test_no_rest_overflows() -> None:
    assert rest_after_failure(timedelta(days=99999), 10**9, chance=0) == timedelta(hours=6)


def test_what_the_server_asks_for_counts_instead() -> None:
    assert rest_after_failure(MINUTES[5], 8, chance=1, asked=timedelta(seconds=90)) == timedelta(seconds=90)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        ("86400", 86400),
        ("86401", 86400),
        ("999999999", 86400),
        ("Wed, 18 Mar 2026 12:01:00 GMT", 60),
        ("Wed, 18 Mar 2026 12:01:00 -0000", 60),
        ("Wed, 18 Mar 2026 15:01:00 +0300", 60),
        ("Wednesday, 18-Mar-26 12:01:00 GMT", 60),
        ("Wed, 18 Mar 2026 11:00:00 GMT", 0),
        ("Wed, 18 Mar 2099 12:00:00 GMT", 86400),
    ],
)
def test_a_server_may_ask_for_seconds_or_for_a_date_up_to_a_day(header: str, seconds: int) -> None:
    assert asked_rest(header, NOON) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "soon",
        "-5",
        "+5",
        "1.5",
        "1e3",
        "٣",
        "9" * 5000,
        "Wed, 99 Foo 2026",
        "Wed, 18 Mar 99999 0:00",
    ],
)
def test_what_is_neither_is_not_listened_to(header: str | None) -> None:
    assert asked_rest(header, NOON) is None


def test_the_next_visit_is_never_sooner_than_the_settings_say() -> None:
    assert next_visit(NOON, MINUTES[5], None) == NOON + MINUTES[5]
    assert next_visit(NOON, MINUTES[5], NOON + timedelta(seconds=1)) == NOON + MINUTES[5]
    assert next_visit(NOON, MINUTES[5], NOON + MINUTES[40]) == NOON + MINUTES[40]


def test_a_visit_is_due_when_its_time_has_come_or_the_clock_was_set_back() -> None:
    later = NOON + MINUTES[40]
    assert not is_due(later - timedelta(seconds=1), NOON, MINUTES[5], later)
    assert is_due(later, NOON, MINUTES[5], later)
    assert not is_due(NOON, NOON, MINUTES[5], None)
    assert is_due(NOON - timedelta(seconds=1), NOON, MINUTES[5], later)
