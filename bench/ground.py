"""The ground on which rows are measured: houses, their running service, and the peers beside it.

Everything is made when a row first asks for it and goes with the run.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import Connection

from bench.figures import Lacking, Wrong
from bench.house import FEED, Size, copy, token_texts
from bench.load import NUMBERED, Ask, Target, ask
from bench.peers import nginx, table
from bench.servers import Command, running, serving
from bench.wire import ninjs, story
from syndicate.bootstrap import open_agency
from syndicate.core.entry import Feed
from syndicate.core.model import Face, Level, ReaderClass
from syndicate.core.tokens import TokenKind
from syndicate.service import contracts
from syndicate.service.agency import Agency
from syndicate.service.contracts import By, TokenTerms
from syndicate.service.rendering import View, entries_of, head_of
from syndicate.store import feeds

BY = By("bench", "to measure")
GZIP = {"Accept-Encoding": "gzip"}
PUBLIC = f"/feeds/{FEED}.rss"
PRIVATE = f"/private/feeds/{FEED}.rss"
KNOWN = 1000
"""So many tokens are the ones that come again and again; the others are fresh until a row uses them up."""


@dataclass
class Ground:
    """One run: where data lies, which sizes, and for how many seconds each load goes on."""

    data: Path
    sizes: Sequence[Size]
    seconds: float
    stack: ExitStack
    _houses: dict[Size, House] = field(default_factory=dict)

    def house(self, size: Size) -> House:
        """The house of this size."""
        if size not in self._houses:
            self._houses[size] = House(self, size, copy(self.data, size))
        return self._houses[size]

    @property
    def smallest(self) -> House:
        """The house of the fewest items."""
        return self.house(min(self.sizes, key=lambda size: size.items))

    @property
    def largest(self) -> House:
        """The house of the most items."""
        return self.house(max(self.sizes, key=lambda size: size.items))


@dataclass
class House:
    """One house and all that runs on it."""

    ground: Ground
    size: Size
    folder: Path
    _used: int = KNOWN
    _numbers: int = 0

    @cached_property
    def agency(self) -> Agency:
        """The agency, opened by the bench beside the processes that serve it."""
        agency = open_agency(self.folder)
        self.ground.stack.callback(agency.close)
        return agency

    # What runs

    @cached_property
    def service(self) -> Target:
        """The service."""
        return self._started("service", serving(self.folder), Ask(PUBLIC), " serve")

    @cached_property
    def nginx(self) -> Target:
        """nginx; what it serves is laid out anew before each measurement (`lay_out`)."""
        self.lay_out()
        return self._started(
            "nginx", lambda port: nginx.command(self.folder, port), Ask("/public.rss"), "nginx"
        )

    @cached_property
    def naive(self) -> Target:
        """Flask and feedgen, each answer rendered."""
        return self._peer("naive")

    @cached_property
    def django(self) -> Target:
        """Django's syndication framework."""
        if find_spec("django") is None:
            raise Lacking("Django is missing (make bench installs it beside the service)")
        return self._peer("django_site")

    @contextmanager
    def bare(self) -> Iterator[Target]:
        """A bare route with the bytes of now."""
        self.lay_out()
        command = _python("bench.peers.bare")
        with running("bare", command, Ask("/public.rss"), self.folder) as target:
            yield target

    def _peer(self, name: str) -> Target:
        table.fill(self.folder, self._stories())
        return self._started(name, _python(f"bench.peers.{name}"), Ask("/feed.rss"))

    def _started(self, name: str, command: Command, first: Ask, called: str = "") -> Target:
        return self.ground.stack.enter_context(running(name, command, first, self.folder, called))

    # What is asked

    def lay_out(self) -> None:
        """Give the peers the very bytes that the service sends now."""
        bodies = {}
        for name, path, headers in (("public.rss", PUBLIC, {}), ("private.rss", PRIVATE, self.bearer(0))):
            self._settled(path, headers)
            plain, packed = (ask(self.service.port, Ask(path, headers | more)).body for more in ({}, GZIP))
            bodies[name] = (plain, packed)
        nginx.lay_out(self.folder, bodies)

    def _settled(self, path: str, headers: dict[str, str]) -> None:
        """Ask until every process has packed the body as small as it gets, which is done beside."""
        for _ in range(2):
            for _ in range(20):
                ask(self.service.port, Ask(path, headers | GZIP))
            time.sleep(0.2)

    def etag(self, target: Target, path: str, headers: dict[str, str] | None = None) -> Ask:
        """The request for what one has already: 304."""
        sent = (headers or {}) | GZIP
        answer = ask(target.port, Ask(path, sent))
        etag = answer.headers["ETag"]
        if etag is None:
            raise Wrong(f"{path} has no ETag and answers {answer.status}.")
        return Ask(path, sent | {"If-None-Match": etag}, 304)

    def bearer(self, number: int) -> dict[str, str]:
        """The header with the token of this number."""
        (text,) = token_texts(self.agency, number, number + 1)
        return {"Authorization": f"Bearer {text}"}

    def known(self, many: int = KNOWN) -> list[Ask]:
        """The private feed, asked for with each of the tokens that come again and again."""
        return self._polls(0, many)

    def fresh(self, many: int) -> list[Ask]:
        """The private feed, asked for with tokens that were never seen before."""
        first, self._used = self._used, self._used + many
        if self._used > self.size.tokens:
            raise Lacking(f"the tokens are used up ({self.size.tokens}); give more with --tokens")
        return self._polls(first, self._used)

    def _polls(self, first: int, last: int) -> list[Ask]:
        texts = token_texts(self.agency, first, last)
        return [Ask(PRIVATE, {"Authorization": f"Bearer {text}"} | GZIP) for text in texts]

    @cached_property
    def source_key(self) -> str:
        """A key with which the wire comes in."""
        return contracts.add_source_key(self.agency, "desk", BY)[1]

    @cached_property
    def api_token(self) -> str:
        """A token for programs."""
        return contracts.issue_token(self.agency, "company-0", TokenTerms(TokenKind.API, "bench"), BY)[1]

    def numbered_story(self) -> Ask:
        """A message to post, another item each time (`bench.load.NUMBERED`)."""
        message = story(self.size.items, datetime.now(UTC))
        message = replace(message, uri=f"posted:{NUMBERED}", headline=f"Posted {NUMBERED}")
        return Ask("/wire/desk", {"Authorization": f"Bearer {self.source_key}"}, body=ninjs(message))

    def numbers(self) -> int:
        """The first of a hundred thousand numbers that no other load has had; all are of eight digits."""
        self._numbers += 100_000
        return self._numbers

    # What is in it

    def feed(self, entries: int, level: Level = Level.FULL) -> Feed:
        """The feed of everything as partners at this level have it, of so many entries and no notices."""
        moment = self.agency.moment()
        with self.agency.database.snapshot() as connection:
            return self._feed(connection, entries, View(FEED, ReaderClass.LICENSED, level), moment.now)

    def _feed(self, connection: Connection, entries: int, view: View, now: datetime) -> Feed:
        generation = feeds.current(connection)[FEED]
        generation = replace(generation, definition=replace(generation.definition, window=entries))
        made = entries_of(self.agency, connection, view, generation, now)
        head = head_of(self.agency, generation, view, "rss", now)
        return Feed(head, tuple(each.entry for each in made if each.entry.face is Face.ENTRY))

    def _stories(self) -> Iterator[table.Row]:
        for entry in self.feed(500).entries:
            words = (entry.id, entry.title, entry.href or "", entry.excerpt or "", entry.html or "")
            yield (*words, entry.published_at.timestamp())


def _python(module: str) -> Command:
    return lambda port: [sys.executable, "-m", module, str(port)]
