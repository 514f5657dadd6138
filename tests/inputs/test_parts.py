"""Dates, markup, encodings and characters, each by itself."""

from datetime import UTC, datetime

import pytest

from syndicate.core.model import Source
from syndicate.inputs import IngestError, characters, fields, html
from syndicate.inputs.charset import decode
from syndicate.inputs.dates import exact_moment, moment
from syndicate.inputs.refusal import ItemError

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "zone"),
    [
        ("2026-11-20T12:00:00Z", "UTC"),
        ("20261120T120000Z", "UTC"),
        ("2026-11-20 15:00 +0300", "UTC"),
        ("2026-11-20T15:00:00", "Europe/Moscow"),
        ("Fri, 20 Nov 2026 12:00:00 GMT", "Europe/Moscow"),
        ("Fri, 20 November 2026 07:00:00 EST", "UTC"),
        ("Friday, November 20, 2026 12:00", "UTC"),
        ("20-Nov-2026 12:00", "UTC"),
        ("20.11.2026, 15:00 MSK", "UTC"),
        ("20 ноября 2026 г. 15:00", "Europe/Moscow"),
        (1795176000, "Europe/Moscow"),
    ],
)
def test_a_date_is_read_in_the_forms_that_sources_use(raw, zone):
    assert moment(raw, zone) == NOON


@pytest.mark.parametrize(
    "raw",
    ["", "soon", "9" * 4301, "2026-02-30", "2026-11-20T25:00:00Z",
     "Fri, 20 Nov 2026 12:00 XYZ", "Seg, 24 Set 2018 19:42",
     "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "17", 17, True, None, {},
     "1" * 10_000, "2026-11-20T12:00+99:99"],
)  # fmt: skip
def test_what_is_no_date_is_none(raw):
    assert moment(raw, "UTC") is None


def test_an_hour_that_the_clocks_repeat_is_the_later_one():
    assert moment("2026-10-25T02:30:00", "Europe/Berlin") == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize("raw", ["2026-11-20", "1795176000", 1795176000, "", "after six"])
def test_an_embargo_needs_a_time(raw):
    assert exact_moment(raw, "UTC") is None
    with pytest.raises(ItemError, match="bad-embargo"):
        fields.embargo([raw], Source("s", "s"))


@pytest.mark.parametrize(
    ("markup", "kept"),
    [
        ("<p>a<script>b</script></p>", "<p>a</p>"),
        ('<a href="javascript:x">w</a>', "<p>w</p>"),
        ('<a href="/x">w</a>', "<p>w</p>"),
        ('<a href="//evil.example/x">w</a>', "<p>w</p>"),
        ('<a href="http://u:p@h.example/">w</a>', "<p>w</p>"),
        ('<a href="https://h.example/?a=1&amp;b=2">w</a>', '<p><a href="https://h.example/?a=1&amp;b=2">w</a></p>'),
        ('<img src="x.png"><p>a</p>', "<p>a</p>"),
        ('<img src="https://h.example/i.png" alt="a > b" onload="x">',
         '<p><img src="https://h.example/i.png" alt="a › b"></p>'),
        ("<h1>a</h1><article>b</article>", "<h2>a</h2><div>b</div>"),
        ("<form>type <input value=x></form><p>a & b</p>", "<p>a &amp; b</p>"),
        ("<td colspan=2>", None),
        ("<table><tr><td colspan=2 rowspan=x>a</td></tr></table>",
         '<table><tbody><tr><td colspan="2">a</td></tr></tbody></table>'),
        ("<html><head><title>t</title></head><body><p>a</p></body></html>", "<p>a</p>"),
        ("<!-- c --><p></p>", None),
    ],
)  # fmt: skip
def test_only_allowed_markup_stays(markup, kept):
    assert html.clean(markup) == kept
    assert kept is None or html.clean(kept) == kept


def test_relative_addresses_follow_the_base():
    assert html.clean('<a href="../x y">w</a>', "https://h.example/a/b") == (
        '<p><a href="https://h.example/x%20y">w</a></p>'
    )


def test_links_within_links_are_unwrapped_one_by_one():
    markup = '<a href="/x"><table><tr><td><a href="https://h.example/">in</a></td></tr></table></a>'
    assert html.clean(markup).count("<a") == html.clean(markup).count("</a>") == 1


def test_a_text_that_could_nest_too_deeply_is_refused_quickly():
    for evasion in ("<div>", "<div><table></div></table>", "<div><!--</div>-->", '<div><br x="</div>">'):
        with pytest.raises(ItemError, match="too-many-elements"):
            html.clean(evasion * 25_000)


def test_a_text_of_references_alone_is_refused_quickly():
    with pytest.raises(ItemError, match="too-many-references"):
        html.clean("&a" * 300_000)


def test_blocks_part_words_in_plain_text():
    assert html.words("<p>a</p><p>b<br>c</p><b>d</b>e &amp;lt;") == "a b c de &lt;"


@pytest.mark.parametrize(
    "name", ["punycode", "idna", "unicode_escape", "zlib", "utf-16", "no-such", "x" * 500]
)
def test_a_declared_encoding_that_is_none_is_passed_over(name):
    decoded = decode(f'<?xml version="1.0" encoding="{name}"?><a>é</a>'.encode())
    assert "é" in decoded.text
    assert not decoded.text.startswith("\ufeff")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Совет директоров сохранил ключевую ставку", "cp1251"),
        ("Совет директоров сохранил ключевую ставку", "koi8-r"),
        ("Совет директоров сохранил ключевую ставку", "iso8859-5"),
        ("Совет директоров сохранил ключевую ставку", "cp866"),
        ("Η τράπεζα διατήρησε το επιτόκιο αμετάβλητο", "cp1253"),
        ("日銀は金利を据え置くことを決めた", "euc_jp"),
        ("日銀は金利を据え置くことを決めた", "cp932"),
        ("한국은행은 기준금리를 동결하기로 했다고 밝혔다", "cp949"),
        ("央行决定维持利率不变这是今年的第三次", "gb18030"),
        ("La banque a décidé de garder son taux à l’été", "cp1252"),
        ("Ставка", "utf-16-le"),
        ("<a>Ставка", "utf-16-be"),
    ],
)
def test_an_encoding_that_nobody_names_is_guessed(text, encoding):
    if encoding.startswith("utf-16"):
        text = f"<a>{text}"
    assert decode(text.encode(encoding)).text == text


def test_characters_that_xml_forbids_go():
    assert characters.legal("a\x00b\ud800c\ufffed\te\n") == "abcd\te\n"
    assert characters.cut("one two three", 9) == "one two"
    assert characters.cut("onetwothree", 4) == "onet"


@pytest.mark.parametrize(
    "href",
    ["javascript:x", "//h.example/", "http://", "http://u@h.example/", "ftp://h.example/", "http://h.example/a b",
     'http://h.example/"', "http://[::1", "data:text/html,x", ""],
)  # fmt: skip
def test_an_address_that_is_not_plainly_of_the_web_is_none(href):
    assert not html.is_web_address(href)
    assert fields.rendition(href, "image/png", 1) is None


def test_an_error_says_its_reason_and_one_sentence():
    error = IngestError("not-a-feed", "It is none.")
    assert (error.reason, error.detail, str(error)) == (
        "not-a-feed",
        "It is none.",
        "not-a-feed: It is none.",
    )


def test_no_character_that_xml_forbids_is_printable() -> None:
    every = map(chr, range(0x110000))
    assert [each for each in every if each.isprintable() and not characters.is_legal(each)] == []


def test_what_has_no_words_is_no_text() -> None:
    silent = ("<p> </p>", "<p>&nbsp;</p>", "<p>\u200b</p>", "<br>", "<p>&#8203;<b></b></p>")
    assert [markup for markup in silent if html.clean(markup)] == []
    spoken = ("<p>&nbsp;x</p>", "<p>-</p>", "é", "<b></b>&amp;", "<p>\u200b5</p>", "<p>_</p>")
    assert [markup for markup in spoken if not html.clean(markup)] == []
