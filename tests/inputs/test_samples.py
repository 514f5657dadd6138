"""The larger sample collection, where it is: each row of its tables says what a reader should find."""

import csv
import json
from collections import Counter
from datetime import datetime
from html import unescape
from pathlib import Path

import pytest

from syndicate.core.model import Kind, Message, Source, Status
from syndicate.inputs import IngestError, Refusal
from syndicate.inputs.formats import read
from syndicate.inputs.html import plain

SAMPLES = Path(__file__).parents[2].parent / "shared" / "samples"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SAMPLES.exists(), reason=f"the sample collection is not at {SAMPLES}"),
]

UNLIKE_THE_TABLE = {
    # Rows that the table calls doubtful.
    "fastfeedparser/malformed_rss_namespaced.xml": "no element has a declared prefix: nothing is found",
    "feedparser-tests/illformed/rss_incomplete_cdata.xml": "the broken title is no title: nothing to know it by",
}
MEDIA_TITLES = {  # The table looks for `title` alone; `media:title` stands in.
    "feedkit/Media.xml": "The Judy's -- The Moo Song",
    "feedparser-tests/wellformed/media-rss/item_media_title_type_plain.xml": "plain means text/plain",
}
NEWER_DATE = {
    # The table has the first publication. A message is one version, so it is dated by its last change.
    "fastfeedparser/json_feed_sample.json": "2024-01-15T13:00:00Z",
    "feed-rs/atom_mediarss_youtube_1.xml": "2020-12-25T23:12:12Z",
    "netnewswire/pxlnv.json": "2018-02-13T23:51:35Z",
    "own/atom_utf-16be_bom.xml": "2026-11-20T09:30:00Z",
    "reader/full.atom": "2003-12-13T18:30:02Z",
    "reader/full.json": "2020-01-04T00:00:00Z",
    "rss-parser/heise.atom": "2016-02-01T16:54:50Z",
    # The table looks for pubDate and dc:date alone; these carry dcterms:modified.
    "feedparser-tests/wellformed/namespace/rss1.0withModulesNoDefNS.xml": "2002-09-28T20:01:19Z",
    "feedparser-tests/wellformed/namespace/rss2.0NSwithModulesNoDefNSLocalNameClash.xml": "2002-09-28T20:01:19Z",
}
HTML_TITLES = {"feedjira/google_alerts_atom.xml"}  # the table keeps the tags of the title


def rows(table: str) -> list[dict[str, str]]:
    path = SAMPLES / table
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def by_file(row: dict[str, str]) -> str:
    return row["file"]


def in_utc(message: Message) -> str:
    return f"{message.created_at:%Y-%m-%dT%H:%M:%SZ}" if message.created_at else ""


@pytest.mark.parametrize("row", rows("feeds/expected.tsv"), ids=by_file)
def test_a_feed_reads_as_its_row_says(row):
    body = (SAMPLES / "feeds" / row["file"]).read_bytes()
    if row["readable"] == "no":
        with pytest.raises(IngestError):
            read(body, Source("s", "s"))
        return
    items = read(body, Source("s", "s"))
    assert items == read(body, Source("s", "s"))
    if row["file"] in UNLIKE_THE_TABLE:
        return
    assert len(items) == int(row["items"])
    if items:
        check_first(items[0], row)


def check_first(first: Message | Refusal, row: dict[str, str]) -> None:
    if isinstance(first, Refusal):
        assert (first.reason, row["first_id"], row["first_title"]) == ("no-identity", "", "")
        return
    title = row["first_title"] or MEDIA_TITLES.get(row["file"], "")
    title = plain(title) if row["file"] in HTML_TITLES else title
    if title:
        assert first.headline == title
    else:
        assert plain(first.text or "").startswith(first.headline)
    assert first.uri == row["first_id"] or not row["first_id"]
    assert in_utc(first) == NEWER_DATE.get(row["file"], row["first_date"])
    assert bool(first.warnings) == (row["readable"] == "partly" or "date not read" in row["note"])


def test_odd_dates_are_read_or_left_out():
    body = (SAMPLES / "feeds/own/rss_odd_dates.xml").read_bytes()
    found = {item.uri: in_utc(item) for item in read(body, Source("s", "s"))}
    assert found == {row["guid"]: row["utc"] for row in rows("feeds/expected-odd-dates.tsv")}


ENCODED = """rss_utf-8_bom rss_windows-1251 rss_koi8-r rss_iso-8859-5 rss_utf-16le_bom
rss_declared_utf8_is_1251 rss_undeclared_is_1251"""
PLAINER = str.maketrans({"«": '"', "»": '"', "—": "-", "№": "N"})  # KOI8-R and ISO-8859-5 lack some signs


def plainer(text: str) -> str:
    return text.translate(PLAINER).replace("N ", "N")


def test_the_encodings_of_one_feed_read_alike():
    readings = [
        [
            (item.uri, plainer(item.headline), plainer(item.text), item.created_at)
            for item in read((SAMPLES / f"feeds/own/{name}.xml").read_bytes(), Source("s", "s"))
        ]
        for name in ENCODED.split()
    ]
    assert len(readings[0]) == 2
    assert readings == [readings[0]] * len(readings)


@pytest.mark.parametrize("row", rows("ninjs/expected.tsv"), ids=by_file)
def test_a_ninjs_document_reads_as_its_row_says(row):
    items = read((SAMPLES / "ninjs" / row["file"]).read_bytes(), Source("s", "s", is_numbered=True))
    assert len(items) == (14 if "a list of 14 objects" in row["note"] else 1)
    first = items[0]
    assert isinstance(first, Message)
    assert (first.uri, first.number) == (row["uri"], int(row["version"] or 0))
    assert first.status is Status(row["status"] or "usable")
    assert first.embargo_at == (datetime.fromisoformat(row["embargo"]) if row["embargo"] else None)
    assert row["headline"] in (first.headline, "")  # where there is none, the title of the event stands in
    assert (first.language or "", str(first.urgency or "")) == (row["language"], row["urgency"])
    assert bool(first.text) == (row["body"] == "yes")
    topic = first.subjects[0] if first.subjects else None
    if row["first_topic"]:
        assert topic is not None
        assert topic.code.endswith(row["first_topic"])
    else:
        assert topic is None or topic.code == topic.name  # only a name


def test_the_demo_wire_loses_nothing():
    source = Source("s", "s", is_numbered=True)
    wire = [
        (path, read(path.read_bytes(), source)) for path in sorted((SAMPLES / "demo-wire").glob("*.json"))
    ]
    assert len(wire) == 90
    messages = [message for _, items in wire for message in items]
    assert not [message for message in messages if isinstance(message, Refusal) or message.warnings]
    for (path, _), message in zip(wire, messages, strict=True):
        original = json.loads(path.read_text("utf-8"))
        bodies = [body["value"] for body in original.get("bodies", [])]
        assert [message.text] == (bodies or [None])
        assert message.number == int(original["version"])
        assert unescape(message.rights or "").endswith(original.get("usageTerms", ""))
    kinds = Counter(message.kind for message in messages)
    assert kinds == {
        Kind.TEXT: 76,
        Kind.PRESS_RELEASE: 7,
        Kind.INTERVIEW: 4,
        Kind.ADVISORY: 2,
        Kind.CALENDAR: 1,
    }
    assert sum(message.is_correction for message in messages) == 4
    assert [message.replaces for message in messages if message.replaces] == [
        "tag:meridian.example,2026:pol-2111",
        "tag:meridian.example,2026:ene-1105",
    ]
    assert sum(message.status is Status.CANCELED for message in messages) == 5


def test_buried_entries_are_kills_unless_they_came_back():
    def life(name):
        items = read((SAMPLES / "tombstones" / name).read_bytes(), Source("s", "s"))
        return {item.uri: item.status for item in items if item.status is Status.CANCELED}

    assert life("deleted-entry.atom") == {"urn:newsml:wire.example:20261121:world-0007": Status.CANCELED}
    assert life("deleted-entry-then-restored.atom") == {}
