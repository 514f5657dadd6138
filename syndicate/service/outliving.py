"""Which acts outlive a backup: those that take something away, and those that give just that back.

They are written to the log of acts as well. What takes away is written before it is committed, so the log
never lacks it; what gives back, after, so the log never claims it wrongly. Not among them is what has words:
versions that came since a backup come again from their sources. How an act is done again: `replaying`.
"""

from __future__ import annotations

from syndicate.core.model import Act, Deed, Fact, VersionFact
from syndicate.store.actlog import ItemAct, Logged, Suspension
from syndicate.store.items import Item


def gives_back(act: Logged) -> bool:
    """Whether an act opens what another one closed."""
    match act:
        case ItemAct():
            return act.deed is Deed.RELEASE
        case Suspension():
            return not act.is_suspended
        case _:
            return False


def of_fact(item: Item, fact: Fact) -> Logged | None:
    """What to write down of a fact: an act, or that a source withholds its item; None for a usable version."""
    if isinstance(fact, VersionFact) and not fact.is_withheld:
        return None
    return ItemAct(
        at=fact.received_at,
        by=fact.by if isinstance(fact, Act) else f"source {item.source}",
        deed=fact.deed if isinstance(fact, Act) else "withhold",
        namespace=item.namespace,
        uri=item.uri,
        source=item.source,
        digest=fact.digest,
    )
