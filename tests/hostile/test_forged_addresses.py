"""Whatever a sender writes into headers, a network list is judged by what the connection or our proxies say."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from werkzeug.datastructures import Headers

from syndicate.web.proxies import UNKNOWN, sender
from tests.newsroom import Newsroom

LISTED = ("192.0.2.0/24", "2001:db8:7::/48")
INNER = "10.1.1.1"
"""The proxy that asks us. It stands in the list too: partners and proxies may share a network."""

INSIDE = "192.0.2.7"
OUTSIDE = "198.51.100.9"
FORMS = (
    INSIDE,
    f"{INSIDE}:443",
    f'"{INSIDE}"',
    f'"{INSIDE}',
    f"[{INSIDE}]",
    f" {INSIDE} ",
    f"{INSIDE}, {INSIDE}, {INSIDE}",
    f"{INSIDE},,",
    ",",
    "",
    "2001:db8:7::1",
    "[2001:db8:7::1]",
    "[2001:db8:7::1]:443",
    f"::ffff:{INSIDE}",
    f"::{INSIDE}",
    "2001:db8:7::1%eth0",
    f"for={INSIDE}",
    f"{INSIDE}\t",
    "3221225991",
    "0xc0000207",
    "192.0.2.07",
    "192.0.519",
    "unknown",
    INNER,
)
OTHERS = {
    "Forwarded": f"for={INSIDE};proto=https",
    "X-Real-IP": INSIDE,
    "X-Client-IP": INSIDE,
    "X-Cluster-Client-IP": INSIDE,
    "True-Client-IP": INSIDE,
    "CF-Connecting-IP": INSIDE,
    "Client-IP": INSIDE,
    "Via": f"1.1 {INSIDE}",
    "X-Original-Forwarded-For": INSIDE,
    "X-Forwarded": INSIDE,
    "X-Forwarded-Host": INSIDE,
    "X-Forwarded-Proto": "https",
    "X-Remote-Addr": INSIDE,
    "Remote-Addr": INSIDE,
}


class Doors:
    """A newsroom behind so many proxies, and a token that is bound to networks."""

    def __init__(self, newsroom: Newsroom) -> None:
        newsroom.send()
        newsroom.company()
        newsroom.licence()
        self.newsroom = newsroom
        self.token = newsroom.token(networks=(*LISTED, f"{INNER}/32"))

    def status(self, peer: str, *headers: tuple[str, str]) -> int:
        """What the token gets, asked by `peer` with these headers, each a line of its own."""
        sent = Headers([("Authorization", f"Bearer {self.token}"), *headers])
        answer = self.newsroom.client.get(
            "/private/feeds/all.rss", headers=sent, environ_base={"REMOTE_ADDR": peer}
        )
        return answer.status_code


@pytest.fixture
def doors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hops: int) -> Iterator[Doors]:
    monkeypatch.setenv("SYNDICATE_SERVE__TRUSTED_PROXIES", str(hops))
    with Newsroom.open(tmp_path) as newsroom:
        yield Doors(newsroom)


def written(*values: str) -> list[tuple[str, str]]:
    return [("X-Forwarded-For", value) for value in values]


@pytest.mark.parametrize("hops", [0])
def test_without_proxies_of_ours_only_the_connection_counts(doors: Doors) -> None:
    assert doors.status(INSIDE) == 200
    assert doors.status(f"::ffff:{INSIDE}") == 200
    assert doors.status(INSIDE, *written(OUTSIDE)) == 200
    for form in FORMS:
        assert doors.status(OUTSIDE, *written(form)) == 403, form
    assert doors.status(OUTSIDE, *OTHERS.items()) == 403


@pytest.mark.parametrize("hops", [1, 2])
def test_what_our_outermost_proxy_wrote_counts_and_nothing_before_it(doors: Doors, hops: int) -> None:
    ours = [OUTSIDE, INNER][:hops]
    good = [INSIDE, INNER][:hops]
    assert doors.status(INNER, *written(", ".join(good))) == 200
    assert doors.status(INNER, *written(", ".join([OUTSIDE, *good]))) == 200
    for form in FORMS:
        assert doors.status(INNER, *written(", ".join([form, *ours]))) == 403, form
        assert doors.status(INNER, *written(form, *ours)) == 403, form
        assert doors.status(INNER, *written(form, form, *ours)) == 403, form


@pytest.mark.parametrize("hops", [1, 2])
def test_the_other_headers_of_proxies_are_not_read(doors: Doors, hops: int) -> None:
    ours = written(", ".join([OUTSIDE, INNER][:hops]))
    for name, value in OTHERS.items():
        assert doors.status(INNER, *ours, (name, value)) == 403, name
        assert doors.status(INNER, (name, value), *ours) == 403, name


@pytest.mark.parametrize("hops", [1, 2, 3])
def test_a_chain_that_is_too_short_passes_no_list_not_even_one_with_the_proxy_in_it(
    doors: Doors, hops: int
) -> None:
    assert doors.status(INNER) == 403
    for value in ("", "unknown", "_hidden", "for=192.0.2.7", '"', *(["192.0.2.7"] if hops > 1 else [])):
        assert doors.status(INNER, *written(value)) == 403, value
    assert doors.status(INNER, *OTHERS.items()) == 403


@pytest.mark.parametrize("hops", [1])
def test_the_address_of_a_proxy_may_be_written_in_every_usual_way(doors: Doors) -> None:
    for value in (
        f"{INSIDE}:5",
        f"::ffff:{INSIDE}",
        "2001:db8:7::1",
        "[2001:db8:7::1]:443",
        "[2001:db8:7::1]",
    ):
        assert doors.status(INNER, *written(value)) == 200, value


@pytest.mark.parametrize("hops", [1])
def test_an_answer_that_the_front_repeats_is_given_to_no_other_address(doors: Doors) -> None:
    asked = product((INSIDE, OUTSIDE), range(3))
    got = [doors.status(INNER, *written(address)) for address, _ in asked]
    assert got == [200] * 3 + [403] * 3


def test_no_chain_makes_the_counting_fail() -> None:
    for chain, hops in product((*FORMS, "," * 1000, "a" * 10_000, "[", "]", "[]:", ":"), range(1, 5)):
        found = sender(chain, hops)
        assert found == UNKNOWN or sender(found, 1) == found
