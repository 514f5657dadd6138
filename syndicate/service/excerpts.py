"""Excerpts made anew: after the limits changed, those made under other limits count as missing until then.

When anything was last updated does not move by this.
"""

from __future__ import annotations

from syndicate.core.gate import excerpt_anew
from syndicate.service.agency import Agency
from syndicate.store import items

BATCH = 200


def make_anew(agency: Agency) -> int:
    """Make a batch of excerpts under the limits that count now; gives how many there were to make."""
    limits = str(agency.limits)
    with agency.database.snapshot() as connection:
        stale = items.stale_excerpts(connection, limits, BATCH)
    if not stale:
        return 0
    sources = agency.settings.sources
    made = {
        version.id: excerpt_anew(
            version.words, version.source in sources and sources[version.source].summaries, agency.limits
        )
        for version in stale
    }
    with agency.writing() as act:
        for id, excerpt in made.items():
            items.put_excerpt(act.connection, id, excerpt, limits)
        act.announcer.rewrite(version.key for version in stale)
        act.changed(is_of_terms=False)
    return len(stale)
