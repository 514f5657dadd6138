"""Who has it: the report of a day with twelve companies in every state equals a table made by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from syndicate.core.model import Level
from syndicate.service import contracts, intake, refusals, reports
from syndicate.service.reports import Line
from tests.newsroom import BY, START, Newsroom, ninjs


@dataclass
class Day:
    """A day of a newsroom, told by the hands of its clock."""

    room: Newsroom
    tokens: dict[str, str] = field(default_factory=dict)

    def at(self, time: str) -> None:
        hour, minute = map(int, time.split(":"))
        self.room.clock.now = START.replace(hour=hour, minute=minute)

    def customer(self, name: str, *labels: str, **terms: object) -> int:
        """A company with a licence and a token for each label: `reader` ones, and `api` where it says so."""
        self.room.company(name)
        licence = self.room.licence(name, **terms)
        for label in labels:
            self.tokens[f"{name} {label}"] = self.room.token(name, label)
        return licence

    def feed(self, who: str, **headers: str) -> int:
        return self.room.get("/private/feeds/all.rss", self.tokens[who], **headers).status_code

    def item(self, who: str) -> int:
        return self.room.get(f"/private/items/{self.room.key()}.json", self.tokens[who]).status_code

    def changes(self, who: str) -> None:
        self.room.text("/private/changes", self.tokens[who])

    def account(self, who: str) -> None:
        self.room.text("/private/account", self.tokens[who])

    def acknowledge(self, who: str) -> None:
        answer = self.room.client.post(
            f"/private/items/{self.room.key()}/ack",
            json={"status": "removed"},
            headers={"Authorization": f"Bearer {self.tokens[who]}"},
        )
        assert answer.status_code == 200, answer.get_data(as_text=True)


def play(day: Day) -> None:
    """Two versions, a hold and its release, and the kill, with who asked for what meanwhile."""
    room = day.room
    room.company("anvil")  # never had a licence
    day.customer("banner", "reader", level=Level.HEADLINE)
    courier = day.customer("courier", "reader")
    for name in ("dispatch", "echo", "forum", "herald"):
        day.customer(name, "reader")
    for name in ("gazette", "kurier", "ledger", "monitor"):
        day.customer(name, "api")
    day.customer("journal", "reader", "api")
    day.at("09:00"), room.send()
    for minute, name in enumerate(
        ("banner", "courier", "dispatch", "echo", "forum", "herald", "journal"), 10
    ):
        day.at(f"09:{minute}"), day.feed(f"{name} reader")
    for minute, name in enumerate(("kurier", "ledger", "monitor"), 17):
        day.at(f"09:{minute}"), day.item(f"{name} api")
    day.at("09:20"), room.send(version=2, headline="Port Averin closes")
    day.at("09:30"), contracts.end_licence(room.agency, courier, room.clock.now, BY)
    day.at("09:31"), contracts.suspend(room.agency, "dispatch", BY)
    day.at("09:32"), contracts.revoke_token(room.agency, room.names[day.tokens["echo reader"]], False, BY)
    day.at("09:40"), day.item("gazette api")
    day.at("09:41"), day.feed("herald reader")
    day.at("09:42"), day.item("journal api")
    day.at("09:45"), room.hold()
    day.at("09:46"), day.changes("kurier api")
    day.at("09:47"), day.acknowledge("kurier api")
    day.at("09:50"), day.feed("ledger api")
    day.at("09:51"), day.acknowledge("ledger api")
    day.at("09:55"), room.release()
    day.at("10:00"), day.feed("kurier api")
    day.at("10:30"), room.kill()
    day.at("10:40"), day.feed("forum reader")
    day.at("10:41"), day.changes("gazette api")
    only_validated(day)
    day.at("10:43"), day.account("journal api")
    day.at("10:44"), day.feed("banner reader")
    day.at("10:45"), day.item("kurier api")
    day.at("10:46"), day.acknowledge("kurier api")
    day.at("10:47"), day.changes("monitor api")
    day.at("10:48"), day.acknowledge("monitor api")
    for refused in ("courier", "dispatch", "echo"):
        assert day.feed(f"{refused} reader") in (401, 403)


def only_validated(day: Day) -> None:
    """The herald learns the newest ETag, not its bytes, and from then on gets 304."""
    day.at("10:42")
    shown = {"Authorization": f"Bearer {day.tokens['herald reader']}"}
    tag = day.room.client.head("/private/feeds/all.rss", headers=shown).headers["ETag"]
    assert day.feed("herald reader", If_None_Match=tag) == 304


TABLE = """
open          courier   reader  1  feed all  09:11  -      -                 -
open          dispatch  reader  1  feed all  09:12  -      -                 -
open          echo      reader  1  feed all  09:13  -      -                 -
open          herald    reader  1  feed all  09:15  -      -                 -
open          ledger    api     1  item      09:18  -      -                 -
open          herald    reader  2  feed all  09:41  -      -                 -
told          forum     reader  1  feed all  09:14  10:40  feed all, reader  -
told          journal   reader  1  feed all  09:16  10:43  account, api      -
told          gazette   api     2  item      09:40  10:41  changes, api      -
told          journal   api     2  item      09:42  10:43  account, api      -
acknowledged  kurier    api     1  item      09:17  10:45  item, api         10:46
acknowledged  monitor   api     1  item      09:19  10:47  changes, api      10:48
acknowledged  kurier    api     2  feed all  10:00  10:45  item, api         10:46
"""


def row(line: Line) -> tuple[str, ...]:
    told = line.told
    return (
        line.state or "-",
        line.company,
        line.label,
        line.version,
        line.channel,
        clock(line.given_at),
        clock(told.at if told else None),
        f"{told.channel}, {told.label}" if told else "-",
        clock(line.acknowledged_at),
    )


def clock(at: datetime | None) -> str:
    return f"{at:%H:%M}" if at else "-"


def by_hand(table: str) -> list[tuple[str, ...]]:
    return [tuple(cell.strip() for cell in line.split("  ") if cell) for line in table.strip().splitlines()]


def test_who_has_it_equals_a_table_made_by_hand(both_newsrooms: Newsroom) -> None:
    day = Day(both_newsrooms)
    play(day)
    report = reports.who_got(both_newsrooms.agency, both_newsrooms.key())
    lines = report.lines
    assert report.known_from is None
    assert [row(line) for line in lines] == by_hand(TABLE)
    assert {line.level for line in lines} == {Level.FULL}
    assert {line.token for line in lines} <= set(both_newsrooms.names.values())
    unsettled = [row(line) for line in reports.of_notices(both_newsrooms.agency).lines]
    assert unsettled == [each for each in by_hand(TABLE) if each[0] != "acknowledged"]
    every = [row(line) for line in reports.of_notices(both_newsrooms.agency, is_all=True).lines]
    assert every == by_hand(TABLE)


def test_what_a_company_was_given_within_some_days_comes_with_what_it_was_told_at_any_time(
    both_newsrooms: Newsroom,
) -> None:
    room = both_newsrooms
    token = room.subscriber(kind="api")
    for uri in ("first", "second"):
        room.send(uri)
        room.text(f"/private/items/{room.key(uri)}.json", token)
        room.clock.advance(days=1)
    until_at = START + timedelta(days=1, hours=12)
    room.kill("second")
    room.clock.advance(days=1)
    room.text("/private/changes", token)
    (line,) = reports.of_company(room.agency, "company-0", START + timedelta(hours=12), until_at).lines
    assert (line.key, line.state) == (room.key("second"), "told")
    assert line.told is not None
    assert line.told.at > until_at
    every = reports.of_company(room.agency, "company-0").lines
    assert [(each.key, each.level, each.version, each.state) for each in every] == [
        (room.key("second"), Level.FULL, "1", "told"),
        (room.key("first"), Level.FULL, "1", None),
        (room.key("second"), Level.NOTICE, "kill", None),
    ]


def test_an_item_under_no_notice_has_holders_and_no_states(newsroom: Newsroom) -> None:
    token = newsroom.subscriber()
    newsroom.send()
    newsroom.text("/private/feeds/all.rss", token)
    (line,) = reports.who_got(newsroom.agency, newsroom.key()).lines
    assert (line.company, line.state, line.notice) == ("company-0", None, None)


def test_a_second_hold_is_open_until_it_is_told_itself(newsroom: Newsroom) -> None:
    token = newsroom.subscriber()
    newsroom.send()

    def states() -> list[object]:
        return [line.state for line in reports.of_notices(newsroom.agency).lines]

    newsroom.text("/private/feeds/all.rss", token)
    for _ in range(2):
        newsroom.hold()
        assert states() == ["open"]
        newsroom.text("/private/feeds/all.rss", token)
        assert states() == ["told"]
        newsroom.release()
        assert states() == []


def test_a_version_without_a_number_goes_by_the_beginning_of_its_digest(newsroom: Newsroom) -> None:
    token = newsroom.subscriber()
    source = newsroom.agency.settings.source("stringer")
    body = json.dumps(ninjs("dated", 1, newsroom.clock.now)).encode()
    (taken,) = intake.take(newsroom.agency, body, source)
    newsroom.text("/private/feeds/all.rss", token)
    (line,) = reports.who_got(newsroom.agency, taken.key or "").lines
    assert len(line.version) == 8


@pytest.mark.parametrize(
    "ask",
    [
        lambda agency: reports.who_got(agency, "nosuchkey"),
        lambda agency: reports.of_company(agency, "nobody"),
    ],
)
def test_what_nobody_knows_is_refused_by_name(newsroom: Newsroom, ask: Callable[..., object]) -> None:
    with pytest.raises(refusals.Unknown, match=r"nosuchkey|nobody"):
        ask(newsroom.agency)
