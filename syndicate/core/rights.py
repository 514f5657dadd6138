"""What machines may do with what is open to all: one value, of which every file and header for them is made.

Nothing is decided here. Full text is not spoken of: it leaves to partners alone, by contract.
Knows the standard library.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Terms:
    """Whose news it is, what programs may do with it unasked, and where a person may ask for more.

    `terms_href` is None where no page has the terms of use. `contact` is an e-mail address.
    """

    agency: str
    base_url: str
    contact: str
    notice: str
    terms_href: str | None
    may_search: bool  # list it, and lead people here
    may_answer: bool  # answer with it: "ai-input"
    may_train: bool  # learn from it: "ai-train"

    @property
    def is_reserved(self) -> bool:
        """Whether mining text and data is reserved (Directive (EU) 2019/790, article 4)."""
        return not (self.may_answer and self.may_train)

    @property
    def license_href(self) -> str:
        """Where the licence for machines stands."""
        return f"{self.base_url}/license.xml"

    @property
    def policy_href(self) -> str:
        """Where it stands how mining is allowed."""
        return f"{self.base_url}/tdm-policy.json"

    def usages(self) -> dict[str, bool]:
        """The uses by the names that RSL 1.0 and Content-Signal share, and whether each is allowed."""
        return {"search": self.may_search, "ai-input": self.may_answer, "ai-train": self.may_train}
