"""The desk's acts on a story: kill, hold, release; and what the desk sees of it.

An act is one fact more in the life of the item; what readers then see follows from `core.life`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from syndicate.core.life import desk_holds, ever_newest, killed
from syndicate.core.model import Act, Deed, Fact, Span, VersionFact, digest_of
from syndicate.service import refusals
from syndicate.service.agency import Agency
from syndicate.service.contracts import By
from syndicate.service.intake import refresh
from syndicate.service.outliving import of_fact
from syndicate.store import books, feeds, items, spans


def kill(agency: Agency, key: str, by: By) -> datetime:
    """Withdraw a story everywhere, for ever; gives the time of the kill."""
    return _act(agency, key, Deed.KILL, by)


def hold(agency: Agency, key: str, by: By) -> datetime:
    """Keep a story back until the desk releases it; gives the time of the hold."""
    return _act(agency, key, Deed.HOLD, by)


def release(agency: Agency, key: str, by: By) -> datetime:
    """Open the desk's hold; gives the time of the release."""
    return _act(agency, key, Deed.RELEASE, by)


def _act(agency: Agency, key: str, deed: Deed, by: By) -> datetime:
    with agency.writing() as act:
        item = item_of(act.connection, key)
        known = items.facts_of(act.connection, key)
        _check_possible(known, deed, act.now)
        fact = Act(digest_of(key, deed.value, act.now), act.now, deed, by.who, by.reason)
        items.add_act(act.connection, key, fact)
        if logged := of_fact(item, fact):
            act.outlives(logged)
        is_visible = refresh(act, key, feeds.timetable(act.connection))
        note = books.AuditRow(act.now, by.who, f"item {deed.value}", key, by.reason)
        books.add_audit(act.connection, note)
        act.changed(is_visible, is_of_terms=False)
        return act.now


def _check_possible(known: list[Fact], deed: Deed, now: datetime) -> None:
    acts = [fact for fact in known if isinstance(fact, Act)]
    if killed(acts) <= now:
        raise refusals.Impossible(why="This item is killed already; a kill cannot be undone.")
    is_held = any(held_from <= now < until for held_from, until in desk_holds(acts))
    if deed is Deed.HOLD and is_held:
        raise refusals.Impossible(why="This item is on hold already. `syndicate item release` opens it.")
    if deed is Deed.RELEASE and not is_held:
        raise refusals.Impossible(why="The desk does not hold this item, so there is nothing to release.")


def item_of(connection: Connection, key: str) -> items.Item:
    """The item of this key, or a refusal that says how to find it."""
    item = items.find_item(connection, key)
    if item is None:
        raise refusals.Unknown(kind="item", name=key, hint=" `syndicate item list` shows the newest.")
    return item


@dataclass(frozen=True, slots=True)
class Chart:
    """One item as the desk sees it: its facts in the order of receipt, and the spans of every class."""

    item: items.Item
    title: str
    headlines: dict[str, str]
    facts: list[Fact]
    spans: list[Span]


def chart(agency: Agency, key: str) -> Chart:
    """The life of an item."""
    with agency.database.snapshot() as connection:
        facts = items.facts_of(connection, key)
        headlines = items.headlines_of(connection, key)
        return Chart(
            item=item_of(connection, key),
            title=_title(facts, headlines),
            headlines=headlines,
            facts=sorted(facts, key=lambda fact: (fact.received_at, fact.digest)),
            spans=spans.spans_of(connection, key),
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One item in a list for the desk."""

    key: str
    uri: str
    source: str
    headline: str
    state: str


def newest(agency: Agency, limit: int) -> list[Line]:
    """The items that changed last, with what the public has of each now."""
    moment = agency.moment()
    with agency.database.snapshot() as connection:
        lines = []
        for item in items.list_items(connection, limit):
            facts = items.facts_of(connection, item.key)
            title = _title(facts, items.headlines_of(connection, item.key))
            lines.append(Line(item.key, item.uri, item.source, title, state_of(facts, moment.now)))
    return lines


def _title(facts: list[Fact], headlines: Mapping[str, str]) -> str:
    """What people call an item: the headline of its newest version, or nothing."""
    newest = newest_of(facts)
    return headlines[newest.digest] if newest else ""


def newest_of(facts: list[Fact]) -> VersionFact | None:
    """The version that stands at the head of an item; a late one does not, however late it came."""
    standings = ever_newest([fact for fact in facts if isinstance(fact, VersionFact)])
    return standings[-1].version if standings else None


def state_of(facts: list[Fact], now: datetime) -> str:
    """In a word, what the newest facts make of an item."""
    acts = [fact for fact in facts if isinstance(fact, Act)]
    if killed(acts) <= now:
        return "killed"
    if any(held_from <= now < until for held_from, until in desk_holds(acts)):
        return "held"
    newest_version = newest_of(facts)
    if newest_version is None:
        return "nothing"
    if newest_version.is_withheld:
        return "withheld"
    if newest_version.embargo_at is not None and newest_version.embargo_at > now:
        return "embargoed"
    if newest_version.expires_at is not None and newest_version.expires_at <= now:
        return "expired"
    return "usable"
