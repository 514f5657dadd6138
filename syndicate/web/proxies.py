"""From where a request comes, when proxies of ours stand before us.

Each proxy writes behind `X-Forwarded-For` from where it was asked, so the value that the outermost of ours
wrote is counted from the end; whatever stands before it is the sender's own word. A chain that is too short,
or names no address there, leaves the address empty, and nothing that is bound to a network is given to it:
the proxy's own address is never taken for the sender's. `Forwarded`, `X-Real-IP` and the like are not read.

What may come from where is not decided here but in `service.credentials`.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

UNKNOWN = ""


class Proxies:
    """Plain WSGI around an application that so many proxies of ours stand before."""

    def __init__(self, app: WSGIApplication, hops: int) -> None:
        self._app = app
        self._hops = hops

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Let the application see who asked our outermost proxy."""
        environ["REMOTE_ADDR"] = sender(environ.get("HTTP_X_FORWARDED_FOR", ""), self._hops)
        return self._app(environ, start_response)


def sender(chain: str, hops: int) -> str:
    """The address that the outermost of so many proxies wrote into `chain`, or UNKNOWN."""
    values = chain.split(",")
    return _address(values[-hops].strip()) if len(values) >= hops else UNKNOWN


def _address(value: str) -> str:
    """An address that may be written with a port, and then in brackets; UNKNOWN for anything else."""
    if value.startswith("["):
        value = value[1:].partition("]")[0]
    elif value.count(":") == 1:
        value = value.partition(":")[0]
    try:
        return str(ip_address(value))
    except ValueError:
        return UNKNOWN
