"""Reading: what comes in, read and checked, beside the libraries alone."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from unittest.mock import patch

import feedparser

from bench.clocks import cpu
from bench.figures import Scope, Wrong, at_least, row
from bench.ground import House
from bench.wire import SOURCE, ninjs, story
from syndicate.inputs import formats
from syndicate.outputs import FORMATS

_BATCH = 100


@row(18, "RSS in, 50 full items", at_least("as fast as feedparser's default", 2, 2.3), scope=Scope.ONCE)
def rss_in(house: House) -> Sequence[float]:
    """Our own full feed read again: with safe HTML, which feedparser cleans by itself otherwise."""
    body = FORMATS["rss"].write(house.feed(50))
    if len(formats.read(body, SOURCE)) != 50:
        raise Wrong("The feed has not fifty items.")
    ours, theirs = cpu(lambda: formats.read(body, SOURCE), lambda: _by_default(body))
    return [theirs / ours]


def _by_default(body: bytes) -> object:
    """What feedparser alone makes of a feed, with the driver that it takes by itself."""
    with patch("feedparser.api.PREFERRED_XML_PARSERS", []):
        return feedparser.parse(io.BytesIO(body))


@row(19, "ninjs in, read and checked", at_least("as fast as json.loads", 0.6, 2), scope=Scope.ONCE)
def ninjs_in(house: House) -> Sequence[float]:
    """Messages of the wire, beside making Python's own objects of them."""
    bodies = [ninjs(story(number, datetime.now(UTC))) for number in range(_BATCH)]
    ours, theirs = cpu(
        lambda: [formats.read(body, SOURCE) for body in bodies], lambda: [json.loads(body) for body in bodies]
    )
    return [theirs / ours]
