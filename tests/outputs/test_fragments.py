"""Documents joined of kept entries are those that feedgen gives for the whole."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings

from bench.peers.feedgen_alone import ALONE
from syndicate.core.entry import Feed
from syndicate.outputs import FORMATS
from syndicate.outputs.fragments import Fragments

from .samples import EXCERPT, FEEDS, FULL, HEAD, feed, feeds

each_alone = pytest.mark.parametrize("extension", ALONE)


@each_alone
@pytest.mark.parametrize("sample", FEEDS.values(), ids=FEEDS)
def test_a_joined_document_is_what_feedgen_gives_for_the_whole(extension, sample):
    assert FORMATS[extension].write(sample) == ALONE[extension](sample)


@each_alone
@settings(deadline=None)
@given(sample=feeds())
def test_so_is_any_feed_that_can_be_drawn(extension, sample):
    assert FORMATS[extension].write(sample) == ALONE[extension](sample)


@pytest.mark.parametrize("extension", FORMATS)
@settings(deadline=None)
@given(before=feeds(), after=feeds())
def test_what_was_kept_of_another_feed_changes_no_byte(extension, before, after):
    kept = Fragments()
    FORMATS[extension].write(before, kept)
    assert FORMATS[extension].write(after, kept) == FORMATS[extension].write(after)


@pytest.mark.parametrize("extension", FORMATS)
def test_an_entry_that_changes_in_one_field_is_written_anew(extension):
    kept = Fragments()
    FORMATS[extension].write(feed(FULL), kept)
    changed = feed(replace(FULL, edited_at=FULL.edited_at + timedelta(seconds=1)))
    assert FORMATS[extension].write(changed, kept) == FORMATS[extension].write(changed)


@pytest.mark.parametrize("extension", FORMATS)
def test_feeds_of_another_language_share_no_entry(extension):
    kept = Fragments()
    FORMATS[extension].write(feed(EXCERPT), kept)
    other = feed(EXCERPT, head=replace(HEAD, language="ru", headline_only="Только заголовок."))
    assert FORMATS[extension].write(other, kept) == FORMATS[extension].write(other)


def test_json_joined_is_json_of_the_whole():
    for sample in FEEDS.values():
        written = FORMATS["json"].write(sample)
        assert json.dumps(json.loads(written), ensure_ascii=False, separators=(",", ":")).encode() == written


def test_what_is_kept_stays_in_its_room():
    kept = Fragments(room=3000)
    entries = [replace(EXCERPT, title=f"Number {number}") for number in range(100)]
    made = {entry: FORMATS["rss"].write(Feed(HEAD, (entry,)), kept) for entry in entries}
    assert 0 < sum(each.size() for each in kept._kept.values()) <= 3000
    assert all(FORMATS["rss"].write(Feed(HEAD, (entry,)), kept) == made[entry] for entry in entries)
