"""Documents with something wrong in them: cuts, repeats, swaps, foreign tokens, the same for the same seed."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from typing import Any

LARGEST = 20_000
"""Longer documents (bytes) are cut: what is wrong with them is no better for being far behind."""

TOKENS = [
    *rb"""<!-- ]]> <![CDATA[ &#0; &#x110000; &x; &amp; <!DOCTYPE " ' { [ ] } null true false 1e999 -1
    NaN {} [] "" \ud800 </item> <entry> <rss> xml:base='[::' encoding='utf-7' http://[ // .. \
    <at:deleted-entry/> {"uri":0} ; , = == . : # % %00 %zz [[ ]] \""" ''' 9999-12-31T23:59:59Z
    0000-00-00 2026-02-30T25:61:61+99:99 +0000 MSK 31.12.9999 synd_ whsec_ v1, 0-739000 medtop:
    tag:""".split(),
    b"\x00",
    b"\xff\xfe",
    b"\xfe\xff",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"\xc3",
    b"\xf4\x90\x80\x80",
    "²٣５".encode(),
    "\u202e\u2028\ufeff".encode(),
    b"\n",
    b"\r\n",
    b"\t",
    b"\x1b[2J",
    b"9" * 5000,
    b"(" * 200,
    b"<b>" * 300,
    b"[" * 1500,
]


VALUES: list[Any] = [
    *(
        None,
        True,
        0,
        -1,
        10**30,
        1e308,
        "",
        " ",
        "x" * 5000,
        [],
        {},
        [[]],
        [None],
        {"": None},
        [{}],
        "\ud800",
        "\0",
    ),
    *(
        "2026-02-30T25:61:61Z",
        "9999-12-31T23:59:59Z",
        "http://[",
        "<b>" * 300,
        "1" * 5000,
        "canceled",
        "withheld",
    ),
]
"""What may stand in a document of JSON in place of what should."""


class Mutator:
    """Makes mutations of `seeds`, one for each number."""

    def __init__(self, seeds: Sequence[bytes]) -> None:
        self._seeds = [seed[:LARGEST] for seed in seeds]

    def mutated(self, number: int) -> bytes:
        """The mutation of this number."""
        dice = random.Random(number)
        body = dice.choice(self._seeds)
        if dice.random() < 0.7 and (tree := _tree(body)) is not None:
            return _other_tree(tree, dice)
        for _ in range(dice.randint(1, 6)):
            body = self._changed(body, dice)
        return body

    def _changed(self, body: bytes, dice: random.Random) -> bytes:
        here, there = sorted(dice.choices(range(len(body) + 1), k=2))
        match dice.randrange(7):
            case 0:
                return body[:here] + body[there:]
            case 1:
                return body[:here] + dice.choice(TOKENS) + body[here:]
            case 2:
                return body[:here] + dice.choice(TOKENS) + body[there:]
            case 3:
                return (body[:there] + body[here:])[: 2 * LARGEST]
            case 4:
                return body[:here] + dice.randbytes(3) + body[here + 3 :]
            case 5:
                return body[:here] + dice.choice(self._seeds)[here:there] + body[there:]
        middle = (here + there) // 2
        return body[:here] + body[middle:there] + body[here:middle] + body[there:]


def _tree(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _other_tree(tree: Any, dice: random.Random) -> bytes:
    """A document that is JSON still, with other values, types and names in it."""
    whole = [tree]
    for _ in range(dice.randint(1, 4)):
        holder, key = dice.choice(list(_places(whole)))
        match dice.randrange(4):
            case 0:
                holder[key] = json.loads(json.dumps(dice.choice(VALUES)))
            case 1:
                holder[key] = [holder[key]]
            case 2 if isinstance(holder, dict):
                holder[str(dice.choice([*holder, "uri", "items", ""]))] = holder.pop(key)
            case _:
                other, there = dice.choice(list(_places(whole)))
                holder[key] = json.loads(json.dumps(other[there]))
    return json.dumps(whole[0], ensure_ascii=dice.random() < 0.5).encode("utf-8", "surrogatepass")


def _places(holder: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a tree that holds a value: the list or object, and the index or name in it."""
    for key in range(len(holder)) if isinstance(holder, list) else list(holder):
        yield holder, key
        if isinstance(holder[key], list | dict):
            yield from _places(holder[key])
