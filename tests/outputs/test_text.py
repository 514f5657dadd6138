"""One item as plain text."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.outputs import text

from .samples import (
    BARE,
    EXCERPT,
    FULL,
    FULL_CORRECTION,
    HEADLINE,
    KILL,
    NOTICE,
    PRESS_RELEASE,
    RUSSIAN,
    WORDLESS,
    entries,
)


def written(entry):
    return text.write(entry, NOTICE).decode("utf-8")


def test_a_full_item_has_headline_byline_dateline_paragraphs_and_notice():
    assert written(FULL) == (
        "Grain prices rise\n\n"
        "Mira Tolvane\n\n"
        "Deresh\n\n"
        "Grain prices rose on Monday.\n\n"
        "Traders blamed the weather & rail.\n\n"
        f"{NOTICE}\n"
    )


def test_an_excerpt_is_the_excerpt_with_the_notice():
    assert written(EXCERPT) == f"{EXCERPT.title}\n\n{EXCERPT.excerpt}\n\n{NOTICE}\n"


def test_a_headline_stands_alone_with_the_notice():
    assert written(HEADLINE) == f"{HEADLINE.title}\n\n{NOTICE}\n"


def test_a_notice_has_its_constant_words():
    assert written(KILL) == f"{KILL.title}\n\n{KILL.excerpt}\n\n{NOTICE}\n"


def test_a_correction_begins_with_the_editors_note():
    assert f"Deresh\n\n{FULL_CORRECTION.editors_note}\n\n" in written(FULL_CORRECTION)


def test_terms_of_its_own_stand_in_place_of_the_notice():
    assert written(PRESS_RELEASE).endswith(f"\n\n{PRESS_RELEASE.rights}\n")
    assert NOTICE not in written(PRESS_RELEASE)


def test_an_item_without_words_is_its_headline():
    assert written(WORDLESS).startswith(f"{WORDLESS.title}\n\n{WORDLESS.byline}")


def test_without_an_excerpt_the_text_is_there_all_the_same():
    assert "Traders blamed the weather" in written(BARE)


def test_every_script_is_written_as_it_is():
    assert written(RUSSIAN).startswith("Цены на зерно выросли — «Зерно-Трейд»\n\nМира Толвейн\n\n")


@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        ("", []),
        ("plain", ["plain"]),
        ("<p>one</p><p>two</p>", ["one", "two"]),
        ("before<p>one</p>after", ["before", "one", "after"]),
        ("<p>a\n  b\t c</p>", ["a b c"]),
        ("<p>a<br>b<br/>c</p>", ["a\nb\nc"]),
        ("<p>un<b>brea</b>kable <a href='/x'>link</a>.</p>", ["unbreakable link."]),
        ("<h2>Head</h2>text", ["Head", "text"]),
        ("<ul><li>one</li><li>two <i>three</i></li></ul>", ["- one\n- two three"]),
        ("<ul><li><p>one</p></li><li><p>two</p><p>more</p></li></ul>", ["- one", "- two", "more"]),
        ("<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td></td></tr></table>", ["a\tb\n1"]),
        ("<table><tr><td><p>1</p><p>2</p></td><td>3</td></tr></table>", ["1 2\t3"]),
        ("<p>a<!-- hidden -->b</p>", ["ab"]),
        ("<p>a<script>alert(1)</script>b</p>", ["ab"]),
        ("<p>AT&amp;T &lt;b&gt; &nbsp;x</p>", ["AT&T <b> \xa0x"]),
        ("<p>open <b>never closed", ["open never closed"]),
        ("<blockquote><p>said</p></blockquote>", ["said"]),
        ("<custom>kept</custom>", ["kept"]),
        ("<div>" * 1000 + "deep", ["deep"]),
    ],
)
def test_html_becomes_paragraphs(fragment, expected):
    assert list(text.paragraphs(fragment)) == expected


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_no_fragment_keeps_an_item_from_being_written(fragment):
    list(text.paragraphs(fragment))


@given(entries())
def test_whatever_is_in_an_item_the_text_ends_with_its_terms(entry):
    assert written(entry).endswith("\n")
    assert written(replace(entry, rights=None)).endswith(f"{NOTICE}\n")
