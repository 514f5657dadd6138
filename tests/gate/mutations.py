"""What takes the place of a lock: each function is given the original and gives something that holds nothing.

Named after what goes wrong then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from syndicate.core import gate, life, placement, tokens
from syndicate.core.model import FOREVER, Level, ReaderClass
from syndicate.outputs import outgoing
from syndicate.service import agency, credentials, directory, snapshot
from syndicate.web import errors
from tests.gate.checks import rules

YEAR = timedelta(days=365)


def always(value: Any) -> Callable[[Any], Any]:
    """In place of a function, one that always gives this."""
    return lambda _: lambda *__, **___: value


def instead(value: Any) -> Callable[[Any], Any]:
    """In place of a value, another one."""
    return lambda _: value


def at(shift: timedelta, place: int) -> Callable[[Any], Any]:
    """In place of a query, the same at another time; `now` is its argument number `place`."""

    def without(original: Any) -> Any:
        def shifted(*given: Any) -> Any:
            return original(*given[:place], given[place] + shift, *given[place + 1 :])

        return shifted

    return without


def found_with(name: str, value: Any) -> Callable[[Any], Any]:
    """In place of a look-up, one whose finding has this field changed."""

    def without(original: Any) -> Any:
        def changed(*given: Any) -> Any:
            found = original(*given)
            return found and replace(found, **{name: value})

        return changed

    return without


def reading_without_exactness(_: Any) -> Any:
    def read(text: str, keys: tuple[bytes, ...]) -> Any:
        body = text.removeprefix(tokens.PREFIX)
        return next((found for kind in tokens.TokenKind if (found := tokens._loads(body, kind, keys))), None)

    return read


def unsigned(_: Any) -> Any:
    def loads(body: str, kind: Any, keys: tuple[bytes, ...]) -> Any:
        _, payload = tokens._serializer(kind, keys).loads_unsafe(body)
        return tokens.Token(kind, *payload) if payload else None

    return loads


def every_secret_of_the_file(_: Any) -> Any:
    def living(agency: Any, source: str) -> Any:
        return tuple(each.secret for each in agency.keyring.webhooks() if each.source == source)

    return living


def words(_: Any) -> Any:
    return lambda hidden, *__: hidden._Sealed__words


def letters(_: Any) -> Any:
    return lambda hidden: iter(hidden._Sealed__words)


def level_as_asked(_: Any) -> Any:
    return lambda told, span, level: level


def received_is_reached(_: Any) -> Any:
    return lambda version, *__: version.received_at


def full_viewer(original: Any) -> Any:
    def viewer(view: Any, level: Any) -> Any:
        return original(view, Level.FULL)

    return viewer


def entry_at_full(original: Any) -> Any:
    return lambda told, decision, words, *rest: original(
        told, replace(decision, level=Level.FULL), words, *rest
    )


def outline_as_notice(_: Any) -> Any:
    return lambda told, span, house, language: gate._outline(told, span, Level.EXCERPT, house, language)


def slip_with_slugline(original: Any) -> Any:
    return lambda told, decision, level, *rest: original(told, decision, Level.FULL, *rest)


def slip_for_all(original: Any) -> Any:
    def slip(told: Any, decision: Any, *rest: Any) -> Any:
        span = decision.span and replace(decision.span, reader_class=ReaderClass.LICENSED)
        return original(told, replace(decision, span=span), *rest)

    return slip


def every_replaced(_: Any) -> Any:
    return lambda connection, keys, now: {key: frozenset(ReaderClass) for key in keys}


def early_changes(original: Any) -> Any:
    return lambda connection, feed, _, now: original(connection, feed, ReaderClass.EARLY, now)


def uncut(_: Any) -> Any:
    return lambda span, generation, public: placement.Placed(
        generation, span, span.from_at, span.until_at, public
    )


def late_too(_: Any) -> Any:
    def ever_newest(versions: Any, killed_at: datetime = FOREVER) -> Any:
        known = sorted(versions, key=lambda version: version.received_at)
        untils = [*(version.received_at for version in known[1:]), killed_at]
        return [life.Standing(*each) for each in zip(known, untils, strict=True)]

    return ever_newest


def replaced_too(_: Any) -> Any:
    return lambda reader_class, standings, holds: sorted(
        (life.Arrival(life.reach_of(each.version, reader_class, holds), each.version) for each in standings),
        key=lambda arrival: arrival.at,
    )


def without(name: str, value: Any) -> Callable[[Any], Any]:
    """In place of the face of an item, the one that it would have were a side of its versions another."""

    def without(original: Any) -> Any:
        def face(memory: Any, arrivals: Any, *rest: Any) -> Any:
            told = [replace(each, version=replace(each.version, **{name: value})) for each in arrivals]
            return original(memory, told, *rest)

        return face

    return without


def notices_for_the_public(original: Any) -> Any:
    def face(memory: Any, *rest: Any) -> Any:
        return original(replace(memory, reader_class=ReaderClass.LICENSED), *rest)

    return face


def notices_for_those_who_never_saw(original: Any) -> Any:
    def face(memory: Any, *rest: Any) -> Any:
        return original(replace(memory, version=memory.version or rules.fact(0)), *rest)

    return face


def spans_without_a_version(original: Any) -> Any:
    def span(memory: Any, from_at: datetime, until_at: datetime) -> Any:
        return original(replace(memory, version=memory.version or rules.fact(0)), from_at, until_at)

    return span


def all_sentences(_: Any) -> Any:
    return lambda candidates, limits, share: " ".join(candidates)


def public_seal(original: Any) -> Any:
    def seal(*given: Any) -> Any:
        made = original(*given)
        return replace(made, fact=replace(made.fact, is_public=True))

    return seal


def one_try(_: Any) -> Any:
    def sent(press: Any, answer: Any) -> Any:
        made = snapshot.look(press.agency, answer)
        press._counter.sign(made.partner, made.carried, made.channel, made.moment)
        return made.answer

    return sent


def one_memory(_: Any) -> Any:
    kept: dict[Any, Any] = {}
    return lambda memory, epoch: kept


def unchecked(_: Any) -> Any:
    return property(lambda looked: looked._connection or looked._begin()[0])


def clock_alone(_: Any) -> Any:
    return lambda self: agency.Moment(self.database.epoch(), self.clock())


def told(_: Any) -> Any:
    return lambda error: errors.problem(500, "internal", str(error))


def blind_alias(original: Any) -> Any:
    return lambda served, feed, least=Level.NOTHING: original(served, feed)


def known_to_all(original: Any) -> Any:
    return lambda looked, feed, is_known=False: original(looked, feed, True)


def every_place(_: Any) -> Any:
    return lambda told, reader_class, channel: list(told.places)


def every_licence(_: Any) -> Any:
    return lambda self, feed, now: [each for each in self.licences if each.covers(feed, now)]


def all_versions(_: Any) -> Any:
    return lambda decided: ((told.key, decision.span.version) for told, decision in decided if decision.span)


def every_field(fields: Any) -> Any:
    every = frozenset(outgoing.Entry.__dataclass_fields__)
    return dict.fromkeys(fields, every)


def every_feed(_: Any) -> Any:
    def public_feeds(served: Any) -> list[Any]:
        with served.database.snapshot() as connection:
            return list(directory.feeds.current(connection).values())

    return public_feeds


def ignoring(_: Any) -> Any:
    """In place of what changes its first argument, the argument itself."""
    return lambda value, *__: value


def own_limits(original: Any) -> Any:
    return lambda row, limits: original(row, row.excerpt_limits)


def bare_column(_: Any) -> Any:
    return lambda self, value, dialect: value


def one_salt(original: Any) -> Any:
    return lambda kind, keys: original(tokens.TokenKind.READER, keys)


def path_as_header(original: Any) -> Any:
    return lambda in_path=None: replace(original(in_path), shown=credentials.Shown.HEADER)
