"""Feeds for every turn of a story, as the gate would make them, and strategies for any other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import strategies as st

from syndicate.core.entry import Entry, Feed, FeedHead
from syndicate.core.model import Face, Kind, Level, Rendition, Subject

CORPUS = Path(__file__).parent.parent / "corpus"
NOTICE = 'News and other data are for information only, "as is" & <not> for redistribution without consent.'
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ID = "tag:wire.example,2026:{}"

HEAD = FeedHead(
    id=ID.format("feed:economy"),
    name="economy",
    title="Economy & Markets",
    description="Economy, business and finance",
    language="en",
    agency="Meridian Wire",
    contact="rights@wire.example",
    notice=NOTICE,
    home_href="https://wire.example/feeds/economy/",
    self_href="https://wire.example/feeds/economy.rss",
    ttl_minutes=5,
    updated_at=NOON,
    is_private=False,
)
PRIVATE = replace(HEAD, self_href=None, is_private=True)

PICTURE = Rendition("https://wire.example/p/1.jpg?a=1&b=2", "image/jpeg", 34567, 'The "port" & <quay>')
SOUND = Rendition("https://wire.example/p/2.mp3", "audio/mpeg")
FILM = Rendition("https://wire.example/p/3.mp4", "video/mp4", 1_000_000, "The gale")

EXCERPT = Entry(
    id=ID.format("3kq8"),
    key="3kq8",
    face=Face.ENTRY,
    level=Level.EXCERPT,
    title="Grain prices rise",
    href="https://wire.example/items/3kq8",
    published_at=NOON - timedelta(hours=1),
    updated_at=NOON - timedelta(hours=1),
    edited_at=NOON - timedelta(hours=1),
    language="en",
    urgency=4,
    subjects=(
        Subject("medtop:04000000", "economy, business and finance"),
        Subject("medtop:20000373"),
        Subject("GRN", "Grain"),
        Subject("https://wire.example/topics/harvest", "harvest"),
    ),
    excerpt="Grain prices rose on Monday. Traders blamed the weather.",
)
FULL = replace(
    EXCERPT,
    level=Level.FULL,
    ordinal=1,
    headline="Grain prices rise",
    html="<p>Grain prices rose on Monday.</p>\n<p>Traders blamed the <b>weather</b> &amp; rail.</p>",
    text_html="<p>Grain prices rose on Monday.</p>\n<p>Traders blamed the <b>weather</b> &amp; rail.</p>",
    summary="Prices up, traders say.",
    byline="Mira Tolvane",
    dateline="Deresh",
    slugline="GRAIN-PRICES",
    keywords=("grain", "prices"),
)
HEADLINE = replace(EXCERPT, level=Level.HEADLINE, excerpt=None)
MINOR = replace(FULL, ordinal=2, edited_at=NOON)
UPDATE = replace(FULL, ordinal=2, updated_at=NOON, edited_at=NOON)
PUBLIC_CORRECTION = replace(
    EXCERPT,
    title="Correction: Grain prices rise",
    excerpt="Corrected 12:00. Grain prices rose on Monday.",
    is_corrected=True,
    updated_at=NOON,
    edited_at=NOON,
)
FULL_CORRECTION = replace(
    UPDATE,
    is_corrected=True,
    editors_note="CORRECTION: the day was Monday.",
    html=f"<p><em>CORRECTION: the day was Monday.</em></p>\n{FULL.html}",
)
HOLD = Entry(
    id=ID.format("h0ld"),
    key="h0ld",
    face=Face.HOLD,
    level=Level.NOTICE,
    title="Hold: do not use",
    href="https://wire.example/private/items/h0ld",
    published_at=NOON - timedelta(hours=2),
    updated_at=NOON,
    edited_at=NOON,
    language="en",
    excerpt="This item has been on hold since 2026-03-02 12:00 UTC. Do not use it until it is released.",
)
KILL = replace(
    HOLD,
    id=ID.format("k1ll"),
    key="k1ll",
    face=Face.KILL,
    href="https://wire.example/items/k1ll",
    title="Withdrawn",
    excerpt="This item was withdrawn at 2026-03-02 12:00 UTC. Do not use it.",
)
SLIP = replace(
    KILL,
    id=f"{KILL.id}:kill",
    title="Kill: GRAIN-PRICES",
    published_at=NOON,
    excerpt="Take this item out of every system. Uri: urn:x. Slugline: GRAIN-PRICES.",
)
SUBSTITUTE = replace(UPDATE, id=ID.format("sub5"), key="sub5", replaces=KILL.id)
PRESS_RELEASE = replace(
    FULL, kind=Kind.PRESS_RELEASE, rights="© Kelmin Power. Free for reprint & quotation.", byline=None
)
RUSSIAN = replace(
    FULL,
    language="ru",
    title="Цены на зерно выросли — «Зерно-Трейд»",
    headline="Цены на зерно выросли — «Зерно-Трейд»",
    excerpt="Цены на зерно в понедельник выросли.",
    html="<p>Цены на зерно в понедельник выросли.</p>",
    text_html="<p>Цены на зерно в понедельник выросли.</p>",
    byline="Мира Толвейн",
)
ARABIC = replace(EXCERPT, language="ar", title="ارتفاع أسعار الحبوب", excerpt="ارتفعت أسعار الحبوب.")
EMOJI = replace(EXCERPT, title="Grain 🌾 up 👩🏽‍🌾", excerpt="🌾 up.")
MARKUP = replace(
    EXCERPT,
    title="AT&T: 5 < 6 > 4, \"quoted\" 'too' & 100 %",
    excerpt='Profit at AT&T <= 5 & "rising" </p><script>alert(1)</script>',
)
CONTROLS = replace(
    FULL, title="Grain\x00 pri\x0bces\ufffe rise\ud800", html="<p>Gr\x1bain\x00</p>", byline="Mi\x07ra"
)
BARE = replace(FULL, excerpt=None, summary=None)
WORDLESS = replace(BARE, html=None, text_html=None, kind=Kind.PICTURE, renditions=(PICTURE,))
PICTURES = replace(FULL, renditions=(PICTURE, SOUND, FILM))
ODD_PICTURES = replace(
    FULL, renditions=(replace(PICTURE, media_type="jpeg", size=-1), replace(FILM, size=-5))
)
UNTITLED = replace(EXCERPT, title=" ")

ENTRIES: dict[str, Entry] = {
    name.lower(): value for name, value in list(globals().items()) if isinstance(value, Entry)
}
"""Every entry above by its name."""


def feed(*entries: Entry, head: FeedHead = HEAD) -> Feed:
    return Feed(head, entries)


FEEDS: dict[str, Feed] = {
    **{
        name: feed(each, head=PRIVATE if each.level is Level.FULL else HEAD) for name, each in ENTRIES.items()
    },
    "empty": feed(),
    "no description": feed(EXCERPT, head=replace(HEAD, description="")),
    "russian feed": feed(
        RUSSIAN, replace(EXCERPT, id=ID.format("en")), head=replace(PRIVATE, language="ru", title="Экономика")
    ),
    "killed with slip": feed(SLIP, KILL, SUBSTITUTE, FULL, head=PRIVATE),
    "a whole day": feed(PUBLIC_CORRECTION, KILL, SUBSTITUTE, replace(MARKUP, id=ID.format("m"), key="m")),
    "a partner's day": feed(SLIP, KILL, HOLD, SUBSTITUTE, PICTURES, head=PRIVATE),
}
"""One feed for each entry, and feeds in which they meet."""


# Anything else that could be in an entry

levels = st.sampled_from([level for level in Level if level is not Level.NOTHING])
moments = st.integers(0, 2**33).map(lambda seconds: datetime.fromtimestamp(seconds + 0.25, UTC))
words = st.text(st.characters(), max_size=60)  # surrogates and control characters too
hrefs = st.sampled_from(("https://wire.example/a", "https://wire.example/b?c=1&d=2"))
renditions = st.builds(Rendition, hrefs, words, st.none() | st.integers(-5, 10**12), st.none() | words)
subjects = st.builds(
    Subject, st.sampled_from(("medtop:04000000", "medtop:x", "GRN")) | words, st.none() | words
)


@st.composite
def entries(draw: st.DrawFn, level: st.SearchStrategy[Level] = levels) -> Entry:
    """An entry with every field filled, at any level, whatever the gate would have left in it."""
    key = draw(st.text("0123456789abcdefghjkmnpqrstvwxyz", min_size=16, max_size=16))
    face = draw(st.sampled_from(Face))
    return Entry(
        id=ID.format(key),
        key=key,
        face=face,
        level=draw(level) if face is Face.ENTRY else Level.NOTICE,
        title=draw(words),
        href=f"https://wire.example/items/{key}",
        published_at=draw(moments),
        updated_at=draw(moments),
        edited_at=draw(moments),
        language=draw(st.sampled_from((None, "en", "ru", "zh-Hans")) | words),
        kind=draw(st.sampled_from(Kind)),
        urgency=draw(st.none() | st.integers(-1, 11)),
        subjects=tuple(draw(st.lists(subjects, max_size=3))),
        excerpt=draw(st.none() | words),
        rights=draw(st.none() | words),
        is_corrected=draw(st.booleans()),
        replaces=draw(st.sampled_from((None, KILL.id))),
        ordinal=draw(st.integers(1, 9)),
        headline=draw(words),
        html=draw(st.none() | words),
        text_html=draw(st.none() | words),
        summary=draw(st.none() | words),
        byline=draw(st.none() | words),
        dateline=draw(st.none() | words),
        slugline=draw(st.none() | words),
        ticker_headline=draw(st.none() | words),
        keywords=tuple(draw(st.lists(words, max_size=3))),
        editors_note=draw(st.none() | words),
        renditions=tuple(draw(st.lists(renditions, max_size=3))),
        embargo_at=draw(st.none() | moments),
    )


def feeds(level: st.SearchStrategy[Level] = levels) -> st.SearchStrategy[Feed]:
    """A feed of such entries, with no id twice."""
    several = st.lists(entries(level), max_size=5, unique_by=lambda entry: entry.id)
    return st.builds(Feed, st.sampled_from((HEAD, PRIVATE)), several.map(tuple))
