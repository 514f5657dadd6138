"""TDMRep (W3C, 2024): whether mining text and data is reserved, and the policy under which it is not.

Knows `core.rights`.
"""

from __future__ import annotations

import json

from syndicate.core.rights import Terms

POLICY_TYPE = "application/ld+json; charset=utf-8"


def headers(terms: Terms) -> dict[str, str]:
    """What every answer says (section 5.2)."""
    if not terms.is_reserved:
        return {"tdm-reservation": "0"}
    return {"tdm-reservation": "1", "tdm-policy": terms.policy_href}


def write(terms: Terms) -> bytes:
    """The file `/.well-known/tdmrep.json` (section 5.1): one rule for every address."""
    rule: dict[str, object] = {"location": "/", "tdm-reservation": int(terms.is_reserved)}
    if terms.is_reserved:
        rule["tdm-policy"] = terms.policy_href
    return _json([rule])


def policy(terms: Terms) -> bytes:
    """The policy (section 6), an offer in ODRL: mining needs the agency's consent, unless it is free."""
    duty = {"duty": [{"action": "obtainConsent"}]} if terms.is_reserved else {}
    owner = {
        "uid": terms.base_url,
        "vcard:fn": terms.agency,
        "vcard:hasEmail": f"mailto:{terms.contact}",
        "vcard:hasURL": terms.terms_href or terms.base_url,
    }
    return _json(
        {
            "@context": ["http://www.w3.org/ns/odrl.jsonld", "http://www.w3.org/ns/tdmrep.jsonld"],
            "@type": "Offer",
            "profile": "http://www.w3.org/ns/tdmrep",
            "uid": terms.policy_href,
            "assigner": owner,
            "permission": [{"target": terms.base_url, "action": "tdm:mine", **duty}],
        }
    )


def _json(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1).encode()
