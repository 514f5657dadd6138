"""The desk's acts on a story: kill, hold, release; and what the desk sees of it.

An act is one fact more in the life of the item; what readers then see follows from `core.life`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from syndicate.core.gate import decide
from syndicate.core.life import KILL_NOTICE, desk_holds, killed
from syndicate.core.model import FOREVER, Act, Deed, Fact, Level, ReaderClass, Span, VersionFact, digest_of
from syndicate.core.story import Anonymous, ByKey, Decision, Desk, InFeed, Partner, Principal, Story
from syndicate.service import refusals
from syndicate.service.agency import Agency
from syndicate.service.contracts import By, company_of, near
from syndicate.service.intake import refresh
from syndicate.store import books, feeds, items, spans
from syndicate.store import contracts as rows
from syndicate.store.contracts import TokenRow


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
        item_of(act.connection, key)
        known = items.facts_of(act.connection, key)
        _check_possible(known, deed, act.now)
        fact = Act(digest_of(key, deed.value, act.now), act.now, deed, by.who, by.reason)
        items.add_act(act.connection, key, fact)
        is_visible = refresh(act.connection, key, feeds.history(act.connection))
        note = books.AuditRow(act.now, by.who, f"item {deed.value}", key, by.reason)
        books.add_audit(act.connection, note)
        act.changed(is_visible)
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
    headlines: dict[str, str]
    facts: list[Fact]
    spans: list[Span]


def chart(agency: Agency, key: str) -> Chart:
    """The life of an item."""
    with agency.database.snapshot() as connection:
        facts = items.facts_of(connection, key)
        return Chart(
            item=item_of(connection, key),
            headlines=items.headlines_of(connection, key),
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
            titles = list(items.headlines_of(connection, item.key).values())
            state = _state(items.facts_of(connection, item.key), moment.now)
            lines.append(Line(item.key, item.uri, item.source, titles[-1] if titles else "", state))
    return lines


def _state(facts: list[Fact], now: datetime) -> str:
    acts = [fact for fact in facts if isinstance(fact, Act)]
    versions = [fact for fact in facts if isinstance(fact, VersionFact)]
    if killed(acts) <= now:
        return "killed"
    if any(held_from <= now < until for held_from, until in desk_holds(acts)):
        return "held"
    newest_version = max(versions, key=lambda version: version.received_at, default=None)
    if newest_version is None:
        return "nothing"
    if newest_version.is_withheld:
        return "withheld"
    if newest_version.embargo_at is not None and newest_version.embargo_at > now:
        return "embargoed"
    if newest_version.expires_at is not None and newest_version.expires_at <= now:
        return "expired"
    return "usable"


# Explaining


@dataclass(frozen=True, slots=True)
class Explanation:
    """The gate's own answer about one item, for one principal, at one time, and when it next changes."""

    at: datetime
    who: str
    decision: Decision
    why: str
    changes_at: datetime | None


def explain(agency: Agency, key: str, who: str, feed: str | None, at: datetime | None) -> Explanation:
    """What `who` (anonymous, desk, a company or a token's id) sees of an item, in a feed or by key."""
    now = at or agency.moment().now
    with agency.database.snapshot() as connection:
        item_of(connection, key)
        principal = _principal(connection, who)
        if feed is not None and feed not in (known := feeds.current(connection)):
            raise refusals.Unknown(kind="feed", name=feed, hint=near(feed, known, "feed"))
        story = spans.find_story(connection, key, now, str(agency.limits))
        channel = InFeed(feed) if feed else ByKey()
        if story is None:
            decision = Decision(Level.NOTHING, "nothing shows to anybody at this time")
        else:
            decision = decide(story, principal, channel, now)
        changes_at = spans.next_span_edge(connection, now, key)
        why = _why(items.facts_of(connection, key), story, decision, now)
    return Explanation(now, who, decision, why, None if changes_at == FOREVER else changes_at)


@dataclass(frozen=True, slots=True)
class Preview:
    """One story of a feed as the gate decides it for somebody."""

    key: str
    decision: Decision


def preview(agency: Agency, feed: str, who: str) -> list[Preview]:
    """What `who` sees in a feed now, newest first; nothing is handed over."""
    now = agency.moment().now
    with agency.database.snapshot() as connection:
        known = feeds.current(connection)
        if feed not in known:
            raise refusals.Unknown(kind="feed", name=feed, hint=near(feed, known, "feed"))
        principal = _principal(connection, who)
        is_public = isinstance(principal, Anonymous)
        window = spans.Window(
            feed,
            ReaderClass.PUBLIC if is_public else ReaderClass.LICENSED,
            known[feed].definition.public if is_public else Level.FULL,
            known[feed].definition.window,
            known[feed].definition.window,
        )
        stories = spans.feed_stories(connection, window, now, str(agency.limits))
    return [Preview(story.key, decide(story, principal, InFeed(feed), now)) for story in stories]


def _principal(connection: Connection, who: str) -> Principal:
    if who in ("anonymous", "desk"):
        return Anonymous() if who == "anonymous" else Desk()
    token = rows.find_token(connection, who)
    company = token.company if token else company_of(connection, who).name
    return _partner(connection, company, token)


def _partner(connection: Connection, company: str, token: TokenRow | None) -> Principal:
    licences = tuple(rows.licences_of(connection, company))
    return Partner(company, token.id if token else "", licences, token.feeds if token else None)


def _why(facts: list[Fact], story: Story | None, decision: Decision, now: datetime) -> str:
    """The circumstance of the item that a reader of the answer needs to know."""
    acts = [fact for fact in facts if isinstance(fact, Act) and fact.received_at <= now]
    killed_at = killed(acts)
    if killed_at <= now:
        by = min((act for act in acts if act.deed is Deed.KILL), key=lambda act: act.received_at)
        until = f"{killed_at + KILL_NOTICE:%Y-%m-%d %H:%M %Z}"
        return f"killed by {by.by} at {killed_at:%Y-%m-%d %H:%M:%S %Z}; notices stand until {until}"
    state = _state([fact for fact in facts if fact.received_at <= now], now)
    if decision.level is Level.NOTHING and state == "usable" and story is not None:
        return "usable, but no feed that this principal may read selects it"
    return state
