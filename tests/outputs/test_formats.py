"""What all formats of feeds have in common."""

from __future__ import annotations

import io
import json
import locale
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import feedparser
import pytest
from hypothesis import given
from lxml import etree

import syndicate.outputs
from syndicate.core.entry import Feed
from syndicate.outputs import FORMATS

from .samples import (
    ARABIC,
    EMOJI,
    EXCERPT,
    FEEDS,
    FULL,
    HEAD,
    MARKUP,
    NOTICE,
    PRIVATE,
    RUSSIAN,
    feed,
    feeds,
)

each_feed = pytest.mark.parametrize("sample", FEEDS.values(), ids=FEEDS)
each_format = pytest.mark.parametrize("extension", FORMATS)
ATOM = "{http://www.w3.org/2005/Atom}"


def ids_and_titles(extension: str, written: bytes) -> list[tuple[str | None, str | None]]:
    """What a strict parser finds in a feed of this format."""
    if extension == "json":
        return [(item["id"], item["title"]) for item in json.loads(written)["items"]]
    root = etree.fromstring(written)
    if extension == "rss":
        return [(item.findtext("guid"), item.findtext("title")) for item in root.iter("item")]
    return [(item.findtext(f"{ATOM}id"), item.findtext(f"{ATOM}title")) for item in root.iter(f"{ATOM}entry")]


def test_every_module_that_writes_feeds_is_in_the_registry_and_no_other():
    room = Path(syndicate.outputs.__file__).parent
    modules = [
        getattr(syndicate.outputs, path.stem, None) for path in room.glob("*.py") if path.stem != "__init__"
    ]
    writers = {module.fragment for module in modules if hasattr(module, "fragment")}
    assert writers == {form.fragment for form in FORMATS.values()}


@each_format
def test_the_media_type_names_the_charset(extension):
    assert FORMATS[extension].media_type.endswith("; charset=utf-8")


@each_format
@each_feed
def test_the_same_feed_gives_the_same_bytes(extension, sample):
    write = FORMATS[extension].write
    assert write(sample) == write(Feed(sample.head, tuple(replace(entry) for entry in sample.entries)))


@each_feed
def test_ids_and_titles_and_their_order_are_one_in_every_format(sample):
    read = [ids_and_titles(extension, FORMATS[extension].write(sample)) for extension in FORMATS]
    assert read[0] == read[1] == read[2]
    assert [id_ for id_, _ in read[0]] == [entry.id for entry in sample.entries]


@given(feeds())
def test_no_entry_whatever_is_in_it_keeps_a_feed_from_being_written(sample):
    read = [ids_and_titles(extension, FORMATS[extension].write(sample)) for extension in FORMATS]
    assert read[0] == read[1] == read[2]
    assert len(read[0]) == len(sample.entries)


@pytest.mark.parametrize("extension", ["rss", "atom"])
@pytest.mark.parametrize(
    "sample", [EXCERPT, FULL, RUSSIAN, ARABIC, EMOJI, MARKUP], ids=lambda each: each.title
)
def test_a_feed_reader_finds_the_very_title(extension, sample):
    parsed = feedparser.parse(io.BytesIO(FORMATS[extension].write(feed(sample))))
    assert not parsed.bozo
    assert [entry.title for entry in parsed.entries] == [sample.title]


@pytest.mark.parametrize("extension", ["rss", "atom"])
@each_feed
def test_a_feed_reader_finds_every_entry_under_its_id(extension, sample):
    parsed = feedparser.parse(io.BytesIO(FORMATS[extension].write(sample)))
    assert not parsed.bozo
    assert [entry.id for entry in parsed.entries] == [entry.id for entry in sample.entries]


@pytest.mark.parametrize("extension", ["rss", "atom"])
def test_a_feed_reader_finds_excerpt_text_author_and_times(extension):
    parsed = feedparser.parse(io.BytesIO(FORMATS[extension].write(feed(FULL, head=PRIVATE))))
    (entry,) = parsed.entries
    assert entry.content[0].value == FULL.html
    assert FULL.excerpt in entry.summary
    assert entry.author == FULL.byline
    assert entry.link == FULL.href
    assert entry.published_parsed[:6] == FULL.published_at.timetuple()[:6]
    assert entry.updated_parsed[:6] == FULL.updated_at.timetuple()[:6]
    assert parsed.feed.rights == NOTICE
    assert parsed.feed.link == HEAD.home_href


@each_format
def test_a_private_feed_names_no_address_of_its_own(extension):
    address = "https://wire.example/feeds/economy.x"
    public = FORMATS[extension].write(feed(EXCERPT, head=replace(HEAD, self_href=address)))
    private = FORMATS[extension].write(feed(EXCERPT, head=PRIVATE))
    assert address.encode() in public
    assert b'"self"' not in private
    assert b"feed_url" not in private


@each_format
def test_feedgen_and_the_specification_are_not_advertised(extension):
    written = FORMATS[extension].write(feed(EXCERPT))
    assert b"feedgen" not in written
    assert b"generator" not in written
    assert b"rssboard" not in written


@pytest.fixture
def house_locale():
    """A locale of the process that is not `C`, which feedgen would switch to for a moment."""
    before = locale.setlocale(locale.LC_ALL)
    yield locale.setlocale(locale.LC_ALL, "C.UTF-8")
    locale.setlocale(locale.LC_ALL, before)


@pytest.fixture
def hasty_threads():
    """Threads that take turns so often that what they share is soon found in between."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hasty_threads")
def test_threads_that_write_at_the_same_time_write_the_same_and_leave_the_locale_alone(house_locale):
    sample = feed(*[replace(EXCERPT, id=f"{EXCERPT.id}{number}") for number in range(50)])
    expected = {extension: FORMATS[extension].write(sample) for extension in FORMATS}

    def work(number: int) -> set[str]:
        seen = set()
        for _ in range(10):
            for extension in FORMATS:
                assert FORMATS[extension].write(sample) == expected[extension]
                seen.add(locale.setlocale(locale.LC_ALL))
        return seen

    with ThreadPoolExecutor(8) as pool:
        assert set().union(*pool.map(work, range(8))) == {house_locale}
    assert locale.setlocale(locale.LC_ALL) == house_locale
