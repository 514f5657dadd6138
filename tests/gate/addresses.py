"""Every address of the application, and what may be found there.

Built from the URL map: `TOLD` names each route and says which addresses it has and what a reader may find
at them. A route that is not named here fails the test of the canaries, so a new exit must be declared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flask import Flask

from tests.gate.world import (
    ITEMS,
    PUBLIC,
    Reader,
    Told,
    public_feed_words,
    public_headlines,
    public_words,
)

FORMATS = ("rss", "atom", "json")
PATH_TOKEN = "{token}"
"""Stands in an address where the reader's token goes."""

Words = Callable[[Reader], set[str]]


@dataclass(frozen=True)
class Address:
    """One address and the canaries that a reader may find there. `brief`: few enough for every variant."""

    path: str
    words: Words
    is_brief: bool = True

    def path_for(self, reader: Reader) -> str:
        """The address as this reader asks for it."""
        return self.path.replace(PATH_TOKEN, reader.token or "none")


BRIEF = {"usable", "corrected", "killed", "embargoed", "embargoupdate", "advisory", "press", "nowhere"}


def _nothing(_: Reader) -> set[str]:
    return set()


def _one(path: str, words: Words = _nothing) -> Callable[[], Iterator[Address]]:
    def addresses() -> Iterator[Address]:
        yield Address(path, words)

    return addresses


def _feeds(pattern: str, words: Callable[[str], Words]) -> Callable[[], Iterator[Address]]:
    """An address for each feed (and one that is unknown), in each format where the pattern has one."""

    def addresses() -> Iterator[Address]:
        for feed in (*PUBLIC, "unknown"):
            told = _nothing if feed == "unknown" else words(feed)
            for ext in FORMATS if "{ext}" in pattern else ("",):
                yield Address(pattern.replace("{feed}", feed).replace("{ext}", ext), told)

    return addresses


def _items(pattern: str, words: Callable[[Told], Words]) -> Callable[[], Iterator[Address]]:
    def addresses() -> Iterator[Address]:
        for told in ITEMS:
            yield Address(pattern.replace("{key}", told.key), words(told), told.uri in BRIEF)
        for unknown in ("0" * 16, "%00", "nothing"):
            yield Address(pattern.replace("{key}", unknown), _nothing)

    return addresses


def _public_feed(feed: str) -> Words:
    return lambda _: public_feed_words(feed)


def _private_feed(feed: str) -> Words:
    return lambda reader: reader.feed_words(feed)


def _feed_in_path(feed: str) -> Words:
    return lambda reader: reader.feed_words(feed) if reader.in_path else set()


def _public_item(told: Told) -> Words:
    return lambda _: public_words(told)


def _private_item(told: Told) -> Words:
    return lambda reader: reader.key_words(told)


_EXT = "<any(rss, atom, json):ext>"
TOLD: dict[str, Callable[[], Iterator[Address]]] = {
    "/": _one("/", lambda _: public_headlines()),
    "/about": _one("/about"),
    "/static/<path:filename>": _one("/static/site.css"),
    "/feeds/": _one("/feeds/"),
    "/feeds/<feed>/": _feeds("/feeds/{feed}/", _public_feed),
    f"/feeds/<feed>.{_EXT}": _feeds("/feeds/{feed}.{ext}", _public_feed),
    "/feeds.opml": _one("/feeds.opml"),
    "/items/<key>": _items("/items/{key}", _public_item),
    f"/private/feeds/<feed>.{_EXT}": _feeds("/private/feeds/{feed}.{ext}", _private_feed),
    f"/private/<token>/feeds/<feed>.{_EXT}": _feeds(
        f"/private/{PATH_TOKEN}/feeds/{{feed}}.{{ext}}", _feed_in_path
    ),
    "/private/feeds.opml": _one("/private/feeds.opml"),
    "/private/<token>/feeds.opml": _one(f"/private/{PATH_TOKEN}/feeds.opml"),
    "/private/items/<key>": _items("/private/items/{key}", _private_item),
    "/private/items/<key>.json": _items("/private/items/{key}.json", _private_item),
    "/private/items/<key>.txt": _items("/private/items/{key}.txt", _private_item),
    "/private/items/<key>/ack": _items("/private/items/{key}/ack", lambda _: _nothing),
    "/private/changes": _one("/private/changes"),
    "/private/account": _one("/private/account"),
    "/wire/<source>": _one("/wire/desk"),
    "/healthz": _one("/healthz"),
    "/readyz": _one("/readyz"),
    "/metrics": _one("/metrics"),
}


def undeclared(app: Flask) -> set[str]:
    """The routes of the application that `TOLD` does not name, and those that it names in vain."""
    return {rule.rule for rule in app.url_map.iter_rules()} ^ TOLD.keys()


def addresses(*, brief: bool = False) -> list[Address]:
    """Every address, or those that stand for the rest."""
    return [each for made in TOLD.values() for each in made() if each.is_brief or not brief]
