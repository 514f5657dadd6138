"""RSL 1.0 (Really Simple Licensing): the licence that crawlers read, for all that is open.

Knows `core.rights`.
"""

from __future__ import annotations

from lxml import etree

from syndicate.core.rights import Terms

MEDIA_TYPE = "application/rsl+xml; charset=utf-8"
NAMESPACE = "https://rslstandard.org/rsl"


def write(terms: Terms) -> bytes:
    """The licence: which uses are permitted and which prohibited (section 3.4), whose it is, whom to ask."""
    root = etree.Element(_name("rsl"), nsmap={None: NAMESPACE})
    content = etree.SubElement(root, _name("content"), url="/")
    licence = etree.SubElement(content, _name("license"))
    for tag, is_allowed in (("permits", True), ("prohibits", False)):
        usages = [usage for usage, allowed in terms.usages().items() if allowed is is_allowed]
        if usages:
            etree.SubElement(licence, _name(tag), type="usage").text = " ".join(usages)
    owner = etree.SubElement(content, _name("copyright"), type="organization", contactEmail=terms.contact)
    owner.text = terms.agency
    if terms.terms_href:
        etree.SubElement(content, _name("terms")).text = terms.terms_href
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written


def link(terms: Terms) -> str:
    """The value of the header `Link` by which any answer names the licence (section 4.5)."""
    return f'<{terms.license_href}>; rel="license"; type="application/rsl+xml"'


def _name(tag: str) -> str:
    return f"{{{NAMESPACE}}}{tag}"
