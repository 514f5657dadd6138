"""Whatever the bytes, reading gives items or `IngestError`, and quickly."""

import random
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.core.model import Source
from syndicate.inputs import IngestError
from syndicate.inputs.formats import FORMATS, read

CORPUS = Path(__file__).parent.parent / "corpus"
SEEDS = [
    path.read_bytes()
    for form in FORMATS
    for path in sorted((CORPUS / form.name).iterdir())
    if not path.name.endswith(".expect.json")
]
WORDS = rb"""<!-- ]]> <![CDATA[ &#0; &x; <!DOCTYPE " { [ null true 1e999 -1 NaN {} [] \ud800 </item> <entry> <rss>
xml:base='[::' encoding='utf-7' http://[ <at:deleted-entry/> {"uri":0}"""
TOKENS = [*WORDS.split(), b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"\xc3", b"9" * 5000]
NUMBERED = Source("s", "s", is_numbered=True, zone="Europe/Moscow", corrections=("x",), not_public=("y",))
ENTITIES = b"".join(b'<!ENTITY a%d "&a%d;&a%d;">' % (n, n - 1, n - 1) for n in range(1, 40))
RSS = b'<rss version="2.0"><channel><item><guid>a</guid><description>%s</description></item></channel></rss>'


def mutated(seed: int) -> bytes:
    """A document of the corpus with a few cuts, repeats, swaps and foreign tokens."""
    dice = random.Random(seed)
    body = dice.choice(SEEDS)
    for _ in range(dice.randint(1, 6)):
        here, there = sorted(dice.choices(range(len(body) + 1), k=2))
        body = dice.choice(
            [
                body[:here] + body[there:],
                body[:here] + dice.choice(TOKENS) + body[here:],
                body[:here] + dice.choice(TOKENS) + body[there:],
                body[:there] + body[here:],
                body[:here] + dice.randbytes(3) + body[here + 3 :],
            ]
        )
    return body


def read_or_refuse(body: bytes, content_type: str | None = None) -> None:
    with suppress(IngestError):
        read(body, NUMBERED, content_type)


@pytest.mark.parametrize("block", range(20))
def test_a_mutated_document_gives_items_or_an_ingest_error(block):
    for seed in range(block * 90, block * 90 + 90):
        read_or_refuse(mutated(seed))


@settings(derandomize=True, max_examples=200, deadline=None)
@given(body=st.binary(max_size=200), content_type=st.none() | st.text(max_size=40))
def test_any_bytes_give_items_or_an_ingest_error(body, content_type):
    read_or_refuse(body, content_type)


@pytest.mark.parametrize(
    "body",
    [
        RSS % (b"&lt;!--" * 50_000),
        RSS % (b"<!--" * 50_000),
        RSS % (b"&lt;div>" * 100_000),
        RSS % (b"&amp;" * 100_000),
        b"<rss><channel><item><title>" + b"<a b='" * 20_000,
        b"<rss " + b" ".join(b'a%d="1"' % n for n in range(50_000)) + b"><channel/></rss>",
        b"<rss><channel>" + b"<item/>" * 100_000,
        b"[" * 1_000_000,
        b'{"a":' * 200_000,
        b'[{"uri": "a", "version": ' + b"9" * 100_000 + b"}]",
        b"<html>" + b"<p>x" * 500_000,
        b"<" * 1_000_000,
        b"<!DOCTYPE rss [" + ENTITIES + b"]><rss><channel><item><title>&a39;</title></item></channel></rss>",
    ],
    ids=range(13),
)  # fmt: skip
def test_a_document_made_to_be_slow_is_given_up_or_read_at_once(body):
    read_or_refuse(body)
