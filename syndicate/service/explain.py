"""The gate's own answer, for people: what somebody sees of an item or in a feed, why, and until when.

Nothing is decided here, and nothing is handed over: no receipt, no text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from syndicate.core.gate import decide
from syndicate.core.life import KILL_NOTICE, killed
from syndicate.core.model import FOREVER, Act, Deed, Fact, Level, ReaderClass
from syndicate.core.story import Anonymous, ByKey, Decision, Desk, InFeed, Partner, Principal, Story
from syndicate.service import refusals
from syndicate.service.agency import Agency
from syndicate.service.contracts import company_of, near
from syndicate.service.credentials import partner_of
from syndicate.service.desk import item_of, state_of
from syndicate.store import contracts as rows
from syndicate.store import feeds, items, spans, stories


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
        find = stories.find_story if at is None else stories.story_at
        story = find(connection, key, now, str(agency.limits))
        channel = InFeed(feed) if feed else ByKey()
        if refused := _refused(connection, who, now):
            decision = Decision(Level.NOTHING, refused)
        elif story is None:
            decision = Decision(Level.NOTHING, "nothing shows to anybody at this time")
        else:
            decision = decide(story, principal, channel, now)
        changes_at = min(
            [spans.next_span_edge(connection, now, key), *_edges(connection, principal, who, now)]
        )
        why = _why(items.facts_of(connection, key), story, decision, now)
    return Explanation(now, who, decision, why, None if changes_at == FOREVER else changes_at)


@dataclass(frozen=True, slots=True)
class Preview:
    """One story of a feed as the gate decides it for somebody."""

    key: str
    headline: str
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
        window = stories.Window(
            feed,
            ReaderClass.PUBLIC if is_public else ReaderClass.LICENSED,
            known[feed].definition.public if is_public else Level.FULL,
            known[feed].definition.window,
            known[feed].definition.window,
        )
        found = stories.feed_stories(connection, window, now, str(agency.limits))
    return [
        Preview(story.key, _headline(story), decide(story, principal, InFeed(feed), now)) for story in found
    ]


def _headline(story: Story) -> str:
    return next(iter(story.versions.values())).headline


def _principal(connection: Connection, who: str) -> Principal:
    if who in ("anonymous", "desk"):
        return Anonymous() if who == "anonymous" else Desk()
    token = rows.find_token(connection, who)
    company = token.company if token else company_of(connection, who).name
    return partner_of(company, token, rows.licences_of(connection, company), feeds.names_today(connection))


def _refused(connection: Connection, who: str, now: datetime) -> str | None:
    """Why nobody asks in this name at all: a suspended company, a token that is over."""
    token = rows.find_token(connection, who)
    company = rows.find_company(connection, token.company if token else who)
    if token is not None and token.revoked_at is not None:
        return "the token is revoked"
    if token is not None and token.expires_at <= now:
        return "the token is past its end"
    return "the company is suspended" if company is not None and company.suspended_at is not None else None


def _edges(connection: Connection, principal: Principal, who: str, now: datetime) -> list[datetime]:
    """When licences and the token itself begin and end, after `now`."""
    if not isinstance(principal, Partner):
        return []
    token = rows.find_token(connection, who)
    edges = [at for licence in principal.licences for at in (licence.begins_at, licence.ends_at)]
    return [at for at in [*edges, *([token.expires_at] if token else [])] if at > now]


def _why(facts: list[Fact], story: Story | None, decision: Decision, now: datetime) -> str:
    """The circumstance of the item that a reader of the answer needs to know."""
    acts = [fact for fact in facts if isinstance(fact, Act) and fact.received_at <= now]
    killed_at = killed(acts)
    if killed_at <= now:
        by = min((act for act in acts if act.deed is Deed.KILL), key=lambda act: act.received_at)
        until = f"{killed_at + KILL_NOTICE:%Y-%m-%d %H:%M %Z}"
        return f"killed by {by.by} at {killed_at:%Y-%m-%d %H:%M:%S %Z}; notices stand until {until}"
    state = state_of([fact for fact in facts if fact.received_at <= now], now)
    if decision.level is Level.NOTHING and state == "usable" and story is not None:
        return "usable, but no feed that this principal may read selects it"
    return state
