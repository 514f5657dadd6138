"""Entries as pages show them: times in the site's zone, words for levels and topics. Nothing is decided."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app

from syndicate.core.entry import Entry
from syndicate.core.model import Face, Level
from syndicate.core.placement import Generation
from syndicate.outputs import FORMATS
from syndicate.outputs.outgoing import outgoing

_LEVELS = {Level.HEADLINE: "headlines", Level.EXCERPT: "excerpts", Level.FULL: "full text"}


def feed(generation: Generation) -> SimpleNamespace:
    """A feed in the directory or on its own page."""
    definition = generation.definition
    base = current_app.config["SETTINGS"].site.base_url
    addresses = {ext: f"{base}/feeds/{definition.name}.{ext}" for ext in FORMATS}
    return SimpleNamespace(
        name=definition.name,
        title=definition.title,
        description=definition.description,
        language=definition.language,
        level=_LEVELS[definition.public],
        href=f"/feeds/{definition.name}/",
        **addresses,
    )


def alternates(generation: Generation) -> list[SimpleNamespace]:
    """The feed in each format, for a browser's or reader's discovery."""
    base = current_app.config["SETTINGS"].site.base_url
    definition = generation.definition
    return [
        SimpleNamespace(
            type=each.media_type.split(";")[0],
            title=f"{definition.title} ({each.name})",
            href=f"{base}/feeds/{definition.name}.{ext}",
        )
        for ext, each in FORMATS.items()
    ]


def line(entry: Entry) -> SimpleNamespace:
    """An entry in the ticker."""
    entry = outgoing(entry)
    return SimpleNamespace(
        at=f"{_local(entry.updated_at):%m/%d %H:%M}",
        iso=entry.updated_at.isoformat(timespec="seconds"),
        headline=entry.ticker_headline or entry.title,
        href=f"/items/{entry.key}",
        urgency=entry.urgency,
        language=entry.language,
    )


def listed(entry: Entry) -> SimpleNamespace:
    """An entry in the list of a feed's page."""
    entry = outgoing(entry)
    return SimpleNamespace(
        title=entry.title,
        href=f"/items/{entry.key}",
        excerpt=entry.excerpt,
        at=_long(entry.updated_at),
        iso=entry.updated_at.isoformat(timespec="seconds"),
        language=entry.language,
        is_corrected=entry.is_corrected,
        kind=entry.kind.value,
    )


def item(entry: Entry, licensed_to: str | None = None) -> dict[str, Any]:
    """An item on its own page, for everybody or for a partner."""
    entry = outgoing(entry)
    shown = SimpleNamespace(
        title=entry.title,
        excerpt=entry.excerpt,
        html=entry.text_html,
        at=_long(entry.published_at),
        iso=entry.published_at.isoformat(timespec="seconds"),
        updated_at_text=_long(entry.updated_at),
        updated_iso=entry.updated_at.isoformat(timespec="seconds"),
        is_updated=entry.updated_at > entry.published_at,
        byline=entry.byline,
        dateline=entry.dateline,
        rights=entry.rights,
        language=entry.language,
        is_corrected=entry.is_corrected,
        kind=entry.kind.value,
        subjects=[subject.name or subject.code for subject in entry.subjects],
        summary=entry.summary,
        renditions=entry.renditions,
        editors_note=entry.editors_note,
        embargoed_until=_long(entry.embargo_at) if entry.embargo_at else None,
    )
    return {
        "entry": shown,
        "is_notice": entry.face is not Face.ENTRY,
        "licensed_to": licensed_to,
        "is_private": licensed_to is not None,
    }


def zone_name() -> str:
    """The site's zone as it is named once on a page: its abbreviation now, or its name."""
    return str(current_app.config["SETTINGS"].site.timezone)


def _local(at: datetime) -> datetime:
    return at.astimezone(ZoneInfo(current_app.config["SETTINGS"].site.timezone))


def _long(at: datetime) -> str:
    local = _local(at)
    return f"{local.day} {local:%b %Y, %H:%M}"
