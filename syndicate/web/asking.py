"""What a request shows of its sender, and what this process answers with."""

from __future__ import annotations

from flask import current_app, g, request

from syndicate.service.agency import Agency
from syndicate.service.credentials import Credential, Shown
from syndicate.service.publish import Publisher


def publisher() -> Publisher:
    """The press of this process."""
    found: Publisher = current_app.config["PUBLISHER"]
    return found


def agency() -> Agency:
    """The agency that this process serves."""
    return publisher().agency


def bearer() -> str | None:
    """The token in the Authorization header: Bearer, or the password of Basic."""
    shown = request.authorization
    if shown is None:
        return None
    if shown.type == "bearer":
        return shown.token
    return shown.password if shown.type == "basic" else None


def credential(in_path: str | None = None) -> Credential:
    """The credential of this request. One in the path stands alone: a header beside it is not looked at."""
    address, is_conditional = request.remote_addr or "", bool(request.if_none_match)
    text, shown = (bearer(), Shown.HEADER) if in_path is None else (in_path, Shown.PATH)
    g.asked = Credential(text, shown, address, is_conditional)
    asked: Credential = g.asked
    return asked
