"""A sender of signed messages, as any system that speaks Standard Webhooks is one."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime


def signed(secret: str, body: bytes, at: datetime, id: str = "msg_1") -> dict[str, str]:
    """The three headers. The signature is made here anew, by the words of the published scheme."""
    stamp = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    made = hmac.new(key, b".".join([id.encode(), stamp.encode(), body]), hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(made).decode()}"
    return {"webhook-id": id, "webhook-timestamp": stamp, "webhook-signature": signature}
