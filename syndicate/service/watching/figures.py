"""The figures of the whole for those who watch it, in Prometheus' text format 0.0.4.

What the web processes have done comes from their tallies, what there is from the database, both read when
they are asked for. No label holds anything of a customer, a token or an item.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from syndicate.service import tally
from syndicate.service.agency import Agency
from syndicate.service.holders import owed
from syndicate.service.watching.endings import SOON
from syndicate.store import figures as rows
from syndicate.store import sources, spans
from syndicate.store.database import read_epoch

FAMILIES: Mapping[str, tuple[str, str]] = {
    "syndicate_requests_total": (
        "counter",
        "Answers, by the room of the address, its tier and how they went.",
    ),
    "syndicate_body_bytes_total": ("counter", "Bytes of the bodies of answers."),
    tally.SECONDS: ("histogram", "How long answers took that were made, not repeated."),
    tally.REPEATED: ("counter", "Answers that were given again as they were."),
    tally.RENDERED: ("counter", "Feeds that were written anew."),
    tally.RECEIPTS: ("counter", "Answers that were signed for."),
    tally.RECEIPTS_FAILED: ("counter", "Answers whose receipt could not be written; no text left."),
    tally.OVER_QUOTA: ("counter", "Requests refused since the quota of their token was used up."),
    "syndicate_items": ("gauge", "Items that there are."),
    "syndicate_versions": ("gauge", "Versions of items that there are."),
    "syndicate_owed": ("gauge", "Held and killed items that companies have not acknowledged."),
    "syndicate_quarantine": ("gauge", "Messages that lie in quarantine."),
    "syndicate_tokens": ("gauge", "Tokens, by their state."),
    "syndicate_licences_ending": ("gauge", "Licences that end within 30 days."),
    "syndicate_epoch": ("gauge", "The number that every visible commit moves."),
    "syndicate_settled_lag_seconds": ("gauge", "For how long a change by the clock waits to be announced."),
    "syndicate_source_heard_timestamp_seconds": ("gauge", "When a source last sent something new."),
}


def exposition(agency: Agency) -> str:
    """All figures as text. Raises `StoreError` where the database cannot be asked."""
    lines: dict[str, list[str]] = {family: [] for family in FAMILIES}
    for name, value in [*agency.tally.sums().items(), *_there_is(agency)]:
        lines[_family(name)].append(f"{name} {value:.15g}")
    return "".join(
        f"# HELP {family} {told}\n# TYPE {family} {kind}\n" + "".join(f"{line}\n" for line in lines[family])
        for family, (kind, told) in FAMILIES.items()
    )


def _family(name: str) -> str:
    """The family of a name: without its labels, and of a histogram without its parts."""
    bare = name.partition("{")[0]
    return tally.SECONDS if bare.startswith(tally.SECONDS) else bare


def _there_is(agency: Agency) -> Iterator[tuple[str, float]]:
    """What the database says, in one snapshot."""
    with agency.database.snapshot() as connection:
        epoch = read_epoch(connection)
        now = max(agency.clock(), epoch.settled_at)
        yield "syndicate_items", rows.count_items(connection)
        yield "syndicate_versions", rows.count_versions(connection)
        yield "syndicate_owed", sum(each.is_open for each in owed(agency, connection, now))
        yield "syndicate_quarantine", rows.count_lying(connection)
        for state, number in rows.count_tokens(connection, now).items():
            yield f'syndicate_tokens{{state="{state}"}}', number
        yield "syndicate_licences_ending", rows.count_licences_ending(connection, now, now + SOON)
        yield "syndicate_epoch", epoch.n
        due_at = spans.next_span_edge(connection, epoch.settled_at)
        yield "syndicate_settled_lag_seconds", max(0.0, (now - due_at).total_seconds())
        for source in agency.settings.sources:
            if heard_at := sources.last_heard(connection, source):
                name = f'syndicate_source_heard_timestamp_seconds{{source="{source}"}}'
                yield name, heard_at.timestamp()
