"""Which items a feed takes: its file as a value, and the question whether it selects a version.

A subject matches itself and everything below it in the IPTC Media Topics, which ship as data
(`topics/mediatopics.tsv`, CC BY 4.0). Who may read the feed is not decided here but in `gate`.
Knows `model`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

from syndicate.core.model import Kind, Level, Subject

TOPIC_PREFIX = "medtop:"


@dataclass(frozen=True, slots=True)
class Profile:
    """The sides of a version that feeds select by."""

    source: str
    kind: Kind
    language: str | None
    urgency: int | None
    subjects: tuple[Subject, ...]
    keywords: tuple[str, ...]
    slugline: str | None


@dataclass(frozen=True, slots=True)
class Selector:
    """One `[[select]]` or `[except]`: every key that is given must match, by any of its values."""

    subject: tuple[str, ...] = ()
    kind: tuple[Kind, ...] = ()
    language: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    urgency: tuple[int, ...] = ()
    keyword: tuple[str, ...] = ()
    slugline: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FeedDefinition:
    """A file of `feeds/`. Without a select it takes everything; `window` counts entries."""

    name: str
    title: str
    description: str
    public: Level = Level.EXCERPT
    window: int = 50
    language: str = "en"
    aliases: tuple[str, ...] = ()
    selects: tuple[Selector, ...] = ()
    excepts: tuple[Selector, ...] = ()


def selects(feed: FeedDefinition, profile: Profile) -> bool:
    """Whether `feed` takes a version with this profile."""
    if any(_matches(selector, profile) for selector in feed.excepts):
        return False
    return not feed.selects or any(_matches(selector, profile) for selector in feed.selects)


def _matches(selector: Selector, profile: Profile) -> bool:
    """Whether every key that `selector` gives is met; language by its first part, words case folded."""
    return (
        (not selector.subject or not lineage(profile.subjects).isdisjoint(selector.subject))
        and (not selector.kind or profile.kind in selector.kind)
        and (not selector.language or _speaks(profile.language, selector.language))
        and (not selector.source or profile.source in selector.source)
        and (not selector.urgency or profile.urgency in selector.urgency)
        and (not selector.keyword or not _folded(profile.keywords).isdisjoint(_folded(selector.keyword)))
        and (not selector.slugline or _begins(profile.slugline, selector.slugline))
    )


def _speaks(language: str | None, wanted: tuple[str, ...]) -> bool:
    """`en` takes `en` and `en-GB`; `en-GB` takes only itself."""
    tag = (language or "").casefold()
    return any(tag == want or tag.startswith(f"{want}-") for want in _folded(wanted))


def _begins(slugline: str | None, wanted: tuple[str, ...]) -> bool:
    """A slugline is matched from its beginning, since desks build them from the general to the special."""
    return any((slugline or "").casefold().startswith(want) for want in _folded(wanted))


def _folded(words: Iterable[str]) -> set[str]:
    return {word.casefold() for word in words}


def without_words(profile: Profile, feeds: Iterable[FeedDefinition]) -> Profile:
    """A profile with no word of its own that these feeds take, or leave out, like the one given.

    What stays of subjects, keywords and slugline is what the Media Topics or the feeds themselves name.
    """
    named = [selector for feed in feeds for selector in (*feed.selects, *feed.excepts)]
    codes = {code for selector in named for code in selector.subject} | topics().keys()
    keywords = _folded(word for selector in named for word in selector.keyword)
    sluglines = [
        word for selector in named for word in selector.slugline if _begins(profile.slugline, (word,))
    ]
    return replace(
        profile,
        subjects=tuple(Subject(each.code) for each in profile.subjects if each.code in codes),
        keywords=tuple(word.casefold() for word in profile.keywords if word.casefold() in keywords),
        slugline=max(sluglines, key=len, default=None),
    )


def lineage(subjects: Iterable[Subject]) -> set[str]:
    """The codes of `subjects` and of everything above them."""
    codes: set[str] = set()
    for subject in subjects:
        code: str | None = subject.code
        while code is not None and code not in codes:
            codes.add(code)
            topic = topics().get(code)
            code = topic.parent if topic else None
    return codes


def labelled(subject: Subject) -> Subject:
    """The subject with a name for people: the source's own, else the English label of the topic."""
    topic = topics().get(subject.code)
    return replace(subject, name=topic.label) if subject.name is None and topic is not None else subject


@dataclass(frozen=True, slots=True)
class Topic:
    """One IPTC Media Topic: its code with prefix, the one above it, and its English label."""

    code: str
    parent: str | None
    label: str


@cache
def topics() -> dict[str, Topic]:
    """The Media Topics by code (`medtop:04000000`), retired ones included: old items carry them."""
    text = resources.files("syndicate.core").joinpath("topics/mediatopics.tsv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return {
        TOPIC_PREFIX + row["code"]: Topic(
            TOPIC_PREFIX + row["code"],
            TOPIC_PREFIX + row["parent"] if row["parent"] else None,
            row["label_en"],
        )
        for row in rows
    }
