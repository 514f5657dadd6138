"""`company`, `licence`, `token`, `source`, `keys`: what is agreed with whom, and secrets that are shown once."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from syndicate.core.webhooks import text_of
from tests.cli.shell import Ran, Shell
from tests.newsroom import Newsroom
from tests.webhooks import signed

TOKEN = re.compile(r"(synd|whsec)_\S+\n")


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


def push(room: Newsroom, body: bytes, headers: dict[str, str]) -> int:
    return room.client.post("/wire/desk", data=body, headers=headers).status_code


def test_a_webhook_secret_signs_what_a_source_sends_and_ends_by_its_id(room: Newsroom, shell: Shell) -> None:
    ran = shell.does("source", "add-key", "desk", "--webhook", "--reason", "new system")
    text, now = secret(ran), datetime.now(UTC)
    assert text.startswith("whsec_")
    assert "POST https://wire.example/wire/desk" in ran.stderr
    room.clock.now = now
    assert push(room, b"nonsense", signed(text, b"nonsense", now)) == 422
    (row,) = shell.does("source", "list-keys", "desk", "--json").rows
    assert (row["source"], row["kind"], row["ended"]) == ("desk", "webhook", "-")
    shell.does("source", "end-key", "desk", row["key"], "--reason", "leaked", "--yes")
    assert push(room, b"nonsense", signed(text, b"nonsense", now)) == 401
    (row,) = shell.does("source", "list-keys", "--json").rows
    assert row["ended"] != "-"


def test_a_webhook_secret_of_the_sender_is_read_from_standard_input(room: Newsroom, shell: Shell) -> None:
    text = text_of(b"made by the sender, 32 bytes lon")
    command = ("source", "add-key", "desk", "--webhook", "--given", "--reason", "theirs")
    ran = shell.does(*command, typed=f"{text}\n")
    assert text not in ran.stdout + ran.stderr
    now = datetime.now(UTC)
    room.clock.now = now
    assert push(room, b"nonsense", signed(text, b"nonsense", now)) == 422
    assert "This is no secret" in shell.misreads(*command, typed="hunter2\n")
    assert "--given goes with --webhook" in shell.misreads(
        "source", "add-key", "desk", "--given", "--reason", "x"
    )


def test_one_key_of_a_source_is_ended_and_the_other_stays_good(room: Newsroom, shell: Shell) -> None:
    first, second = (secret(shell.does("source", "add-key", "desk", "--reason", "new")) for _ in range(2))
    old = shell.does("source", "list-keys", "desk", "--json").rows[0]["key"]
    end = ("source", "end-key", "desk", old, "--reason", "leaked", "--yes")
    assert shell.does(*end).stdout == f"Key {old} of desk has ended.\n"
    sent = [push(room, b"nonsense", {"Authorization": f"Bearer {key}"}) for key in (first, second)]
    assert sent == [401, 422]
    assert shell.refuses(*end) == f"syndicate: Key {old} of desk has ended already."
    assert "There is no key of stringer" in shell.refuses("source", "end-key", "stringer", *end[3:])


def test_a_webhook_secret_outlives_the_signing_keys_and_is_missed_without_its_file(
    room: Newsroom, shell: Shell
) -> None:
    shell.does("source", "add-key", "desk", "--webhook", "--reason", "new system")
    keys = room.folder / "data" / "keys.toml"
    without = keys.read_text().split("[[webhooks]]")[0]
    shell.does("keys", "rotate", "--reason", "yearly")
    assert shell.does("keys", "drop", "--reason", "yearly", "--yes").stdout.endswith("0 credentials ended.\n")
    shell.does("doctor")
    keys.write_text(without)
    assert "Of the credentials, 1 were signed with keys not in" in shell.run("doctor").stdout
    assert "the key file has changed" in shell.refuses("serve")
    shell.does("keys", "drop", "--reason", "lost", "--yes")
    shell.does("doctor")


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
        secret(shell.does("source", "add-key", "desk", "--reason", "new", "--webhook")),
    ]
    shown = ""
    for command in (
        ("company", "show", "herald"),
        ("token", "list"),
        ("token", "show", id),
        ("licence", "list"),
        ("source", "list"),
        ("source", "list-keys"),
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


def test_a_token_may_have_a_quota_of_its_own(room: Newsroom, shell: Shell, herald: str) -> None:
    ids = {quota: issue(shell, *(("--quota", quota) if quota else ())) for quota in ("", "2", "0")}
    quotas = [row["quota"] for row in shell.does("token", "list", "--json").rows]
    assert sorted(quotas, key=str) == [0, 2, None]
    statuses = [room.get("/private/feeds/all.rss", ids["2"]).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    command = ("token", "issue", herald, "--label", "x", "--reason", "x", "--quota")
    for wrong in ("-1", "many"):
        assert "--quota" in shell.misreads(*command, wrong)


def test_the_key_to_the_figures_is_printed_once_and_opens_them_at_once(room: Newsroom, shell: Shell) -> None:
    assert room.get("/metrics").status_code == 404
    key = secret(shell.does("keys", "metrics", "--reason", "for our Prometheus"))
    assert room.get("/metrics", key).status_code == 200
    shell.does("keys", "rotate", "--reason", "yearly")
    assert room.get("/metrics", key).status_code == 200
