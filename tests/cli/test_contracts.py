"""`company`, `licence`, `token`, `source`, `keys`: what is agreed with whom, and secrets that are shown once."""

from __future__ import annotations

import re

import pytest

from tests.cli.shell import Ran, Shell
from tests.newsroom import Newsroom

TOKEN = re.compile(r"synd_\S+\n")


def secret(ran: Ran) -> str:
    """The one line on stdout, which is a credential and stands nowhere else."""
    assert TOKEN.fullmatch(ran.stdout), ran
    text = ran.stdout.strip()
    assert text not in ran.stderr
    return text


@pytest.fixture
def herald(shell: Shell) -> str:
    """A customer with a licence, as the shell makes it."""
    shell.does("company", "add", "herald", "--title", "The Herald", "--reason", "signed")
    shell.does("licence", "add", "herald", "--feed", "all", "--reason", "signed")
    return "herald"


def issue(shell: Shell, *words: object) -> str:
    return secret(shell.does("token", "issue", "herald", "--label", "desk", *words, "--reason", "signed"))


def test_from_a_new_customer_to_its_full_text(room: Newsroom, shell: Shell, herald: str) -> None:
    room.send(text="The whole story. " * 60)
    token = issue(shell)
    assert "The whole story." in room.text("/private/feeds/all.rss", token)
    (row,) = shell.does("company", "list", "--json").rows
    assert row == {"name": "herald", "title": "The Herald", "suspended": "-"}
    licence, issued = shell.does("company", "show", "herald", "--json").rows
    assert (licence["feeds"], licence["level"], licence["ends"]) == (["all"], "full", "never")
    assert (issued["kind"], issued["label"], issued["feeds"]) == ("reader", "desk", "all licensed")


def test_a_customer_is_suspended_and_goes_on(room: Newsroom, shell: Shell, herald: str) -> None:
    token = issue(shell)
    shell.does("company", "suspend", "herald", "--reason", "unpaid")
    assert room.get("/private/feeds/all.rss", token).status_code == 403
    assert shell.does("company", "list", "--json").rows[0]["suspended"].endswith("Z")
    shell.does("company", "resume", "herald", "--reason", "paid")
    assert room.get("/private/feeds/all.rss", token).status_code == 200


def test_a_licence_has_its_level_its_time_and_its_rights(shell: Shell, herald: str) -> None:
    terms = ("--level", "excerpt", "--from", "2026-01-01", "--until", "2030-12-31T18:00+01:00")
    more = ("--feed", "all", "--feed", "economy", "--embargo-right", "--archive-days", 30)
    shell.does("licence", "add", "herald", *terms, *more, "--reason", "signed")
    row = shell.does("licence", "list", "herald", "--json").rows[-1]
    assert row == {
        "licence": 2,
        "company": "herald",
        "feeds": ["all", "economy"],
        "level": "excerpt",
        "begins": "2026-01-01 00:00:00Z",
        "ends": "2030-12-31 17:00:00Z",
        "early": True,
        "archive_days": 30,
    }


def test_a_licence_ends_now_or_at_a_time(room: Newsroom, shell: Shell, herald: str) -> None:
    token = issue(shell)
    shell.does("licence", "end", 1, "--at", "2035-01-01", "--reason", "agreed")
    assert shell.does("licence", "list", "--json").rows[0]["ends"] == "2035-01-01 00:00:00Z"
    shell.does("licence", "end", 1, "--reason", "agreed")
    room.clock.now = room.agency.moment().now
    assert room.get("/private/feeds/all.rss", token).status_code == 403


def test_a_token_is_bound_to_feeds_networks_and_an_end(shell: Shell, herald: str) -> None:
    issue(shell, "--kind", "api", "--feed", "all", "--network", "192.0.2.7/24", "--until", "2030-01-01")
    (row,) = shell.does("token", "list", "--json").rows
    assert (row["kind"], row["feeds"], row["networks"]) == ("api", ["all"], ["192.0.2.0/24"])
    assert row["expires"] == "2030-01-01 00:00:00Z"
    assert shell.does("token", "show", row["token"], "--json").rows == [row]


def test_a_rotated_token_has_two_secrets_for_the_overlap(room: Newsroom, shell: Shell, herald: str) -> None:
    old = issue(shell)
    (row,) = shell.does("token", "list", "--json").rows
    ran = shell.does("token", "rotate", row["token"], "--overlap", 3, "--reason", "yearly")
    new = secret(ran)
    assert f"The old secret of {row['token']} is good until " in ran.stderr
    assert new != old
    assert {room.get("/private/feeds/all.rss", each).status_code for each in (old, new)} == {200}


def test_a_revoked_token_opens_nothing_and_gets_no_new_secret(
    room: Newsroom, shell: Shell, herald: str
) -> None:
    token = issue(shell)
    (row,) = shell.does("token", "list", "--json").rows
    shell.does("token", "revoke", row["token"], "--reason", "lost", "--yes")
    assert room.get("/private/feeds/all.rss", token).status_code == 401
    sentence = shell.refuses("token", "rotate", row["token"], "--reason", "found")
    assert sentence == f"syndicate: Token {row['token']} is revoked; issue a new one."


def test_a_key_of_a_source_takes_its_messages_in(room: Newsroom, shell: Shell) -> None:
    ran = shell.does("source", "add-key", "desk", "--reason", "new system")
    key = secret(ran)
    assert "POST https://wire.example/wire/desk" in ran.stderr
    sent = room.client.post("/wire/desk", data=b"nonsense", headers={"Authorization": f"Bearer {key}"})
    assert sent.status_code == 422
    kinds = {row["source"]: row["kind"] for row in shell.does("source", "list", "--json").rows}
    assert kinds == {"desk": "push", "stringer": "push"}


def test_dropped_keys_end_what_they_signed_and_say_which_before(
    room: Newsroom, shell: Shell, herald: str
) -> None:
    old = issue(shell)
    shell.does("keys", "rotate", "--reason", "yearly")
    new = issue(shell)
    ran = shell.does("keys", "drop", "--reason", "yearly", "--yes")
    assert re.search(r"^ends: token \w+ of herald \(desk\)$", ran.stderr, re.M)
    assert ran.stdout == "The old keys are dropped; 1 credentials ended.\n"
    assert room.get("/private/feeds/all.rss", old).status_code == 401
    assert room.get("/private/feeds/all.rss", new).status_code == 200
    shell.does("doctor")


def test_a_secret_stands_in_no_listing_and_in_no_book(room: Newsroom, shell: Shell, herald: str) -> None:
    first = issue(shell)
    id = shell.does("token", "list", "--json").rows[0]["token"]
    made = [
        first,
        secret(shell.does("token", "rotate", id, "--reason", "yearly")),
        secret(shell.does("source", "add-key", "desk", "--reason", "new")),
    ]
    shown = ""
    for command in (
        ("company", "show", "herald"),
        ("token", "list"),
        ("token", "show", id),
        ("licence", "list"),
        ("source", "list"),
        ("config", "show"),
    ):
        for end in ((), ("--json",)):
            ran = shell.does(*command, *end)
            shown += ran.stdout + ran.stderr
    files = [path for path in room.folder.rglob("*") if path.is_file()]
    for text in made:
        assert text not in shown
        assert text.rsplit(".")[-1] not in shown
        assert [path for path in files if text.encode() in path.read_bytes()] == []
