"""PURE. Input formats, a file each. Knows `core.model`, feedparser, lxml and nh3: no file, no network, no clock.

What becomes of a message is not decided here but in `service.intake`. Foreign bytes are read in a child
process (`python -m syndicate.inputs`), which has limits of memory; its limits of time are its parent's. So
`formats`, and feedparser behind it, are loaded there alone.
"""

from __future__ import annotations

from syndicate.inputs.refusal import IngestError, Refusal

__all__ = ["IngestError", "Refusal"]
