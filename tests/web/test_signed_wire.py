"""Signed messages over HTTP: taken like any other, an id for one body, secrets that overlap and end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from syndicate.core.webhooks import secret_in, text_of
from syndicate.service import contracts, intake, worker
from syndicate.service.agency import StoreError
from tests.newsroom import BY, Newsroom, ninjs
from tests.webhooks import signed


class Sender:
    """A source that signs what it sends."""

    def __init__(self, newsroom: Newsroom) -> None:
        self.newsroom = newsroom
        self.id, self.secret = contracts.add_webhook_secret(newsroom.agency, "desk", None, BY)

    def send(
        self, body: bytes, id: str = "msg_1", secret: str | None = None, late: float = 0
    ) -> TestResponse:
        at = self.newsroom.clock.now - timedelta(seconds=late)
        headers = signed(secret or self.secret, body, at, id)
        return self.newsroom.client.post("/wire/desk", data=body, headers=headers)

    def message(self, version: int = 1, **fields: object) -> bytes:
        return json.dumps(ninjs("story", version, self.newsroom.clock.now, **fields)).encode()


@pytest.fixture
def sender(both_newsrooms: Newsroom) -> Iterator[Sender]:
    return Sender(both_newsrooms)


def outcomes(answer: TestResponse) -> list[str]:
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return [item["outcome"] for item in answer.get_json()["items"]]


def test_the_signature_is_that_of_the_published_example() -> None:
    made = signed(
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        b'{"test": 2432232314}',
        datetime.fromtimestamp(1614265330, UTC),
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
    )
    assert made["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_signed_message_is_taken_without_a_key(sender: Sender) -> None:
    assert outcomes(sender.send(sender.message())) == ["new"]
    assert "Port Averin" in sender.newsroom.text("/feeds/all.rss")


def test_after_a_clock_was_set_back_what_is_signed_now_counts(sender: Sender) -> None:
    """Service time stands until the clock has caught up; a source signs by its own."""
    sender.newsroom.clock.advance(hours=2)
    sender.newsroom.send("later")
    sender.newsroom.clock.advance(hours=-2)
    assert outcomes(sender.send(sender.message())) == ["new"]


def test_the_same_message_again_is_a_second_sending(sender: Sender) -> None:
    body = sender.message()
    sender.send(body)
    assert outcomes(sender.send(body)) == ["duplicate"]
    sender.newsroom.clock.advance(hours=2)
    assert outcomes(sender.send(body)) == ["duplicate"], "a sender that tries again signs with a new time"


def test_another_message_under_the_same_id_is_refused_and_not_taken(sender: Sender) -> None:
    sender.send(sender.message())
    answer = sender.send(sender.message(2, headline="Another"))
    assert (answer.status_code, answer.get_json()["reason"]) == (409, "webhook-id-used")
    assert "Another" not in sender.newsroom.text("/feeds/all.rss")
    assert outcomes(sender.send(sender.message(2, headline="Another"), id="msg_2")) == ["update"]


def test_an_id_is_that_of_one_source(sender: Sender) -> None:
    sender.send(sender.message())
    _, secret = contracts.add_webhook_secret(sender.newsroom.agency, "stringer", None, BY)
    body = sender.message(2)
    headers = signed(secret, body, sender.newsroom.clock.now)
    assert sender.newsroom.client.post("/wire/stringer", data=body, headers=headers).status_code == 200


def test_what_is_refused_lies_in_quarantine_and_may_come_again(sender: Sender) -> None:
    assert [sender.send(b"nonsense").status_code for _ in range(2)] == [422, 422]


def test_what_a_crash_left_untaken_comes_again_under_its_id(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise StoreError("The database answered 'disk full'.")

    body = sender.message()
    with monkeypatch.context() as patch:
        patch.setattr(intake, "keep", away)
        assert sender.send(body).status_code == 503
    assert outcomes(sender.send(body)) == ["new"]


def test_two_secrets_are_good_until_the_first_is_ended(sender: Sender) -> None:
    _, second = contracts.add_webhook_secret(sender.newsroom.agency, "desk", None, BY)
    assert sender.send(sender.message(1), "a").status_code == 200
    assert sender.send(sender.message(2), "b", secret=second).status_code == 200
    contracts.end_source_key(sender.newsroom.agency, "desk", sender.id, BY)
    assert sender.send(sender.message(3), "c").status_code == 401
    assert sender.send(sender.message(3), "c", secret=second).status_code == 200
    assert sender.id not in sender.newsroom.agency.keyring.path.read_text(), "what has ended is nowhere"


def test_while_a_sender_changes_its_secret_it_may_sign_with_both(sender: Sender) -> None:
    body = sender.message()
    headers = signed(sender.secret, body, sender.newsroom.clock.now)
    other = signed(text_of(b"o" * 32), body, sender.newsroom.clock.now)["webhook-signature"]
    headers["webhook-signature"] = f"{other} v1a,AAAA {headers['webhook-signature']}"
    assert sender.newsroom.client.post("/wire/desk", data=body, headers=headers).status_code == 200


def test_a_secret_that_the_sender_made_is_good_as_well(sender: Sender) -> None:
    given = text_of(b"made elsewhere, 24 bytes")
    _, shown = contracts.add_webhook_secret(sender.newsroom.agency, "desk", secret_in(given), BY)
    assert shown == given
    assert sender.send(sender.message(), secret=given).status_code == 200


def test_what_is_no_secret_is_not_taken_for_one() -> None:
    for text in ("", "whsec_", "whsec_AAAA", "whsec_%%%", "ключ", text_of(b"x" * 23), text_of(b"x" * 65)):
        assert secret_in(text) is None


def test_ids_are_remembered_for_a_week_and_then_forgotten(sender: Sender) -> None:
    class Once:
        """An end that comes after a round of the worker."""

        def __init__(self) -> None:
            self.was_waited = False

        def is_set(self) -> bool:
            return self.was_waited

        def wait(self, _: float) -> None:
            self.was_waited = True

    sender.send(sender.message())
    sender.newsroom.clock.advance(days=7, seconds=-1)
    worker.run(sender.newsroom.agency, lambda: ([], ()), Once())
    assert sender.send(b"nonsense").status_code == 409
    sender.newsroom.clock.advance(seconds=2)
    worker.run(sender.newsroom.agency, lambda: ([], ()), Once())
    assert sender.send(b"nonsense").status_code == 422


def test_a_clock_that_is_set_back_lets_nobody_send_an_old_message_as_a_new_one(sender: Sender) -> None:
    body = sender.message()
    assert outcomes(sender.send(body)) == ["new"]
    sender.newsroom.clock.advance(hours=1)
    sender.newsroom.send("later")
    sender.newsroom.clock.advance(hours=-1)
    assert outcomes(sender.send(body)) == ["duplicate"]
    assert sender.send(sender.message(2)).status_code == 409


def test_a_body_that_is_not_in_utf_8_is_refused_by_name(sender: Sender) -> None:
    body = "<rss><channel><title>Новости</title></channel></rss>".encode("windows-1251")
    answer = sender.send(body)
    assert answer.status_code == 401
    assert "only a body in UTF-8 can be signed" in answer.get_json()["detail"]


def test_a_body_that_is_too_large_is_refused_before_it_is_looked_at(sender: Sender) -> None:
    answer = sender.newsroom.client.post(
        "/wire/desk", data=b"x" * (intake.LARGEST + 1), headers={"webhook-id": "a"}
    )
    assert answer.status_code == 413


def test_no_answer_and_no_log_line_holds_the_secret(sender: Sender) -> None:
    with capture_logs() as logs:
        answers = [sender.send(sender.message(), late=1000), sender.send(b"nonsense"), sender.send(b"more")]
    told = str(logs) + "".join(str(each.headers) + each.get_data(as_text=True) for each in answers)
    assert [each.status_code for each in answers] == [401, 422, 409]
    assert sender.secret not in told
    assert sender.secret.removeprefix("whsec_") not in told
