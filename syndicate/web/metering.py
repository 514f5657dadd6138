"""The quota of a token: each answer to a good one counts but a 304, and says what is left.

The headers are those of draft-ietf-httpapi-ratelimit-headers-10. A request over the quota is refused before
anything is done for it; a conditional one is looked at first, since a 304 is free. Answers that are repeated
are counted in `front`.
"""

from __future__ import annotations

from flask import Flask, Response, g

from syndicate.service.quotas import MINUTE, Meter
from syndicate.service.refusals import TooManyRequests
from syndicate.service.tally import OVER_QUOTA
from syndicate.web.asking import agency
from syndicate.web.errors import refused
from syndicate.web.front import RATE_LIMIT, metered_by, only_once, rate_limit


def install(app: Flask) -> None:
    """Let every answer of `app` to a good token be counted here."""
    app.after_request(_metered)


def _metered(response: Response) -> Response:
    meter: Meter | None = g.asked.meter if "asked" in g else None
    if meter is None or response.status_code == 304:
        return response
    quotas = agency().quotas
    left = None if response.status_code == 429 else quotas.take(meter)
    if left is None:
        only_once()
        left = quotas.left(meter)
        response = refused(TooManyRequests(quota=meter.quota))
        response.headers["Retry-After"] = str(left.seconds)
        agency().tally.add(OVER_QUOTA)
    else:
        metered_by(meter)
    response.headers[RATE_LIMIT] = rate_limit(left)
    response.headers["RateLimit-Policy"] = f'"minute";q={meter.quota};w={MINUTE}'
    return response
