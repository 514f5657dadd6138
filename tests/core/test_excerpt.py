"""What everybody may read of a text: whole sentences, within every limit, and never more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.core.excerpt import Limits, blocks_of, excerpt_of, is_beginning, sentences

USUAL = Limits()
WIDE = Limits(words=1000, characters=10_000, share=1.0)
LONG = "<p>" + "Nobody had expected it. " * 40 + "</p>"


def of(
    text: str | None, summary: str | None = None, limits: Limits = USUAL, is_true: bool = True
) -> str | None:
    return excerpt_of(summary, text, is_true, limits)


@pytest.mark.parametrize(
    ("paragraph", "first"),
    [
        ("The harbour stays open. Nobody knew.", "The harbour stays open."),
        ("It is at No. 3 Ropewalk. Come.", "It is at No. 3 Ropewalk."),
        ("Mr. Lindemar and Dr. H. Drosk met. They spoke.", "Mr. Lindemar and Dr. H. Drosk met."),
        ("It rose 2.6 percent in the U.S. alone. More.", "It rose 2.6 percent in the U.S. alone."),
        ('"We leave with one and a half." He did not say what.', '"We leave with one and a half."'),
        ("Will it hold? Nobody knows.", "Will it hold?"),
        ("Выпуск вырос на 5 млн. т. за год. Цены упали.", "Выпуск вырос на 5 млн. т. за год."),
        ("Порт открыт, сообщил А. С. Петров. Лёд тает.", "Порт открыт, сообщил А. С. Петров."),
        ("港口整个冬天都开放。没有人想到。", "港口整个冬天都开放。"),
        (
            "KESTOVAR. March 5. INTERPRESS - The Diet met. It voted.",
            "KESTOVAR. March 5. INTERPRESS - The Diet met.",
        ),
        ("A headline without an end", "A headline without an end"),
        ("It waits… and then goes on. Done.", "It waits… and then goes on."),
    ],
)
def test_a_sentence_ends_where_a_reader_would_end_it(paragraph: str, first: str) -> None:
    assert next(sentences(paragraph)) == first


def test_no_sentence_is_lost_between_sentences() -> None:
    paragraph = "One. Two! Three? Four… Five"
    assert " ".join(sentences(paragraph)) == paragraph


def test_the_editors_summary_is_taken_whole_where_it_is_a_true_one() -> None:
    assert of(LONG, "A word of the editor.") == "A word of the editor."


def test_a_summary_of_a_source_without_true_ones_is_not_taken() -> None:
    assert of(LONG, "A word of the editor.", is_true=False).startswith("Nobody had expected it.")


def test_a_summary_that_is_the_beginning_of_the_text_is_held_to_the_share() -> None:
    text = "<p>First sentence here. " + "Second one. " * 3 + "</p>"
    assert of(text, "first  SENTENCE here. Second one. Second one.") is None


def test_a_summary_that_holds_the_whole_text_is_no_summary() -> None:
    assert is_beginning("All of it. And more of the same.", "All of it.")


def test_a_summary_may_be_of_any_share_but_not_of_any_length() -> None:
    long = "This summary goes on. " * 30
    taken = of("<p>Short.</p>", long)
    assert taken is not None
    assert len(taken) <= 400
    assert taken.endswith("goes on.")


def test_where_not_even_one_sentence_fits_there_is_no_excerpt() -> None:
    assert of("<p>The prime minister resigns.</p>") is None
    assert of(None) is None
    assert of("") is None


def test_tables_and_lists_count_as_text_but_give_no_sentence() -> None:
    table = "<table><tr><td>" + "Figures. " * 60 + "</td></tr></table><ul><li>A point.</li></ul>"
    assert of(table) is None
    assert of(f"{table}<p>The harbour stays open. And so on.</p>") == "The harbour stays open. And so on."


def test_markup_links_and_captions_stay_inside() -> None:
    text = (
        '<figure><img src="https://x.example/a.jpg" alt="canary"><figcaption>canary.</figcaption></figure>'
        '<p>The <a href="https://canary.example">Exchange</a> &amp; its <b>hours</b>.</p>' + LONG
    )
    taken = of(text)
    assert taken.startswith("The Exchange & its hours.")
    assert "canary" not in taken
    assert "<" not in taken


@pytest.mark.parametrize(
    "limits",
    [Limits(words=7), Limits(characters=30), Limits(share=0.03)],
    ids=["words", "characters", "share"],
)
def test_each_limit_binds_alone(limits: Limits) -> None:
    assert of(LONG, limits=limits) == "Nobody had expected it."


words = st.lists(st.text("abcdeАБВ漢,;'\"", min_size=1, max_size=9), min_size=1, max_size=12).map(" ".join)
texts = st.lists(words.map(lambda each: f"{each.capitalize()}. "), max_size=30).map("".join)


@given(texts, st.one_of(st.none(), texts), st.booleans())
def test_an_excerpt_keeps_every_limit_whatever_the_text(
    text: str, summary: str | None, is_true: bool
) -> None:
    limits = Limits()
    taken = excerpt_of(summary, f"<p>{text}</p>", is_true, limits)
    if taken is None:
        return
    assert len(taken) <= limits.characters
    assert len(taken.split()) <= limits.words
    whole = " ".join(block.text for block in blocks_of(f"<p>{text}</p>"))
    assert is_true or len(taken) <= limits.share * len(whole)
    if not is_true:
        assert whole.startswith(taken)


@given(st.text(max_size=300))
def test_no_text_raises(text: str) -> None:
    excerpt_of(text, text, True, WIDE)


def test_a_summary_that_looks_like_the_end_of_a_page_is_read_all_the_same() -> None:
    assert [block.text for block in blocks_of("</body><html></td>Rates rose.")] == ["Rates rose."]
    assert blocks_of("<html></td></table>") == []
