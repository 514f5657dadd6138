"""Growth: by which power of the number of items the time of an answer or a commit grows."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from statistics import median
from typing import Any

from bench.figures import Lacking, Scope, Wrong, at_most, row
from bench.ground import GZIP, PUBLIC, House
from bench.load import Ask, ask
from bench.rows.answers import rate
from bench.rows.commits import acknowledged, visible

_PAGES = 50


@row(
    16,
    "growth from the fewest to the most items, exponent",
    at_most("public 200", 0.05, 0.02),
    at_most("acknowledged", 0.12, 0.05),
    at_most("visible", 0.12, 0.05),
    at_most("changes page", 0.05, 0.02),
    at_most("ticker, after a commit", 0.05, 0.02),
    scope=Scope.GROWTH,
)
def growth(house: House) -> Sequence[float]:
    """Of each: the logarithm of the times' ratio over that of the items'."""
    small = house.ground.smallest
    if small.size.items == house.size.items:
        raise Lacking("growth needs two sizes, as in --items 10000,1000000")
    power = math.log(house.size.items / small.size.items)
    return [math.log(many / few) / power for few, many in zip(_times(small), _times(house), strict=True)]


def _times(house: House) -> list[float]:
    return [
        1 / rate(house, house.service, Ask(PUBLIC, GZIP)).per_second,
        acknowledged(house, 1).p50,
        median(visible(house, PUBLIC)),
        _changes_page(house),
        median(visible(house, "/")),
    ]


def _changes_page(house: House) -> float:
    """How long a page of changes takes to somebody who is a few behind (seconds, median)."""
    headers = {"Authorization": f"Bearer {house.api_token}"}
    since = _without_place(_page(house, Ask("/private/changes", headers))["next"])
    visible(house, PUBLIC)  # which takes a hundred messages in
    asked = Ask(f"/private/changes?since={since}", headers)
    took = []
    for _ in range(_PAGES):
        began = time.perf_counter()
        page = _page(house, asked)
        took.append(time.perf_counter() - began)
        if not page.get("changes"):
            raise Wrong("There are no changes to page through.")
    return median(took)


def _without_place(cursor: str) -> str:
    """The cursor after the whole state, from one within it: a million items need not be read for it."""
    return ".".join(cursor.split(".")[:3])


def _page(house: House, asked: Ask) -> dict[str, Any]:
    page: dict[str, Any] = json.loads(ask(house.service.port, asked).body)
    return page
