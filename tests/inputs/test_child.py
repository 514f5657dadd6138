"""The parser child: what goes over the wire comes back equal, and nothing else is believed."""

import io
import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from syndicate.core.model import Kind, Message, Rendition, Source, Status, Subject
from syndicate.inputs import IngestError, Refusal, wire
from syndicate.inputs.formats import read

MAPPINGS = {"subjects": (("eco", "medtop:04000000"),), "kinds": (("x", Kind.CALENDAR),)}
SOURCE = Source("desk", "house", is_numbered=True, **MAPPINGS)
KEPT = {"uri": "a", "version": "3", "headline": "Ставка", "versioncreated": "2026-11-20T09:00:00Z"}
BODY = json.dumps([KEPT, {"headline": "b"}]).encode()
PICTURE = Rendition("https://h.example/", "image/png", 4)
FULL = Message(
    uri="a",
    headline="h",
    number=3,
    created_at=datetime(2026, 1, 2, tzinfo=UTC),
    status=Status.WITHHELD,
    text="<p>x</p>",
    subjects=(Subject("medtop:04000000", "economy"),),
    renditions=(PICTURE,),
)


def sent(items) -> io.BytesIO:
    return io.BytesIO(wire.answer_of(items))


@pytest.fixture
def child():
    command = [sys.executable, "-m", "syndicate.inputs"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield process
        process.stdin.close()
        assert process.wait(10) == 0


def test_the_child_answers_one_document_after_the_other_and_ends_with_its_input(child):
    for _ in range(2):
        wire.send_request(child.stdin, BODY, SOURCE, "application/json")
        assert wire.receive_answer(child.stdout) == read(BODY, SOURCE)
    wire.send_request(child.stdin, b"nothing", SOURCE)
    with pytest.raises(IngestError, match="unknown-format"):
        wire.receive_answer(child.stdout)


def test_what_comes_back_looks_the_same_so_that_its_digest_is_the_same():
    assert repr(wire.receive_answer(sent([FULL]))) == repr([FULL])


def test_a_document_that_needs_too_much_memory_is_refused_and_the_child_lives_on(child):
    wire.send_request(child.stdin, b"[" + b"{}," * 5_000_000 + b"{}]", SOURCE)
    with pytest.raises(IngestError, match="too-much-memory"):
        wire.receive_answer(child.stdout)
    wire.send_request(child.stdin, BODY, SOURCE)
    assert wire.receive_answer(child.stdout) == read(BODY, SOURCE)


def test_items_come_back_equal():
    items = [FULL, Refusal("bad-embargo", "The embargo is none.", None), Message(uri="b")]
    assert wire.receive_answer(sent(items)) == items


def test_requests_come_back_equal():
    stream = io.BytesIO()
    wire.send_request(stream, BODY, SOURCE, "text/xml")
    stream.seek(0)
    request, body = wire.receive_request(stream)
    assert (request.source, request.content_type, body) == (SOURCE, "text/xml", BODY)
    assert wire.receive_request(stream) is None


def test_a_time_without_a_zone_is_not_believed():
    with pytest.raises(wire.WireError, match="zone"):
        wire.receive_answer(sent([replace(FULL, created_at=datetime(2026, 1, 2))]))  # noqa: DTZ001


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"{}",
        b"[1]\n",
        b'{"length": -1}\n',
        b'{"length": 99999999999}\n',
        b'{"length": 50}\n{"items": []}',
        b'{"length": 34}\n{"items": [{"uri": 7}], "error":null}',
        b'{"length": 41}\n{"items": [{"uri": "a", "text": 7}]}        ',
        b'{"length": 12}\n{"items": 1}',
    ],
)
def test_an_answer_that_breaks_the_rules_is_not_believed(answer):
    with pytest.raises(wire.WireError):
        wire.receive_answer(io.BytesIO(answer))
