"""The child process that reads foreign bytes, under limits: `python -m syndicate.inputs`.

It answers documents from standard input one after the other (`wire` says how) and ends when that closes.
Its memory is limited here; how long it may take is for its parent to say, by killing it.
Knows `inputs` and the standard library.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path
from typing import BinaryIO

from syndicate.core.model import Source
from syndicate.inputs import wire
from syndicate.inputs.formats import read
from syndicate.inputs.refusal import IngestError

MEMORY = 256 * 1024 * 1024
"""Bytes that reading one document may use beyond what the process has at its start."""

_NO_MEMORY = IngestError("too-much-memory", "Reading the document needs more memory than it may have.")


def main() -> None:
    """Answers documents until standard input closes."""
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # a library that prints must not speak for us
    limit_memory(MEMORY)
    while answer_next(requests, answers):
        pass


def answer_next(requests: BinaryIO, answers: BinaryIO) -> bool:
    """Reads one document and answers it; false when there are no more."""
    received = wire.receive_request(requests)
    if received is None:
        return False
    request, body = received
    answers.write(answer_to(body, request.source, request.content_type))
    answers.flush()
    return True


def answer_to(body: bytes, source: Source, content_type: str | None) -> bytes:
    """The answer for one document."""
    try:
        return wire.answer_of(read(body, source, content_type))
    except IngestError as error:
        return wire.failure_of(error)
    except MemoryError:
        return wire.failure_of(_NO_MEMORY)


def limit_memory(extra: int) -> None:
    """Lets the process take `extra` bytes more than it has now, and leave no core file behind."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pages = [int(count) for count in Path("/proc/self/statm").read_text("ascii").split()]
    for limit, used in ((resource.RLIMIT_AS, pages[0]), (resource.RLIMIT_DATA, pages[5])):
        most = used * resource.getpagesize() + extra
        resource.setrlimit(limit, (most, most))


if __name__ == "__main__":
    main()
