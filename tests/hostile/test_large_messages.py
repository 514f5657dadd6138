"""Messages that are large, or made to be slow: refused by name, given up in time, and nobody waits for them."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Event

import pytest

from syndicate.core.model import Source
from syndicate.inputs import IngestError
from syndicate.inputs.document import MAX_ITEMS
from syndicate.inputs.html import MAX_TEXT
from syndicate.service import intake
from syndicate.service.agency import Agency
from syndicate.service.reading import CHILDREN, SECONDS, ForeignReader
from tests.newsroom import Newsroom, ninjs

SOURCE = Source("desk", "house")
NOW = datetime(2026, 3, 18, 9, tzinfo=UTC)
RSS = b'<rss version="2.0"><channel><title>t</title>%s</channel></rss>'


def items(count: int, **fields: object) -> bytes:
    return json.dumps([ninjs(f"item-{number}", 1, NOW, **fields) for number in range(count)]).encode()


@pytest.fixture
def reader():
    reader = ForeignReader()
    yield reader
    reader.close()


# Too much


@pytest.mark.parametrize(
    "body",
    [
        items(MAX_ITEMS + 1, text=None),
        RSS % (b"<item><guid>a</guid></item>" * (MAX_ITEMS + 1)),
        RSS % (b"<item/>" * 100_000),
        json.dumps(
            {
                "version": "https://jsonfeed.org/version/1.1",
                "title": "t",
                "items": [{"id": str(number), "content_text": "x"} for number in range(100_000)],
            }
        ).encode(),
    ],
    ids=["ninjs", "rss", "rss, very many", "jsonfeed"],
)
def test_more_items_than_are_taken_at_once_are_refused_by_name(reader: ForeignReader, body: bytes) -> None:
    with pytest.raises(IngestError) as caught:
        reader.read(body, SOURCE)
    assert caught.value.reason == "too-many-items"


def test_a_text_that_is_too_large_is_refused_by_name_and_costs_no_other(newsroom: Newsroom) -> None:
    body = json.dumps([ninjs("large", 1, NOW, text="x" * MAX_TEXT), ninjs("small", 1, NOW)]).encode()
    large, small = intake.take(newsroom.agency, body, SOURCE)
    assert (large.outcome, large.reason) == (None, "text-too-large")
    assert small.outcome is not None


# In batches


def test_a_large_message_lets_others_write_between_its_batches(both_newsrooms: Newsroom, monkeypatch) -> None:
    held: list[int] = []
    real, put = Agency.writing, intake._Intake.put

    def writing(agency: Agency):
        held.append(0)
        return real(agency)

    def counted(self, *given):
        held[-1] += 1
        return put(self, *given)

    monkeypatch.setattr(Agency, "writing", writing)
    monkeypatch.setattr(intake._Intake, "put", counted)
    count = intake.BATCH * 2 + 7
    taken = intake.take(both_newsrooms.agency, items(count), both_newsrooms.agency.settings.source("desk"))
    assert held == [intake.BATCH, intake.BATCH, 7]
    assert [each.outcome.value for each in taken] == ["new"] * count


def test_a_message_that_was_cut_short_is_whole_once_it_is_sent_again(newsroom: Newsroom, monkeypatch) -> None:
    body, desk = items(intake.BATCH + 5), newsroom.agency.settings.source("desk")
    real, acts = Agency.writing, []

    def once(agency: Agency):
        acts.append(None)
        if len(acts) == 2:
            raise KeyboardInterrupt
        return real(agency)

    monkeypatch.setattr(Agency, "writing", once)
    with pytest.raises(KeyboardInterrupt):
        intake.take(newsroom.agency, body, desk)
    outcomes = [each.outcome.value for each in intake.take(newsroom.agency, body, desk)]
    assert outcomes == ["duplicate"] * intake.BATCH + ["new"] * 5


def test_items_of_a_message_keep_their_order_across_batches(newsroom: Newsroom) -> None:
    intake.take(newsroom.agency, items(intake.BATCH + 2), newsroom.agency.settings.source("desk"))
    feed = newsroom.get("/feeds/all.json").get_json()
    newest = [entry["url"].rpartition("/")[2] for entry in feed["items"][:3]]
    assert newest == [newsroom.key(f"item-{intake.BATCH + 1 - back}") for back in range(3)]


# Made to be slow


def test_while_one_message_takes_its_time_others_are_read(reader: ForeignReader, monkeypatch) -> None:
    inside, go_on = Event(), Event()
    real = ForeignReader._ask

    def ask(child, body, source, content_type):
        if body == b"slow":
            inside.set()
            assert go_on.wait(60)
            return []
        return real(child, body, source, content_type)

    monkeypatch.setattr(ForeignReader, "_ask", staticmethod(ask))
    with ThreadPoolExecutor(CHILDREN) as pool:
        slow = [pool.submit(reader.read, b"slow", SOURCE) for _ in range(CHILDREN - 1)]
        assert inside.wait(60)
        assert len(reader.read(items(3), SOURCE)) == 3
        assert not any(each.done() for each in slow)
        go_on.set()


def test_a_message_that_is_too_slow_is_given_up_and_the_next_is_read(reader: ForeignReader) -> None:
    reader._seconds = 0.001  # no child has even begun by then
    with pytest.raises(IngestError) as caught:
        reader.read(items(MAX_ITEMS), SOURCE)
    assert caught.value.reason == "too-slow"
    reader._seconds = SECONDS
    assert len(reader.read(items(3), SOURCE)) == 3


def test_a_child_that_nobody_needs_any_more_ends(reader: ForeignReader) -> None:
    with ThreadPoolExecutor(CHILDREN) as pool:
        for found in pool.map(lambda _: reader.read(items(1), SOURCE), range(CHILDREN * 2)):
            assert len(found) == 1
    assert len(reader._idle) == 1
    (child,) = reader._idle
    reader.close()
    assert child.returncode is not None


UNITS = {
    "stops": ". ",
    "stops alone": ".",
    "marks": "?!",
    "abbreviations": "Mr. ",
    "initials": "A. ",
    "small letters after stops": "a. b ",
    "quoted stops": '."',
    "brackets": ".)",
    "dashes": "Aaa - ",
    "letters": "A",
    "Chinese stops": "。",
    "paragraphs": "<p>x",
    "breaks": "x<br>",
    "bold words": "<b>x</b>",
    "lists": "<li>x",
    "tables": "<table><tr><td>",
    "divisions": "<div>",
    "nested bold words": "<b>",
    "comments": "<!--",
    "references": "&amp;",
    "pictures": "<img>",
    "less than": "<",
}
EXCERPT = """
import resource, sys, time
from syndicate.core.excerpt import Limits, excerpt_of
unit, largest, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
for size in (largest // 4, largest // 2, largest):
    most = int(time.process_time()) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))
    text = (unit * size)[:size]
    excerpt_of(text, "Hear. " + text, True, Limits())
"""


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_an_excerpt_of_the_largest_text_is_made_within_the_time_of_a_message(unit: str) -> None:
    """Excerpts are made where requests are answered, and not in the child. Quadratic steps would take hours."""
    subprocess.run([sys.executable, "-c", EXCERPT, unit, str(MAX_TEXT), f"{SECONDS:.0f}"], check=True)
