"""Logs: one line an event on stderr, and no credential in any of them, whoever wrote the line."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import structlog

from syndicate.core import tokens, webhooks

_CREDENTIAL = re.compile(rf"({tokens.PREFIX})[A-Za-z0-9_\-.]+|({webhooks.PREFIX})[A-Za-z0-9+/=]+")


def redacted(text: str) -> str:
    """The text with every credential of ours blotted out."""
    return _CREDENTIAL.sub(r"\1\2***", text)


def configure() -> None:
    """Send structlog and the standard loggers through the redaction, to stderr."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"], sort_keys=True),
            _redact,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Redacting("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def _redact(_: Any, __: str, line: Any) -> str:
    """The finished line without credentials, wherever in a value they stood."""
    return redacted(line)


class _Redacting(logging.Formatter):
    """The standard formatter, and then the redaction: also of tracebacks."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line without credentials."""
        return redacted(super().format(record))
