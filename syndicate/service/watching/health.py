"""What an operator should know: signs that something is wrong, each with the way to mend it."""

from __future__ import annotations

from collections.abc import Iterator

from syndicate.service import signing
from syndicate.service.agency import Agency
from syndicate.service.arriving.standing import standings
from syndicate.service.watching import endings, signs, surroundings
from syndicate.service.watching.signs import JUMP
from syndicate.store import books


def findings(agency: Agency) -> Iterator[str]:
    """One sentence for each thing that is wrong; nothing when all is well."""
    yield from _clock(agency)
    yield from _keys(agency)
    yield from _books(agency)
    yield from signs.findings(agency)
    yield from surroundings.findings(agency)
    yield from endings.findings(agency)


def _clock(agency: Agency) -> Iterator[str]:
    behind = agency.database.epoch().settled_at - agency.clock()
    if behind > JUMP:
        yield (
            f"The clock is {behind.total_seconds():.0f} seconds behind what was settled; service time stands "
            "still until it catches up. Set the clock."
        )


def _keys(agency: Agency) -> Iterator[str]:
    orphans = signing.orphans(agency)
    if orphans:
        yield (
            f"Of the credentials, {len(orphans)} were signed with keys not in {agency.keyring.path}. Put the "
            "key file back from its backup, or end them with `syndicate keys drop` and issue new ones."
        )


def _books(agency: Agency) -> Iterator[str]:
    with agency.database.snapshot() as connection:
        lying = len(books.list_refused(connection))
    if lying:
        yield f"In quarantine: {lying}. `syndicate quarantine list` shows what lies there."
    for standing in standings(agency).values():
        yield from standing.notes
