"""Feed files as the database knows them: a changed one counts when it is committed, for all at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from syndicate.core.placement import Generation, places_of
from syndicate.core.selection import FeedDefinition
from syndicate.service import refusals
from syndicate.service.agency import Agency, Writing
from syndicate.service.contracts import near
from syndicate.store import feeds, items, spans


def adopt(
    agency: Agency,
    definitions: Mapping[str, FeedDefinition],
    digests: Mapping[str, str],
    broken: Iterable[str] = (),
    at: datetime | None = None,
) -> list[str]:
    """Take up the feed files as they are now; gives the names of feeds that were added, changed or removed.

    A broken file leaves the last good state. `at` is when they begin to count: the clock's in production.
    """
    with agency.database.snapshot() as connection:
        known = feeds.current_digests(connection)
    kept = set(broken) & set(known)
    if {name: digest for name, digest in known.items() if name not in kept} == dict(digests):
        return []
    with agency.writing() as act:
        known = feeds.current_digests(act.connection)
        changed = [name for name, digest in digests.items() if known.get(name) != digest]
        removed = [name for name in known if name not in digests and name not in kept]
        now = at or act.now
        for name in removed:
            feeds.end(act.connection, name, now)
        for name in changed:
            feeds.end(act.connection, name, now)
            feeds.begin(act.connection, definitions[name], digests[name], now)
        for name in sorted([*changed, *removed]):
            _place_anew(act, name)
        if changed or removed:
            act.changed()
    return sorted([*changed, *removed])


def _place_anew(act: Writing, feed: str) -> None:
    """Work out for every item where it stands in a feed, through all generations of it."""
    states = feeds.history(act.connection)
    spans.drop_places(act.connection, feed)
    for key in list(feeds.every_key(act.connection)):
        ids = spans.span_ids(act.connection, key)
        placed = places_of(
            sorted(ids, key=lambda span: span.from_at), items.profiles_of(act.connection, key), states
        )
        mine = [each for each in placed if each.generation.definition.name == feed]
        spans.add_places(act.connection, key, mine, ids)


def current(agency: Agency) -> dict[str, Generation]:
    """The feeds that are published now, by name."""
    with agency.database.snapshot() as connection:
        return feeds.current(connection)


def named(agency: Agency, name: str) -> Generation:
    """One feed that is published now, or a refusal that says which is near."""
    known = current(agency)
    if name not in known:
        raise refusals.Unknown(kind="feed", name=name, hint=near(name, known, "feed"))
    return known[name]
