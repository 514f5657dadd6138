"""What is put on the wire under load is what was asked for."""

from __future__ import annotations

from bench.load import NUMBERED, Ask


def test_a_request_goes_out_as_http_says() -> None:
    asked = Ask("/feeds/all.rss", {"Accept-Encoding": "gzip"})
    assert asked.on_the_wire() == (
        b"GET /feeds/all.rss HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n\r\n"
    )


def test_a_body_is_as_long_as_its_header_says_whatever_its_number() -> None:
    asked = Ask("/wire/desk", body=f'{{"uri": "posted:{NUMBERED}"}}'.encode())
    for sent in (asked, asked.numbered(7), asked.numbered(99_999_999)):
        head, _, body = sent.on_the_wire().partition(b"\r\n\r\n")
        assert head.startswith(b"POST ")
        assert f"Content-Length: {len(body)}".encode() in head
    assert b"posted:00000007" in asked.numbered(7).on_the_wire()
