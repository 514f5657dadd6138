"""The second lock: nothing above an entry's level is written, even if somebody left it there."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given

from syndicate.core.entry import Entry
from syndicate.core.model import Face, Kind, Level, Rendition, Subject
from syndicate.outputs import FORMATS, ninjs, text
from syndicate.outputs.outgoing import legal, outgoing

from .samples import ENTRIES, EXCERPT, FULL, HEAD, HOLD, KILL, NOON, NOTICE, entries, feed

CANARY = "canary-of-full-words"
CANARIES = replace(
    FULL,
    title="Title",
    excerpt=None,
    headline=CANARY,
    html=f"<p>{CANARY}</p>",
    text_html=f"<p>{CANARY}</p>",
    summary=CANARY,
    byline=CANARY,
    dateline=CANARY,
    slugline=CANARY,
    keywords=(CANARY,),
    editors_note=CANARY,
    renditions=(Rendition(f"https://wire.example/{CANARY}", "image/jpeg", 1, CANARY),),
    ordinal=987654321,
    embargo_at=datetime(2031, 7, 7, tzinfo=UTC),
)
FILLED = replace(
    CANARIES,
    kind=Kind.INTERVIEW,
    excerpt="E",
    rights="R",
    is_corrected=True,
    replaces="tag:x",
    ticker_headline="T",
)
WRITERS = {extension: lambda entry, form=form: form.write(feed(entry)) for extension, form in FORMATS.items()}
WRITERS |= {"ninjs": lambda entry: ninjs.write(entry, NOTICE), "txt": lambda entry: text.write(entry, NOTICE)}
each_writer = pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)


@each_writer
@pytest.mark.parametrize("level", [Level.NOTICE, Level.HEADLINE, Level.EXCERPT])
def test_below_full_no_format_writes_full_words_that_were_left_in_the_entry(write, level):
    written = write(replace(CANARIES, level=level))
    for secret in (CANARY, "987654321"):
        assert secret.encode() not in written


@pytest.mark.parametrize("name", ["ninjs", "txt"])
@pytest.mark.parametrize("level", [Level.HEADLINE, Level.EXCERPT, Level.FULL])
def test_an_embargo_goes_with_whatever_is_given_early_and_with_no_notice(name, level):
    assert b"2031-07-07" in WRITERS[name](replace(CANARIES, level=level))
    assert b"2031-07-07" not in WRITERS[name](replace(CANARIES, level=Level.NOTICE))


@each_writer
@pytest.mark.parametrize("face", [Face.HOLD, Face.KILL])
@pytest.mark.parametrize("level", list(Level)[1:])
def test_a_notice_is_a_notice_whatever_its_level_says(write, face, level):
    written = write(replace(CANARIES, face=face, level=level, excerpt="Constant.", rights=CANARY))
    assert CANARY.encode() not in written
    assert b"Constant." in written


@each_writer
def test_at_headline_level_no_excerpt_is_written(write):
    assert CANARY.encode() not in write(replace(EXCERPT, level=Level.HEADLINE, excerpt=CANARY))


@each_writer
def test_at_full_level_the_words_do_leave_so_the_canaries_would_sing(write):
    assert CANARY.encode() in write(CANARIES)


@each_writer
@pytest.mark.parametrize("notice", [HOLD, KILL], ids=["hold", "kill"])
def test_a_notice_holds_no_subject_and_no_mark_of_the_story(write, notice):
    marked = replace(
        notice, subjects=(Subject("medtop:16000000", CANARY),), replaces=f"tag:{CANARY}", is_corrected=True
    )
    assert write(marked) == write(notice)


def test_a_field_that_nobody_listed_stays_inside():
    plain = outgoing(replace(FILLED, level=Level.EXCERPT))
    kept = {each.name for each in fields(Entry) if getattr(plain, each.name) == getattr(FILLED, each.name)}
    assert kept == {
        *("id", "key", "face", "title", "href", "published_at", "updated_at", "edited_at", "language"),
        *("kind", "urgency", "subjects", "excerpt", "rights", "is_corrected", "replaces", "ticker_headline"),
        "embargo_at",
    }


def test_an_entry_that_may_not_leave_is_left_out_of_a_feed():
    hidden = replace(EXCERPT, level=Level.NOTHING, title=CANARY)
    for form in FORMATS.values():
        assert form.write(feed(hidden)) == form.write(feed())


def test_an_entry_that_may_not_leave_is_refused_by_name_on_its_own():
    with pytest.raises(KeyError):
        ninjs.write(replace(EXCERPT, level=Level.NOTHING), NOTICE)


@pytest.mark.parametrize("name", ENTRIES)
def test_what_the_gate_makes_passes_unchanged_but_for_its_characters_and_an_empty_title(name):
    entry = ENTRIES[name]
    if name not in ("controls", "untitled"):
        assert outgoing(entry) == entry


def test_an_entry_without_a_title_goes_by_its_key():
    assert outgoing(replace(EXCERPT, title=" \x00")).title == EXCERPT.key


@pytest.mark.parametrize("character", "\x00\x01\x08\x0b\x0c\x1f\ufffe\uffff\ud800\udfff")
def test_what_xml_forbids_is_stripped_everywhere(character):
    dirty = replace(
        FULL,
        title=f"A{character}B",
        keywords=(f"a{character}b",),
        renditions=(Rendition("https://wire.example/a", "image/png", None, f"c{character}d"),),
    )
    clean = legal(dirty)
    assert (clean.title, clean.keywords, clean.renditions[0].caption) == ("AB", ("ab",), "cd")


@pytest.mark.parametrize("character", "\t\n\r\x7f\x85\u2028\ufffdя🌾")
def test_what_xml_allows_is_kept(character):
    assert legal(replace(EXCERPT, title=character)).title == character


@given(entries())
def test_an_entry_that_is_clean_is_not_changed_again(entry):
    assert outgoing(outgoing(entry)) == outgoing(entry)


def test_enumerations_and_times_pass_as_they_are():
    assert legal(HEAD) == HEAD
    assert legal(FULL).face is Face.ENTRY
    assert legal(NOON) is NOON
