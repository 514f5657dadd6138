"""Feed files as the database knows them: a changed one counts when it is committed, for all at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from syndicate.core.placement import Generation
from syndicate.core.selection import FeedDefinition
from syndicate.service import refusals
from syndicate.service.agency import Agency
from syndicate.service.building import Building, clear
from syndicate.service.contracts import near
from syndicate.store import feeds


def adopt(
    agency: Agency,
    definitions: Mapping[str, FeedDefinition],
    digests: Mapping[str, str],
    broken: Iterable[str] = (),
    at: datetime | None = None,
) -> list[str]:
    """Take up the feed files as they are now; gives the names of feeds that were added, changed or removed.

    A broken file leaves the last good state. `at` is when they begin to count: the clock's in production.
    Until a new state is built, however long that takes, the old one goes on.
    """
    with agency.database.snapshot() as connection:
        known = feeds.current_digests(connection)
        is_building = bool(feeds.coming_digests(connection))
    kept = set(broken) & set(known)
    changed = {name: digest for name, digest in digests.items() if known.get(name) != digest}
    removed = [name for name in known if name not in digests and name not in kept]
    is_done = True
    if changed or removed or is_building:
        building = Building(agency, {name: definitions[name] for name in changed}, changed, at)
        is_done = building.build(removed)
    clear(agency)
    return sorted([*changed, *removed]) if is_done else []


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
