"""Clients that take for ever, by the hundred: everybody else is answered meanwhile."""

from __future__ import annotations

import io
import json
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Any

import pytest
from werkzeug.test import create_environ

from syndicate.cli.processes import THREADS
from syndicate.web.app import SEATS, TURNS
from tests.conftest import program
from tests.newsroom import Newsroom, ninjs
from tests.running.service import Service, wait_for
from tests.webhooks import signed

SECONDS = "10"
READERS = 60
MANY = ["-c", "200", "-r", "200", "-l", SECONDS, "-i", "1", "-x", "8"]
ATTACKS = {
    "headers": ["-H", "/feeds/all.rss"],
    "bodies": ["-B", "-s", "100000", "/private/items/any/ack"],
    "bodies for a source": ["-B", "-s", "100000", "/wire/desk"],
    "reads": ["-X", "-w", "1", "-y", "2", "-n", "5", "-z", "1", "-k", "3", "/feeds/all.rss"],
}


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service.run(tmp_path_factory.mktemp("slow") / "wire") as service:
        for number in range(30):
            service.newsroom.send(f"story-{number}")
        yield service


@contextmanager
def attack(service: Service, *how: str) -> Iterator[subprocess.Popen[bytes]]:
    """slowhttptest, at work for as long as the block takes or its own ten seconds."""
    *options, path = how
    command = [program("slowhttptest"), *MANY, *options, "-u", service.base_url + path]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


def message(uri: str) -> bytes:
    return json.dumps(ninjs(uri, 1, datetime.now(UTC))).encode()


@pytest.mark.parametrize("how", ATTACKS)
def test_readers_are_answered_while_two_hundred_clients_drip(busy: Service, how: str) -> None:
    token = busy.newsroom.subscriber("all")
    with attack(busy, *ATTACKS[how]) as attacking:
        answered = 0
        while answered < READERS or attacking.poll() is None:
            assert busy.ask("/feeds/all.rss").status == 200
            assert busy.ask("/private/feeds/all.atom", token).status == 200
            answered += 2
    wait_for(lambda: busy.post(message(how)).status == 200, "a push after it")


def drip(service: Service) -> socket.socket:
    """Somebody who says that he signed a large body, and sends its first bytes."""
    head = signed("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b"", datetime.now(UTC), "msg_1")
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    connection = socket.create_connection(("127.0.0.1", service.port))
    connection.sendall(
        f"POST /wire/desk HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n{lines}\r\n{{".encode()
    )
    return connection


def test_bodies_that_drip_take_turns_from_pushes_and_none_from_readers(busy: Service) -> None:
    with ExitStack() as stack:
        for _ in range(40):
            stack.callback(drip(busy).close)
        answers = (busy.post(message("meanwhile")) for _ in range(1000))
        refused = next(answer for answer in answers if answer.status != 200)
        assert (refused.status, json.loads(refused.body)["reason"]) == (429, "too-many-requests")
        assert int(refused.headers["Retry-After"]) > 0
        for _ in range(READERS):
            assert busy.ask("/feeds/all.rss").status == 200
    wait_for(lambda: busy.post(message("after")).status == 200, "the turns to be free again")


def test_there_is_a_thread_that_nobody_can_keep_waiting() -> None:
    assert THREADS > SEATS + TURNS


def test_a_turn_is_given_back_however_the_request_ends(newsroom: Newsroom) -> None:
    for _ in range(TURNS * 3):
        assert newsroom.client.post("/wire/desk", data=b"x").status_code == 401
        assert newsroom.client.post("/nowhere", data=b"x").status_code == 404
        assert newsroom.client.post("/feeds/all.rss", data=b"x").status_code == 405


class Dripping(io.RawIOBase):
    """A body of which nothing comes until it is let go."""

    def __init__(self, go_on: Event) -> None:
        self.is_read, self.go_on = Event(), go_on

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.is_read.set()
        self.go_on.wait(60)
        return 0


def test_who_comes_when_all_turns_are_taken_is_told_so_and_others_are_not(newsroom: Newsroom) -> None:
    app, go_on = newsroom.app, Event()
    bodies = [Dripping(go_on) for _ in range(TURNS)]

    def send(body: Dripping) -> None:
        asked = create_environ("/wire/desk", method="POST") | {"wsgi.input": body, "CONTENT_LENGTH": "9"}
        app.wsgi_app(asked, lambda *_: None)

    senders = [Thread(target=send, args=(body,)) for body in bodies]
    for sender in senders:
        sender.start()
    assert all(body.is_read.wait(60) for body in bodies)
    answer = newsroom.client.post("/wire/desk", data=b"x")
    assert (answer.status_code, answer.get_json()["reason"]) == (429, "too-many-requests")
    assert newsroom.client.get("/feeds/all.rss").status_code == 200
    go_on.set()
    for sender in senders:
        sender.join()
    assert newsroom.client.post("/wire/desk", data=b"x").status_code == 401
