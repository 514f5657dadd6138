"""Who sees how much of a story, and the only door through which full text leaves.

Every exit (feed, page, item, ticker) asks `decide` and nothing else, and shows what `entry` makes. Silence
means NOTHING. Whether a token is genuine is decided in `tokens` and `service.credentials`; what a class
could see when, in `life`. To see a decision: `syndicate explain KEY --feed F --as COMPANY`.
Knows the other rooms of the core.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from syndicate.core.entry import Entry
from syndicate.core.excerpt import Limits, excerpt_of
from syndicate.core.model import Face, Level, ReaderClass, Rendition, Span
from syndicate.core.notices import words_for
from syndicate.core.sealed import Sealed, reveal
from syndicate.core.selection import labelled
from syndicate.core.story import (
    Anonymous,
    ByKey,
    Channel,
    Decision,
    Desk,
    FullWords,
    InFeed,
    Licence,
    Partner,
    Place,
    Principal,
    Story,
    Version,
)

NOTHING = Decision(Level.NOTHING, "no rule allows it")


# Deciding


def decide(story: Story, principal: Principal, channel: Channel, now: datetime) -> Decision:
    """What `principal` may have of `story` through `channel` at `now`, and the rule that says so."""
    if isinstance(principal, Desk):
        return _desk(story)
    answers: list[Decision] = []
    if isinstance(principal, Partner):
        answers += _licensed(story, principal, channel, now)
    if _public_counts(principal, channel):
        answers += _public(story, channel)
    return max(answers, key=_worth, default=NOTHING)


def _worth(decision: Decision) -> tuple[Level, bool]:
    """The highest level wins; of two that are equal, the one that knows of a version early."""
    is_early = decision.span is not None and decision.span.reader_class is ReaderClass.EARLY
    return decision.level, is_early


def public_level(face: Face, public: Level) -> Level:
    """The level of an anonymous reader: the feed's; a kill notice where the item was once public."""
    if face is Face.ENTRY:
        return public
    return Level.NOTICE if face is Face.KILL and public >= Level.HEADLINE else Level.NOTHING


def licensed_level(face: Face, licence: Level, public: Level) -> Level:
    """The level of a licensed partner: the licence's, never below the public one; notices as notices."""
    return max(licence, public) if face is Face.ENTRY else Level.NOTICE


def _public_counts(principal: Principal, channel: Channel) -> bool:
    """A feed asked for without a licence is refused, never quietly served as an excerpt."""
    return isinstance(principal, Anonymous) or isinstance(channel, ByKey)


def _public(story: Story, channel: Channel) -> Iterator[Decision]:
    span = story.spans.get(ReaderClass.PUBLIC)
    if span is None:
        return
    for place in _places(story, ReaderClass.PUBLIC, channel):
        level = _within_words(story, span, public_level(span.face, place.public))
        yield Decision(level, f"public level of {place.feed}", span, place.feed)


def _licensed(story: Story, partner: Partner, channel: Channel, now: datetime) -> Iterator[Decision]:
    for place in story.places:
        if isinstance(channel, InFeed) and place.feed != channel.feed:
            continue
        for licence in partner.licences_for(place.feed, now):
            span = story.spans.get(place.reader_class)
            if span is not None and _applies(licence, channel, span, now):
                level = _within_words(story, span, licensed_level(span.face, licence.level, place.public))
                yield Decision(level, f"licence {licence.id} for {place.feed}", span, place.feed)


def _applies(licence: Licence, channel: Channel, span: Span, now: datetime) -> bool:
    """By key an embargo right reads the early spans; archive days bind by key, and never a notice."""
    is_early = licence.has_embargo_right and isinstance(channel, ByKey)
    if span.reader_class is not (ReaderClass.EARLY if is_early else ReaderClass.LICENSED):
        return False
    if isinstance(channel, InFeed) or span.face is not Face.ENTRY:
        return True
    return licence.reaches_back_to(span.first_at, now)


def _desk(story: Story) -> Decision:
    """The desk has what there is, marked: the early span knows most, the public one least."""
    for reader_class in (ReaderClass.EARLY, ReaderClass.LICENSED, ReaderClass.PUBLIC):
        span = story.spans.get(reader_class)
        if span is not None:
            return Decision(Level.FULL, f"the desk, {span.face.value} for {reader_class.value}", span)
    return Decision(Level.NOTHING, "nothing shows to anybody")


def _places(story: Story, reader_class: ReaderClass, channel: Channel) -> list[Place]:
    return [
        place
        for place in story.places
        if place.reader_class is reader_class and (isinstance(channel, ByKey) or place.feed == channel.feed)
    ]


def _within_words(story: Story, span: Span, level: Level) -> Level:
    """An excerpt that is missing makes it a headline: less, never more."""
    if level is Level.EXCERPT and not story.version(span).excerpt:
        return Level.HEADLINE
    return level


# What may leave


@dataclass(frozen=True, slots=True)
class House:
    """What the agency is called outside: for ids, addresses and the constant words of notices."""

    authority: str
    since: str
    base_url: str
    zone: ZoneInfo
    contact: str

    def id_of(self, key: str) -> str:
        """The tag URI (RFC 4151) of an item or a feed, for ever."""
        return f"tag:{self.authority},{self.since}:{quote(key, safe=':')}"

    def href_of(self, key: str, is_public: bool) -> str:
        """Where a person can read the item."""
        return f"{self.base_url}{'' if is_public else '/private'}/items/{key}"


def entry(
    story: Story, decision: Decision, words: FullWords | None, house: House, language: str
) -> Entry | None:
    """What may leave of `story` under `decision`: an entry, a notice in its place, or None for nothing.

    `words` is looked at for a decision of FULL alone. `language` is that of the feed, for constant words.
    """
    span = decision.span
    if span is None or decision.level is Level.NOTHING:
        return None
    if span.face is not Face.ENTRY:
        return _notice(story, span, house, language)
    outline = _outline(story, span, decision.level, house, language)
    if decision.level is Level.FULL and words is not None:
        return _in_full(outline, story, span, decision.level, words)
    return outline


def _outline(story: Story, span: Span, level: Level, house: House, language: str) -> Entry:
    """The entry up to its excerpt, marked when it is a correction."""
    version = story.version(span)
    constant = words_for(version.language or language)
    is_full = level is Level.FULL
    title, excerpt = version.headline, version.excerpt if level >= Level.EXCERPT else None
    if span.is_corrected and not is_full:
        title = f"{constant.correction}: {title}"
        excerpt = excerpt and f"{constant.corrected_at(span.outline_at.astimezone(house.zone))} {excerpt}"
    return Entry(
        id=house.id_of(story.key),
        key=story.key,
        face=Face.ENTRY,
        level=level,
        title=title,
        href=house.href_of(story.key, is_public(story)),
        published_at=span.first_at,
        updated_at=span.words_at if is_full else span.outline_at,
        edited_at=span.from_at,
        language=version.language,
        kind=version.kind,
        urgency=version.urgency,
        subjects=tuple(labelled(subject) for subject in version.subjects),
        excerpt=excerpt,
        ticker_headline=version.ticker_headline,
        rights=version.rights,
        is_corrected=span.is_corrected,
        replaces=_replaces(story, span, version, house),
        embargo_at=version.embargo_at if _is_ahead(story, span) else None,
    )


def _in_full(outline: Entry, story: Story, span: Span, level: Level, words: FullWords) -> Entry:
    """The entry with every word that the version has."""
    version = story.version(span)
    note = _opened(words.editors_note, level)
    text = _opened(words.text, level)
    begun = f"<p><em>{html.escape(note, quote=False)}</em></p>\n" if span.is_corrected and note else ""
    return replace(
        outline,
        ordinal=span.ordinal,
        headline=version.headline,
        html=(begun + (text or "")) or None,
        text_html=text,
        summary=_opened(words.summary, level),
        byline=version.byline,
        dateline=version.dateline,
        slugline=version.slugline,
        keywords=version.keywords,
        editors_note=note,
        renditions=tuple(Rendition(**each) for each in json.loads(_opened(words.renditions, level) or "[]")),
    )


def _is_ahead(story: Story, span: Span) -> bool:
    """Whether `span` shows early what licensed readers do not have yet: so long the embargo lasts."""
    licensed = story.spans.get(ReaderClass.LICENSED)
    return span.reader_class is ReaderClass.EARLY and (licensed is None or licensed.version != span.version)


def _opened(sealed: Sealed[str] | None, level: Level) -> str | None:
    return None if sealed is None else reveal(sealed, level)


def excerpt_anew(words: FullWords, has_summaries: bool, limits: Limits) -> str | None:
    """The excerpt of a version under other limits: all that leaves of its words here."""
    summary, text = _opened(words.summary, Level.FULL), _opened(words.text, Level.FULL)
    return excerpt_of(summary, text, has_summaries, limits)


def _notice(story: Story, span: Span, house: House, language: str) -> Entry:
    """The constant words in place of a story, under its own id; no word of the story."""
    constant = words_for(language)
    at = span.words_at.astimezone(house.zone)
    is_kill = span.face is Face.KILL
    return Entry(
        id=house.id_of(story.key),
        key=story.key,
        face=span.face,
        level=Level.NOTICE,
        title=constant.withdrawn if is_kill else constant.held,
        href=house.href_of(story.key, is_public(story)),
        published_at=span.first_at,
        updated_at=span.words_at,
        edited_at=span.from_at,
        language=language,
        excerpt=constant.withdrawn_text(at, house.contact)
        if is_kill
        else constant.held_text(at, house.contact),
    )


def slip(story: Story, decision: Decision, level: Level, house: House, language: str) -> Entry | None:
    """The kill slip of private feeds: an entry of its own, by which a desk finds what it must take out.

    Readers show only new ids as unread, so the notice under the old id would not be seen. It holds the
    uri, the time of the first sending and, for those who were given it (`level` FULL), the slugline; no
    other word of the story.
    """
    span = decision.span
    if span is None or decision.level is not Level.NOTICE or span.face is not Face.KILL:
        return None
    if span.reader_class is ReaderClass.PUBLIC:
        return None
    constant = words_for(language)
    slugline = story.version(span).slugline if level is Level.FULL else None
    return Entry(
        id=f"{house.id_of(story.key)}:kill",
        key=story.key,
        face=Face.KILL,
        level=Level.NOTICE,
        title=f"{constant.kill}: {slugline or story.uri}",
        href=house.href_of(story.key, is_public(story)),
        published_at=span.words_at,
        updated_at=span.words_at,
        edited_at=span.from_at,
        language=language,
        excerpt=constant.slip_text(story.uri, slugline, span.first_at.astimezone(house.zone)),
    )


def is_public(story: Story) -> bool:
    """Whether an anonymous reader finds something under the item's public address now."""
    return any(decision.level >= Level.NOTICE for decision in _public(story, ByKey()))


def _replaces(story: Story, span: Span, version: Version, house: House) -> str | None:
    """The id of the withdrawn item, for classes that had seen it."""
    if version.replaces is None or span.reader_class not in story.replaced_for:
        return None
    return house.id_of(version.replaces)


# The table, as the docs print it

_PUBLIC = (Level.NOTHING, Level.HEADLINE, Level.EXCERPT, Level.FULL)
_LICENCES = (Level.HEADLINE, Level.EXCERPT, Level.FULL)


def table() -> list[tuple[str, ...]]:
    """Every case of the gate, made from its rules: what shows now, the feed's public level, who has what.

    The columns: now, public level, anonymous, a licence of HEADLINE, of EXCERPT, of FULL, the desk.
    """
    rows = [
        (
            face.value,
            public.name,
            public_level(face, public).name,
            *(licensed_level(face, licence, public).name for licence in _LICENCES),
            "FULL, marked" if face is not Face.ENTRY else "FULL",
        )
        for face in Face
        for public in _PUBLIC
    ]
    nothing = (Level.NOTHING.name,) * (1 + len(_LICENCES))
    return [*rows, ("nothing", "any", *nothing, "what there is, marked")]
