"""The rules of the core: who gets which level, what an entry holds, what a life shows, where, and how much."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from syndicate.core import excerpt, gate, life, placement
from syndicate.core.model import FOREVER, Act, Deed, Face, Kind, Level, ReaderClass, Span, VersionFact
from syndicate.core.placement import Generation
from syndicate.core.sealed import Sealed
from syndicate.core.selection import FeedDefinition, Profile, Selector
from syndicate.core.story import Anonymous, ByKey, FullWords, InFeed, Licence, Partner, Place, Story, Version
from tests.gate.world import World, canaries

NOW = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)
HOUSE = gate.House("wire.example", "2026", "https://wire.example", ZoneInfo("UTC"), "rights@wire.example")
PUBLIC, LICENSED, EARLY = ReaderClass.PUBLIC, ReaderClass.LICENSED, ReaderClass.EARLY
SECRET = "kxsealedxv1xwordszq"


def span(reader_class: ReaderClass, face: Face = Face.ENTRY, version: str = "v1", days: int = 1) -> Span:
    seen = NOW - timedelta(days=days)
    return Span(reader_class, seen, FOREVER, version, face, seen, seen, seen, False, 1)


def story(*shown: Span, public: Level = Level.EXCERPT, excerpt: str | None = "A sentence.") -> Story:
    """An item of the feed `all`, its words open where they are open and canaries where they are not."""
    version = Version(
        digest="v1",
        key="k",
        headline="A headline",
        ticker_headline=None,
        excerpt=excerpt,
        byline=SECRET,
        dateline=SECRET,
        language="en",
        urgency=None,
        subjects=(),
        keywords=(SECRET,),
        slugline=SECRET,
        kind=Kind.TEXT,
        rights=None,
        replaces="old",
        is_correction=False,
        embargo_at=None,
    )
    return Story(
        key="k",
        uri="uri:k",
        spans={each.reader_class: each for each in shown},
        places=tuple(Place("all", each.reader_class, each.face, public) for each in shown),
        versions={each.version: replace(version, digest=each.version) for each in shown},
    )


ENTRY = (span(PUBLIC), span(LICENSED), span(EARLY))
KILLED = tuple(span(each, Face.KILL) for each in ReaderClass)
HELD = (span(LICENSED, Face.HOLD), span(EARLY, Face.HOLD))
WORDS = FullWords(*(Sealed(SECRET) for _ in range(3)), renditions=Sealed("[]"))


def partner(level: Level = Level.FULL, feed: str = "all", **terms: object) -> Partner:
    licence = Licence(1, frozenset([feed]), level, NOW - timedelta(days=9), NOW + timedelta(days=9))
    return Partner("herald", "token", (replace(licence, **terms),))


def the_gate_gives_each_his_level(_: World) -> None:
    """The turning points of the table, rule by rule."""
    anonymous, key, all_ = Anonymous(), ByKey(), InFeed("all")
    late = {"begins_at": NOW + timedelta(seconds=1)}
    old = (span(PUBLIC, days=30), span(LICENSED, days=30), span(EARLY, days=30))
    for shown, principal, channel, level in (
        (story(*ENTRY), anonymous, all_, Level.EXCERPT),
        (story(*ENTRY), anonymous, InFeed("economy"), Level.NOTHING),
        (story(*ENTRY, public=Level.NOTHING), anonymous, key, Level.NOTHING),
        (story(*ENTRY, excerpt=None), anonymous, key, Level.HEADLINE),
        (story(*HELD), anonymous, key, Level.NOTHING),
        (story(*KILLED), anonymous, all_, Level.NOTICE),
        (story(*KILLED, public=Level.NOTHING), anonymous, all_, Level.NOTHING),
        (story(*ENTRY), partner(Level.HEADLINE), all_, Level.EXCERPT),
        (story(*ENTRY), partner(feed="economy"), all_, Level.NOTHING),
        (story(*ENTRY), partner(feed="economy"), InFeed("economy"), Level.NOTHING),
        (story(*ENTRY), partner(feed="economy"), key, Level.EXCERPT),
        (story(*ENTRY), partner(**late), all_, Level.NOTHING),
        (story(*ENTRY), partner(ends_at=NOW), all_, Level.NOTHING),
        (story(*ENTRY), replace(partner(), scope=frozenset(["economy"])), all_, Level.NOTHING),
        (story(*old), partner(archive_days=7), key, Level.EXCERPT),
        (story(span(EARLY)), partner(), key, Level.NOTHING),
        (story(span(EARLY)), partner(has_embargo_right=True), key, Level.FULL),
        (story(span(EARLY)), partner(has_embargo_right=True), all_, Level.NOTHING),
        (story(*KILLED), partner(), all_, Level.NOTICE),
        (story(), partner(), key, Level.NOTHING),
    ):
        found = gate.decide(shown, principal, channel, NOW).level
        assert found is level, f"{found.name} instead of {level.name}"


def an_entry_holds_what_its_level_gives(_: World) -> None:
    """And a notice no word of the story, and nobody a link to what he never saw."""
    for level in (Level.HEADLINE, Level.EXCERPT):
        shown = story(*ENTRY, public=level)
        made = gate.entry(shown, gate.decide(shown, Anonymous(), InFeed("all"), NOW), WORDS, HOUSE, "en")
        assert made is not None
        assert not canaries(repr(made)), "full words below FULL"
        assert (made.excerpt is None) == (level is Level.HEADLINE)
        assert made.replaces is None, "a link to an item that was never seen"
    for shown, principal in (
        (story(*KILLED), Anonymous()),
        (story(*KILLED), partner()),
        (story(*HELD), partner()),
    ):
        decision = gate.decide(shown, principal, InFeed("all"), NOW)
        made = gate.entry(shown, decision, WORDS, HOUSE, "en")
        assert made is not None
        assert not canaries(repr(made)), "a word of the story in a notice"
        assert "headline" not in made.title, "the headline in a notice"
    hidden = story(span(LICENSED))
    made = gate.entry(hidden, gate.decide(hidden, partner(), ByKey(), NOW), WORDS, HOUSE, "en")
    assert made is not None
    assert made.href.endswith("/private/items/k"), "a public address for what is not public"


def a_kill_slip_is_for_partners(_: World) -> None:
    shown = story(*KILLED)
    public = gate.decide(shown, Anonymous(), InFeed("all"), NOW)
    licensed = gate.decide(shown, partner(), InFeed("all"), NOW)
    assert gate.slip(shown, public, Level.FULL, HOUSE, "en") is None
    excerpt_reader = gate.slip(shown, licensed, Level.EXCERPT, HOUSE, "en")
    assert excerpt_reader is not None
    assert not canaries(repr(excerpt_reader)), "a slugline to those who were never given it"


def fact(received: int, **sides: object) -> VersionFact:
    """A version received at an hour of the day before."""
    at = NOW - timedelta(days=1) + timedelta(hours=received)
    plain = VersionFact(f"v{received}", at, received, at, False, None, None, "o", "w", False, True)
    return replace(plain, **sides)


def act(received: int, deed: Deed) -> Act:
    return Act(f"a{received}", NOW - timedelta(days=1) + timedelta(hours=received), deed, "desk", "so")


def a_life_shows_what_its_facts_say(_: World) -> None:
    later, before = NOW + timedelta(hours=1), NOW - timedelta(hours=1)
    for facts, public, licensed, early in (
        ([fact(1)], "v1", "v1", "v1"),
        ([fact(1), fact(2)], "v2", "v2", "v2"),
        ([fact(2, number=2), fact(3, number=1)], "v2", "v2", "v2"),
        ([fact(1, embargo_at=later)], None, None, "v1"),
        ([fact(1), fact(2, embargo_at=later)], "v1", "v1", "v2"),
        ([fact(1, embargo_at=before), fact(2, embargo_at=later)], None, None, "v2"),
        ([fact(1), act(2, Deed.HOLD)], None, "hold", "hold"),
        ([fact(1), act(2, Deed.HOLD), fact(3)], None, "hold", "hold"),
        ([fact(1), fact(2, is_withheld=True)], None, "hold", "hold"),
        ([fact(1, is_withheld=True)], None, None, None),
        ([fact(1), act(2, Deed.KILL)], "kill", "kill", "kill"),
        ([fact(1), act(2, Deed.KILL), fact(3)], "kill", "kill", "kill"),
        ([act(1, Deed.KILL), fact(2)], None, None, None),
        ([fact(1, embargo_at=later), act(2, Deed.KILL)], None, None, "kill"),
        ([fact(-500), act(-490, Deed.KILL)], None, None, None),
        ([fact(1, expires_at=before)], None, None, None),
        ([fact(1, is_public=False)], None, "v1", "v1"),
    ):
        made = life.timeline(facts)
        found = tuple(_shown(made[each]) for each in (PUBLIC, LICENSED, EARLY))
        assert found == (public, licensed, early), f"{found} instead of {(public, licensed, early)}"
    nobody = life.Memory(LICENSED)
    assert life._face(nobody, [], [], before, NOW)[0] is None, "a kill is told to those who never saw"
    assert replace(nobody, face=Face.KILL).span(NOW, FOREVER) is None, "what was never seen leaves a span"


def _shown(spans: tuple[Span, ...]) -> str | None:
    for each in spans:
        if each.from_at <= NOW < each.until_at:
            return each.version if each.face is Face.ENTRY else each.face.value
    return None


def an_item_stands_where_a_feed_takes_it(_: World) -> None:
    """A feed shows what it selects while it does so, and a notice only where the item was seen."""
    sport = Profile("desk", Kind.TEXT, "en", None, (), (), "SPORT")
    chosen = FeedDefinition("chosen", "", "", selects=(Selector(slugline=("sport",)),))
    unchosen = FeedDefinition("unchosen", "", "", selects=(Selector(slugline=("economy",)),))
    closed = FeedDefinition("closed", "", "", public=Level.NOTHING)
    past = Generation(4, FeedDefinition("past", "", ""), NOW - timedelta(days=9), NOW - timedelta(hours=1))
    history = [
        Generation(n, each, NOW - timedelta(days=9)) for n, each in enumerate((chosen, unchosen, closed))
    ]
    killed_at = NOW - timedelta(hours=2)
    spans = [
        replace(span(each, face), from_at=start, until_at=end)
        for each in (PUBLIC, LICENSED)
        for face, start, end in (
            (Face.ENTRY, NOW - timedelta(days=1), killed_at),
            (Face.KILL, killed_at, NOW + timedelta(days=12)),
        )
    ]
    placed = placement.places_of(spans, {"v1": sport}, [*history, past])
    now = {
        (each.generation.definition.name, each.span.reader_class.value, each.span.face.value)
        for each in placed
        if each.from_at <= NOW < each.until_at
    }
    assert now == {
        ("chosen", "public", "kill"),
        ("chosen", "licensed", "kill"),
        ("closed", "licensed", "kill"),
    }


def an_excerpt_stays_within_its_limits(_: World) -> None:
    limits = excerpt.Limits()
    long = f"A first sentence that is short. {'Then one follows that has many words ' * 30}{SECRET}. "
    made = excerpt.excerpt_of(None, f"<p>{long * 3}</p>", False, limits)
    assert made == "A first sentence that is short.", "more than the limits allow"
    figure = f"<figure><figcaption>{SECRET}.</figcaption></figure>"
    for markup in (figure, f'<a href="https://x.example/">{figure}</a>', f"<b>{figure}</b>"):
        assert not canaries(str(excerpt.excerpt_of(None, f"{markup}<p>{long * 3}</p>", False, limits))), (
            "a caption"
        )
    short = f"<p>Some {SECRET} words of it.</p>"
    assert excerpt.excerpt_of(f"Some {SECRET} words of it.", short, True, limits) is None, (
        "a text as its summary"
    )
    assert excerpt.excerpt_of(f"Quite {SECRET}.", short, False, limits) is None, (
        "a summary of another's source"
    )
