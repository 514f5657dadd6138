"""Reports: who has an item, and what a company got in a month, over ten million receipts."""

from __future__ import annotations

from collections.abc import Sequence

from bench.figures import Lacking, Scope, at_most, row
from bench.ground import House


@row(
    25,
    "reports over 10,000,000 receipts",
    at_most("who has an item", 1, 0.2, " s"),
    at_most("what a company got in a month", 1, 0.2, " s"),
    scope=Scope.ONCE,
)
def reports(house: House) -> Sequence[float]:
    """The service has no reports yet."""
    raise Lacking("there are no reports yet")
