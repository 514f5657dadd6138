"""A crowd around a running service: suppliers push, partners read, the desk kills, whatever happens to it.

Each text holds a word of its own, so what came back tells which text it was. What was acknowledged, what was
killed and what each partner got is written down here, and compared with the database afterwards.
"""

from __future__ import annotations

import http.client
import json
import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from threading import Event, Thread

from syndicate.core.model import VersionFact
from syndicate.service import desk
from syndicate.service.agency import StoreError
from syndicate.store import receipts
from tests.newsroom import SENTENCE, ninjs
from tests.running.service import Service

WORD = re.compile(r"canary(\d+)v(\d+)x")
PATH = "/private/feeds/all.json"

_NUMBERS = count(1)  # of stories: no two crowds share one

Text = tuple[int, int]
"""Number of the story and of its version."""


def text_of(number: int, version: int) -> str:
    """A text with its word behind what an excerpt shows."""
    return SENTENCE * 6 + f"The word is canary{number}v{version}x. " + SENTENCE * 2


def uri_of(number: int) -> str:
    return f"crowd-{number}"


@dataclass
class Partner:
    """A company's program that reads, and every text that it ever got."""

    company: str
    token: str = field(repr=False)
    got: set[Text] = field(default_factory=set)


@dataclass
class Crowd:
    """Everybody, and what they saw. `wrong` is what must never happen."""

    service: Service
    partners: list[Partner]
    acknowledged: dict[int, int] = field(default_factory=dict)
    killed: set[int] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    refused: set[int] = field(default_factory=set)
    reads: int = 0
    _stop: Event = field(default_factory=Event)

    @classmethod
    def around(cls, service: Service, partners: int = 2) -> Crowd:
        room = service.newsroom
        tokens = [room.subscriber("all", kind="api") for _ in range(partners)]
        first = len(room.names) - partners
        return cls(service, [Partner(f"company-{first + n}", token) for n, token in enumerate(tokens)])

    @contextmanager
    def at_work(self, suppliers: int = 2, kills: bool = True) -> Iterator[None]:
        """All of them at work until the end; what broke one of them breaks the test."""
        self.service.post(b"{}")  # the key is made before the threads need it
        work: list[Callable[[], None]] = [self._supply] * suppliers
        work += [lambda partner=each: self._read(partner) for each in self.partners]  # type: ignore[misc]
        work += [self._kill] * kills
        threads = [Thread(target=self._guarded, args=(each,)) for each in work]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def _guarded(self, work: Callable[[], None]) -> None:
        while not self._stop.is_set():
            try:
                work()
            except (OSError, http.client.HTTPException, StoreError):
                time.sleep(0.05)  # it is away; try again
            except Exception as error:  # noqa: BLE001
                self.wrong.append(repr(error))
                return

    # What they do, again and again

    def _supply(self) -> None:
        number = next(_NUMBERS)
        for version in (1, 2) if number % 3 == 0 else (1,):
            self._push(number, version)

    def _push(self, number: int, version: int) -> None:
        """Send until it is acknowledged, as a supplier does who hears nothing."""
        now = self.service.newsroom.clock.now
        message = ninjs(
            uri_of(number), version, now, text=text_of(number, version), headline=f"Story {number}"
        )
        body = json.dumps(message).encode()
        while not self._stop.is_set():
            with suppress(OSError, http.client.HTTPException):
                answer = self.service.post(body)
                if answer.status == 200:
                    self.acknowledged[number] = version
                    return
                self.refused.add(answer.status)
            time.sleep(0.05)

    def _read(self, partner: Partner) -> None:
        killed, acknowledged = set(self.killed), dict(self.acknowledged)
        answer = self.service.ask(PATH, partner.token)
        self._note(partner, answer.status, answer.text, killed)
        alive = sorted(acknowledged.keys() - killed)
        if answer.status == 200 and alive:
            self._read_one(partner, random.choice(alive[-40:]), acknowledged)

    def _read_one(self, partner: Partner, number: int, acknowledged: dict[int, int]) -> None:
        key = self.service.newsroom.key(uri_of(number))
        answer = self.service.ask(f"/private/items/{key}.txt", partner.token)
        self._note(partner, answer.status, answer.text, set())
        if answer.status == 200:
            newest = max((version for _, version in texts_in(answer.text)), default=0)
            if newest < acknowledged[number] and number not in self.killed:
                self.wrong.append(f"{number} was acknowledged and is missing")
        elif answer.status in (404, 410) and number not in self.killed:
            time.sleep(0.5)  # it may be killed, and the killer has not said so yet
            if number not in self.killed:
                self.wrong.append(f"{number} was acknowledged and answers {answer.status}")

    def _note(self, partner: Partner, status: int, text: str, killed: set[int]) -> None:
        self.reads += 1
        if status != 200:
            self.refused.add(status)
            return
        got = texts_in(text)
        partner.got |= got
        self.wrong += [f"{number} was killed and served" for number, _ in got if number in killed]

    def _kill(self) -> None:
        self._stop.wait(0.25)
        alive = sorted(self.acknowledged.keys() - self.killed)
        if len(alive) > 10:
            number = random.choice(alive[-30:])
            self.service.newsroom.kill(uri_of(number))
            self.killed.add(number)

    # What there is afterwards

    def lost_or_doubled(self) -> list[str]:
        """Acknowledged versions that are not there exactly once."""
        room, bad = self.service.newsroom, []
        for number, version in self.acknowledged.items():
            facts = desk.chart(room.agency, room.key(uri_of(number))).facts
            numbers = sorted(each.number or 0 for each in facts if isinstance(each, VersionFact))
            if numbers != list(range(1, version + 1)):
                bad.append(f"{number}: acknowledged {version}, kept {numbers}")
        return bad

    def without_receipt(self) -> list[str]:
        """Texts that a partner got and that no receipt tells of."""
        room, bad = self.service.newsroom, []
        for partner in self.partners:
            with room.agency.receipts.snapshot() as connection:
                rows = receipts.receipts_for(connection, company=partner.company)
            signed = {(row.key, row.version) for row in rows}
            for number, version in partner.got:
                key = room.key(uri_of(number))
                digests = [
                    each.digest
                    for each in desk.chart(room.agency, key).facts
                    if isinstance(each, VersionFact) and each.number == version
                ]
                if not any((key, digest) in signed for digest in digests):
                    bad.append(f"{partner.company}: {number} version {version}")
        return bad


def texts_in(answer: str) -> set[Text]:
    return {(int(number), int(version)) for number, version in WORD.findall(answer)}
