"""Words that nothing may print by accident.

Bodies, summaries, captions, editor's notes and raw messages travel as `Sealed`: whatever would turn one
into text (`str`, `format`, `%`, joining, iterating, pickling, JSON, templates) raises, and `repr` says
only the length. Three functions open one: `reveal`, for the gate alone and at FULL alone; `to_column`, for
the column type that writes it down; `for_the_desk`, for raw messages in quarantine. A fourth, `mentions`,
answers yes or no, for the purge. A test over the syntax tree keeps the list of callers that short.
This stops accidents, not malice. It does not decide who may read: `gate` does.
"""

from __future__ import annotations

from typing import Any, Generic, NoReturn, TypeVar

from syndicate.core.model import Level

Words = TypeVar("Words", str, bytes)


class SealedError(TypeError):
    """Somebody tried to read a sealed text without the gate."""


class Sealed(Generic[Words]):
    """A text (or the bytes of a message) that can be carried, compared and counted, but not read."""

    __slots__ = ("__words",)
    __words: Words

    def __init__(self, words: Words) -> None:
        object.__setattr__(self, "_Sealed__words", words)

    def __repr__(self) -> str:
        return f"<sealed, {len(self)} long>"

    def __len__(self) -> int:
        return len(self.__words)

    def __bool__(self) -> bool:
        return bool(self.__words)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and bool(self.__words == other.__words)

    def __hash__(self) -> int:
        return hash(self.__words)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise SealedError("A sealed text cannot be changed.")

    def _refuse(self, *_: Any) -> NoReturn:
        raise SealedError("A sealed text is read through the gate only.")

    __str__ = __format__ = __bytes__ = __iter__ = __contains__ = __getitem__ = _refuse
    __add__ = __radd__ = __mod__ = __rmod__ = __mul__ = _refuse
    __reduce__ = __reduce_ex__ = __getstate__ = __copy__ = __deepcopy__ = _refuse
    __html__ = __json__ = __fspath__ = __index__ = _refuse


def reveal(sealed: Sealed[str], level: Level) -> str:
    """The words, for a decision of level FULL. Raises `SealedError` for any other."""
    if level is not Level.FULL:
        raise SealedError(f"A text is opened at FULL, not at {level.name}.")
    return sealed._Sealed__words  # type: ignore[attr-defined,no-any-return]


def to_column(sealed: Sealed[Words]) -> Words:
    """The words, on their way into a column of the database and nowhere else."""
    return sealed._Sealed__words  # type: ignore[attr-defined,no-any-return]


def for_the_desk(sealed: Sealed[bytes]) -> bytes:
    """The bytes of a message as they came, for the quarantine that the desk alone looks at."""
    return sealed._Sealed__words  # type: ignore[attr-defined,no-any-return]


def mentions(sealed: Sealed[bytes], name: bytes) -> bool:
    """Whether these bytes stand in a raw message, for the purge that must find all that carried an item."""
    return name in sealed._Sealed__words  # type: ignore[attr-defined]
