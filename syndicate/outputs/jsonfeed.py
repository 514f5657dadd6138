"""JSON Feed 1.1, with an extension `_syndicate` for what the format has no words for.

On the feed: `about`, `rights` (the agency's notice), `deleted` (killed ids and when). On an item: `level`,
`status` in the words of ninjs, `edited`, and where there is something to say `kind`, `urgency`, `subjects`
(codes; `tags` holds the words), `rights` (the item's own terms), `correction`, `replaces`, `version`.
What an entry may hold is not decided here but in `core.gate`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urljoin

from syndicate.core.entry import Entry, Feed, FeedHead, Wording
from syndicate.core.model import Level, Rendition
from syndicate.outputs.vocabulary import (
    STATUSES,
    categories,
    given,
    media_type,
    stamp,
    tombstones,
)

VERSION = "https://jsonfeed.org/version/1.1"


def join(feed: Feed, fragments: Sequence[bytes]) -> bytes:
    """The feed as a JSON Feed document, from its entries as `fragment` gives them."""
    document = given(
        version=VERSION,
        title=feed.head.title,
        home_page_url=feed.head.home_href,
        feed_url=feed.head.self_href,
        description=feed.head.description,
        language=feed.head.language,
        authors=[{"name": feed.head.agency}],
        _syndicate=_feed_extension(feed.head, feed),
    )
    return b"".join((_dumped(document)[:-1], b',"items":[', b",".join(fragments), b"]}"))


def fragment(entry: Entry, wording: Wording) -> bytes:
    """One entry as an item of any feed of this wording."""
    return _dumped(_item(entry, wording.headline_only))


def _dumped(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _feed_extension(head: FeedHead, feed: Feed) -> dict[str, Any]:
    return given(
        about=urljoin(head.home_href, "/docs/"),
        rights=head.notice,
        deleted=[{"id": entry.id, "when": stamp(entry.updated_at)} for entry in tombstones(feed)],
    )


def _item(entry: Entry, headline_only: str) -> dict[str, Any]:
    return given(
        id=entry.id,
        url=entry.href,
        title=entry.title,
        **_words(entry, headline_only),
        date_published=stamp(entry.published_at),
        date_modified=stamp(entry.updated_at),
        authors=[{"name": entry.byline}] if entry.byline else None,
        tags=[category.label or category.term for category in categories(entry)],
        language=entry.language,
        attachments=[_attachment(rendition) for rendition in entry.renditions],
        _syndicate=_item_extension(entry),
    )


def _words(entry: Entry, headline_only: str) -> dict[str, str | None]:
    """An item must have content, as HTML or as text: the best that its level gives, at last the title."""
    if entry.html:
        return {"content_html": entry.html, "summary": entry.excerpt}
    if entry.level is Level.HEADLINE:
        return {"content_text": headline_only}
    return {"content_text": entry.excerpt or entry.title}


def _attachment(rendition: Rendition) -> dict[str, Any]:
    return given(
        url=rendition.href,
        mime_type=media_type(rendition),
        title=rendition.caption,
        size_in_bytes=max(rendition.size or 0, 0),
    )


def _item_extension(entry: Entry) -> dict[str, Any]:
    return given(
        level=entry.level.name.lower(),
        status=STATUSES[entry.face].value,
        edited=stamp(entry.edited_at),
        kind=entry.kind.value if entry.level >= Level.HEADLINE else None,
        urgency=entry.urgency,
        subjects=[subject.code for subject in entry.subjects],
        rights=entry.rights,
        correction=entry.is_corrected,
        replaces=entry.replaces,
        version=entry.ordinal,
    )
