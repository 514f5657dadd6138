"""What is told while a run goes on: on standard error, since the table alone is the result."""

from __future__ import annotations

import sys


def say(what: str) -> None:
    """Tell whoever waits how far it is."""
    print(what, file=sys.stderr, flush=True)
