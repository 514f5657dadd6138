"""feedgen, with its traps covered: what RSS and Atom have in common.

- Its dates switch the locale of the whole process for a moment: replaced, for every thread.
- It stamps the present time where none is given: every time is set from the feed.
- It puts new entries first: appended, so the order is the feed's.
- It advertises itself and the specification: emptied.
- It takes the last link of any kind for the channel's: the alternate one is added last.
- It writes every entry of a feed anew: entries are written alone, cut out, kept, and joined into the feed
  without entries, which gives the very bytes that it gives for the whole.
- It loses `rel` of an entry's links: only the alternate one, which needs none, goes through it. All else
  that it lacks (related links, tombstones, languages, rights, media) is written by an extension: an object
  whose `extend_rss` or `extend_atom` feedgen calls with each element that it has written, and whose
  `extend_ns`, on the feed's, names the namespaces.

What an entry says in which element is decided in `rss` and `atom`.
Knows `core.entry`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import feedgen.entry
import feedgen.feed

from syndicate.core.entry import Entry, FeedHead, Wording
from syndicate.outputs.vocabulary import categories, whole_seconds

for _module in (feedgen.feed, feedgen.entry):
    _module.formatRFC2822 = format_datetime

ATOM = "http://www.w3.org/2005/Atom"


def generator(head: FeedHead, media_type: str, extension: object) -> Any:
    """A feedgen generator that knows the head of the feed and holds no entry yet."""
    made = feedgen.feed.FeedGenerator()
    made.generator("")
    made.docs("")
    made.id(head.id)
    made.title(head.title)
    made.description(head.description.strip() or head.title)
    made.language(head.language)
    made.updated(whole_seconds(head.updated_at))
    made.rights(head.notice)
    made.author(name=head.agency, email=head.contact)
    made.ttl(head.ttl_minutes)
    if head.self_href:
        made.link(href=head.self_href, rel="self", type=media_type)
    made.link(href=head.home_href, rel="alternate", type="text/html")
    made.register_extension("wire", lambda: extension)
    return made


def add_entry(made: Any, entry: Entry, extension: object) -> Any:
    """A feedgen entry after those already added, with what both formats say alike."""
    added = made.add_entry(order="append")
    added.id(entry.id)
    added.title(entry.title)
    added.link(href=entry.href)
    added.published(whole_seconds(entry.published_at))
    added.updated(whole_seconds(entry.updated_at))
    added.category([_category(each.term, each.scheme, each.label) for each in categories(entry)])
    added.register_extension("wire", lambda: extension)
    return added


def nowhere(wording: Wording) -> FeedHead:
    """The head of no feed, for an entry that is written alone: nothing of it stays."""
    return FeedHead(
        id="nowhere",
        name="nowhere",
        title="nowhere",
        description="nowhere",
        language=wording.language,
        agency="nowhere",
        contact="",
        notice="",
        home_href="nowhere",
        self_href=None,
        ttl_minutes=0,
        updated_at=datetime.min.replace(tzinfo=UTC),
        is_private=True,
        headline_only=wording.headline_only,
    )


def cut(document: bytes, first: bytes, last: bytes) -> bytes:
    """The one entry of a document, from its first tag to its last. Texts are escaped, so no tag is in them."""
    return document[document.index(first) : document.rindex(last) + len(last)]


def joined(document: bytes, fragments: Sequence[bytes], last: bytes) -> bytes:
    """A document without entries, with these in it, where feedgen puts them: before the last tag of the feed."""
    at = document.rindex(last)
    return b"".join((document[:at], *fragments, document[at:]))


def _category(term: str, scheme: str | None, label: str | None) -> dict[str, str]:
    named = {"term": term, "scheme": scheme, "label": label}
    return {name: value for name, value in named.items() if value}
