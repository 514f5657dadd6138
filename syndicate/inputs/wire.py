"""What the parser child and its parent say to each other: a line of JSON that tells a length, then bytes.

Both sides use these functions. The child reads hostile bytes, so the parent believes nothing that comes
back: lengths are capped, and every answer is checked against the types of `core.model`, times for zones.
Knows `core.model` and pydantic.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import IO, Annotated, Any, TypeVar

from pydantic import Discriminator, Tag, TypeAdapter, ValidationError

from syndicate.core.model import Message, Source
from syndicate.inputs.document import MAX_DOCUMENT
from syndicate.inputs.refusal import IngestError, Refusal

Value = TypeVar("Value")

MAX_ANSWER = 4 * MAX_DOCUMENT
_MAX_LINE = 1024 * 1024  # a header with the mappings of a source


def _sort_of(value: Any) -> str:
    """A refusal is what has a reason; as a value, and as an object of JSON."""
    names = value if isinstance(value, dict) else dir(value)
    return "refusal" if "reason" in names else "message"


Item = Annotated[
    Annotated[Message, Tag("message")] | Annotated[Refusal, Tag("refusal")], Discriminator(_sort_of)
]


@dataclass(frozen=True, slots=True)
class Request:
    """One document to read, as the child gets it; its bytes follow the header."""

    source: Source
    content_type: str | None
    length: int


@dataclass(frozen=True, slots=True)
class Failure:
    """An `IngestError` on its way."""

    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the child says: items, or why there are none."""

    items: tuple[Item, ...] = ()
    error: Failure | None = None


_REQUEST: TypeAdapter[Request] = TypeAdapter(Request)
_ANSWER: TypeAdapter[Answer] = TypeAdapter(Answer)


class WireError(Exception):
    """The other side broke the rules, or is gone."""


def send_request(stream: IO[bytes], body: bytes, source: Source, content_type: str | None = None) -> None:
    """Writes one document to the child's standard input."""
    stream.write(_REQUEST.dump_json(Request(source, content_type, len(body))) + b"\n" + body)
    stream.flush()


def receive_request(stream: IO[bytes]) -> tuple[Request, bytes] | None:
    """The next document, on the child's side; None when the parent has closed the stream."""
    header = stream.readline(_MAX_LINE)
    if not header:
        return None
    request = _checked(_REQUEST, header)
    return request, _exactly(stream, request.length)


def answer_of(items: list[Message | Refusal]) -> bytes:
    """The bytes that carry `items`, ready to be sent."""
    return _framed(Answer(items=tuple(items)))


def failure_of(error: IngestError) -> bytes:
    """The bytes that carry `error`, ready to be sent."""
    return _framed(Answer(error=Failure(error.reason, error.detail)))


def _framed(answer: Answer) -> bytes:
    body = _ANSWER.dump_json(answer)
    return json.dumps({"length": len(body)}).encode() + b"\n" + body


def receive_answer(stream: IO[bytes]) -> list[Message | Refusal]:
    """The items that the child found, checked. Raises `IngestError` for its refusal, `WireError` for nonsense."""
    try:
        length = json.loads(stream.readline(_MAX_LINE))["length"]
    except (ValueError, KeyError, TypeError, RecursionError) as fault:
        raise WireError("The answer has no length.") from fault
    if not isinstance(length, int) or not 0 <= length <= MAX_ANSWER:
        raise WireError("The answer is longer than it may be.")
    answer = _checked(_ANSWER, _exactly(stream, length))
    if answer.error is not None:
        raise IngestError(answer.error.reason, answer.error.detail)
    return [_in_utc(item) for item in answer.items]


def _checked(adapter: TypeAdapter[Value], text: bytes) -> Value:
    try:
        return adapter.validate_json(text, strict=True)
    except ValidationError as fault:
        raise WireError(f"What came over the wire has {fault.error_count()} faults.") from None


def _exactly(stream: IO[bytes], length: int) -> bytes:
    body = stream.read(length)
    if len(body) != length:
        raise WireError("The stream ended too soon.")
    return body


def _in_utc(item: Message | Refusal) -> Message | Refusal:
    """The item with its times as the reader gave them: digests are of what they look like."""
    values = {field.name: getattr(item, field.name) for field in fields(item)}
    times = {name: value for name, value in values.items() if isinstance(value, datetime)}
    if not all(value.tzinfo is not None for value in times.values()):
        raise WireError("The answer has a time without a zone.")
    in_utc: dict[str, Any] = {name: value.astimezone(UTC) for name, value in times.items()}
    return replace(item, **in_utc)
