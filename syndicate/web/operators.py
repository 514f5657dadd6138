"""For those who run the service: whether it lives, whether it can answer, and its figures for who has the key."""

from __future__ import annotations

import json

from flask import Blueprint, Response

from syndicate.service.watching import metrics
from syndicate.service.watching.figures import exposition
from syndicate.service.watching.readiness import readiness
from syndicate.web.asking import agency, bearer
from syndicate.web.errors import RETRY_SECONDS

blueprint = Blueprint("operators", __name__)

EXPOSITION = "text/plain; version=0.0.4; charset=utf-8"


@blueprint.get("/healthz")
def health() -> Response:
    """The process lives. Nothing is asked for it, least of all the database."""
    return _answer({"status": "alive"})


@blueprint.get("/readyz")
def ready() -> Response:
    """Whether the process can answer, check by check; 503 where one fails."""
    checks = readiness(agency())
    is_ready = all(checks.values())
    shown = {name: "good" if holds else "failed" for name, holds in checks.items()}
    response = _answer({"status": "ready" if is_ready else "not ready", "checks": shown})
    if not is_ready:
        response.status_code = 503
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


@blueprint.get("/metrics")
def figures() -> Response:
    """The figures of the whole, for who shows the key to them; without a key there is no such address."""
    metrics.check(agency(), bearer())
    response = Response(exposition(agency()), content_type=EXPOSITION)
    response.headers["Cache-Control"] = "no-store"
    return response


def _answer(content: dict[str, object]) -> Response:
    response = Response(json.dumps(content), content_type="application/json; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response
