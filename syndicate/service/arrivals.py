"""What the worker does about sources that do not push: it looks into watched folders.

Each source is an errand of its own beside the worker's loop, so that one that is slow delays no other.
"""

from __future__ import annotations

from syndicate.service.agency import Agency
from syndicate.service.errands import Errands
from syndicate.service.folders import Watch

PATIENCE = 5.0
"""For how long errands under way are waited for at the end (seconds); they lose nothing when cut."""


class Arrivals:
    """The sources of one agency, as its worker goes round them."""

    def __init__(self, agency: Agency) -> None:
        self._agency = agency
        self._looks = Errands()
        self._watches = {
            name: Watch(agency, name, source.path)
            for name, source in agency.settings.sources.items()
            if source.path is not None
        }

    def begin(self) -> None:
        """Begin what is due, and wait for nothing."""
        for name, watch in self._watches.items():
            self._looks.begin(name, watch.look)

    def finish(self) -> None:
        """Wait a little for what is under way."""
        self._looks.finish(PATIENCE)
