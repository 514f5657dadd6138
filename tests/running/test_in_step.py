"""Changes under load: who follows them learns of everything that eight writers do, whatever dies meanwhile.

A few hundred acts of them run with the other tests; `make changes` runs ten thousand.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from threading import Event, Thread

from syndicate.core.model import FOREVER, Level
from syndicate.core.story import Licence
from syndicate.service import contracts
from tests.follower import Follower, digest
from tests.newsroom import BY, ECONOMY, TEXT, ninjs
from tests.running.service import Answer, Service, serve, wait_for

ACTS = int(os.environ.get("TEST_CHANGES", "400"))
WRITERS = 8
DEATHS = 5
EDITS = 10
SIGNAL = [{"uri": "http://cv.iptc.org/newscodes/signal/correction"}]
_NUMBERS = count(1)


def patiently(ask: Callable[[], Answer]) -> Answer:
    """What a program does when nobody answers: it tries again."""
    while True:
        try:
            answer = ask()
            if answer.status not in (429, 503):
                return answer
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.05)


@dataclass
class Remote(Follower):
    """A follower over HTTP, who notes when he began anew."""

    service: Service | None = None
    begun: list[float] = field(default_factory=list)

    def get(self, path: str) -> tuple[int, bytes]:
        answer = patiently(lambda: self.service.ask(path, self.token))
        return answer.status, answer.body

    def post(self, path: str, said: dict[str, str]) -> None:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        patiently(lambda: self.service.push(path, json.dumps(said).encode(), headers))

    def begin(self) -> None:
        super().begin()
        self.begun.append(time.monotonic())


@dataclass
class Writer:
    """Somebody who writes. His items are his own, so he knows what becomes of each.

    Of each act it is written down when it began: what began before the state was read may be told by the state.
    """

    service: Service
    chance: random.Random
    began: float = 0.0
    done: list[tuple[float, str, str]] = field(default_factory=list)
    open: dict[str, int] = field(default_factory=dict)
    uris: list[str] = field(default_factory=list)
    fault: str = ""

    def work(self, acts: int) -> None:
        try:
            for _ in range(acts):
                act = self.chance.choices(
                    (self.insert, self.early, self.correct, self.hold_and_release, self.kill),
                    (8, 1, 5, 2, 2),
                )[0]
                self.began = time.monotonic()
                act()
        except Exception as error:
            self.fault = repr(error)
            raise

    def insert(self) -> None:
        uri = self.push(next(_NUMBERS), 1, subjects=[{"uri": ECONOMY}] if self.chance.random() < 0.5 else [])
        self.open[uri] = 1
        self.note("new", uri)

    def early(self) -> None:
        """Under an embargo that ends soon."""
        end = self.service.newsroom.clock.now + timedelta(seconds=self.chance.randint(1, 3))
        self.note("new", self.push(next(_NUMBERS), 1, embargoed=end.replace(microsecond=0)))

    def correct(self) -> None:
        if self.open:
            uri = self.chance.choice(sorted(self.open))
            self.open[uri] += 1
            text = f"{TEXT} As corrected for time {self.open[uri]}."
            self.push(uri, self.open[uri], genres=SIGNAL, text=text, subjects=[])
            self.note("correction", uri)

    def hold_and_release(self) -> None:
        if self.open:
            uri = self.chance.choice(sorted(self.open))
            for act in ("hold", "release"):
                self.began = time.monotonic()
                getattr(self.service.newsroom, act)(uri)
                self.note(act, uri)

    def kill(self) -> None:
        if self.open:
            uri = self.chance.choice(sorted(self.open))
            del self.open[uri]
            self.service.newsroom.kill(uri)
            self.note("kill", uri)

    def push(self, name: object, version: int, **fields: object) -> str:
        uri = name if isinstance(name, str) else f"step-{name}"
        body = json.dumps(
            ninjs(uri, version, self.service.newsroom.clock.now, **fields), default=_stamp
        ).encode()
        answer = patiently(lambda: self.service.post(body))
        assert answer.status == 200, answer.text
        if version == 1:
            self.uris.append(uri)
        return uri

    def note(self, change: str, uri: str) -> None:
        self.done.append((self.began, change, self.service.newsroom.key(uri)))


def _stamp(value: object) -> str:
    return f"{value:%Y-%m-%dT%H:%M:%SZ}"


def change_terms(service: Service, company: str, acts: Callable[[], int], stop: Event) -> None:
    """Other licences, and another file of a feed, spread over what is done: after each all begins anew."""
    newsroom = service.newsroom
    head = '[[select]]\nsubject = ["medtop:04000000"]\n'
    for number in range(1, EDITS + 1):
        while acts() < ACTS * number / (EDITS + 1):
            if stop.wait(0.05):
                return
        terms = Licence(0, frozenset({"headlines"}), Level.HEADLINE, newsroom.clock.now, FOREVER)
        licence = contracts.add_licence(newsroom.agency, company, terms, BY)
        service.publish("economy", head + ("[except]\nlanguage = ['xx']\n" if number % 2 else ""))
        contracts.end_licence(newsroom.agency, licence, None, BY)


def kill_processes(service: Service, acts: Callable[[], int], stop: Event) -> None:
    """As many deaths, spread over what is done: of web processes, and of all at once."""
    for number in range(1, DEATHS + 1):
        while acts() < ACTS * number / (DEATHS + 1) and not stop.wait(0.05):
            pass
        victim = service.process.pid if number % 3 == 0 else service.web_processes()[0]
        os.kill(victim, signal.SIGKILL)
        wait_for(lambda: is_back(service), "all processes")


def is_back(service: Service) -> bool:
    """Whether all is as before; the first process is started again, as a unit would do it."""
    if service.process.poll() is not None:
        service.process = serve(service.newsroom.folder, service.port, service.log)
    try:
        return service.is_up()
    except AssertionError:  # it has ended again
        return False


def test_who_follows_learns_of_everything_that_eight_writers_do(shared_service: Service) -> None:
    service, room = shared_service, shared_service.newsroom
    token = room.subscriber("all", "economy", kind="api")
    company = f"company-{len(room.names) - 1}"
    follower = Remote(room, token, service=service)
    service.post(b"{}")  # the key is made before the threads need it
    follower.follow()
    writers = [Writer(service, random.Random(number)) for number in range(WRITERS)]
    stop = Event()
    acts = lambda: sum(len(each.done) for each in writers)  # noqa: E731
    threads = [Thread(target=each.work, args=(ACTS // WRITERS,)) for each in writers]
    beside = [
        Thread(target=change_terms, args=(service, company, acts, stop)),
        Thread(target=kill_processes, args=(service, acts, stop)),
    ]
    for thread in [*threads, *beside]:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        follower.follow()
    stop.set()
    for thread in beside:
        thread.join()
    assert [each.fault for each in writers if each.fault] == []
    uris = [uri for each in writers for uri in each.uris]
    wait_for(lambda: not follower.follow() and _is_in_step(follower, uris), "the archive to be in step")
    told = {(each["change"], each["key"]) for each in follower.told}
    last_begun = max(follower.begun)
    done = [each for writer in writers for each in writer.done]
    missing = [each for each in done if each[0] > last_begun and each[1:] not in told]
    print(
        f"{len(done)} acts, {len(uris)} items, told of {len(follower.told)} changes, began anew "
        f"{len(follower.begun)} times; {sum(each[1:] in told for each in done)} of the acts were told as such"
    )
    assert missing == []
    assert service.is_up()


def _is_in_step(follower: Remote, uris: list[str]) -> bool:
    """Whether the archive is what the gate gives, and the digests of the state say so too."""
    if follower.archive != follower.rightful(uris):
        return False
    status, page = follower.ask()
    state = {}
    while True:
        assert status == 200
        state |= {line["key"]: line for line in page["items"]}
        if not page["more"]:
            break
        status, page = follower.ask(since=page["next"])
    usable = {key: line["sha256"] for key, line in state.items() if line["status"] == "usable"}
    return usable == {key: digest(document) for key, document in follower.archive.items()}
