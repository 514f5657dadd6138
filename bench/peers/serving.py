"""How Python peers are served: as the service is, by granian, two processes of four threads."""

from __future__ import annotations

import sys


def serve(factory: str) -> None:
    """Serve the application that a function makes, at the port that the command line names."""
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels

    Granian(
        factory,
        factory=True,
        address="127.0.0.1",
        port=int(sys.argv[1]),
        interface=Interfaces.WSGI,
        workers=2,
        blocking_threads=4,
        http=HTTPModes.http1,
        websockets=False,
        log_access=False,
        log_level=LogLevels.warning,
    ).serve()
