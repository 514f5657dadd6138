"""robots.txt (RFC 9309), with Content-Signal, the licence (RSL 1.0, section 4.4) and the sitemaps.

It asks and does not hold anybody back; no address stands in it that is not public. Private ones are not in it
either: who may not crawl an address never reads in its headers that it is not to be listed.
Knows `core.rights`.
"""

from __future__ import annotations

from collections.abc import Iterable

from syndicate.core.rights import Terms

MEDIA_TYPE = "text/plain; charset=utf-8"


def write(terms: Terms, agents: Iterable[str], sitemaps: Iterable[str]) -> bytes:
    """The file: for all, then for `agents`, the crawlers of AI, unless both its uses are free."""
    lines = [f"# {line}" for line in terms.notice.splitlines()]
    lines += [f"# {terms.agency}, {terms.contact}", "", f"License: {terms.license_href}", ""]
    signals = ", ".join(
        f"{use}={'yes' if is_allowed else 'no'}" for use, is_allowed in terms.usages().items()
    )
    lines += [
        "User-agent: *",
        f"Content-Signal: {signals}",
        "Allow: /" if terms.may_search else "Disallow: /",
    ]
    refused = list(agents) if terms.is_reserved else []
    if refused:
        lines += ["", *(f"User-agent: {agent}" for agent in refused), "Disallow: /"]
    lines += ["", *(f"Sitemap: {href}" for href in sitemaps if terms.may_search)]
    return ("\n".join(lines).rstrip() + "\n").encode()
