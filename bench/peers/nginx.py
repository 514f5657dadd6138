"""nginx with the service's own bytes as files, packed beforehand: the least that an answer can cost."""

from __future__ import annotations

import getpass
from collections.abc import Mapping, Sequence
from pathlib import Path

_CONFIG = """\
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.error.log;
worker_processes 2;
{user}
events {{ worker_connections 1024; }}
http {{
    access_log off;
    server_tokens off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000000;
    types {{ application/rss+xml rss; }}
    client_body_temp_path {folder}/nginx.body;
    proxy_temp_path {folder}/nginx.proxy;
    fastcgi_temp_path {folder}/nginx.fastcgi;
    uwsgi_temp_path {folder}/nginx.uwsgi;
    scgi_temp_path {folder}/nginx.scgi;
    server {{
        listen 127.0.0.1:{port};
        root {folder}/bodies;
        gzip_static on;
        add_header Cache-Control "public, no-cache";
        add_header Vary Accept-Encoding;
    }}
}}
"""


def lay_out(folder: Path, bodies: Mapping[str, tuple[bytes, bytes]]) -> None:
    """Lay bodies down, plain and packed, as files that nginx serves and `bare` reads."""
    (folder / "bodies").mkdir(parents=True, exist_ok=True)
    for name, (plain, packed) in bodies.items():
        (folder / "bodies" / name).write_bytes(plain)
        (folder / "bodies" / f"{name}.gz").write_bytes(packed)


def command(folder: Path, port: int) -> Sequence[str]:
    """How nginx is started on what was laid out in `folder`."""
    user = "user root;" if getpass.getuser() == "root" else ""  # else its workers could not read the folder
    (folder / "nginx.conf").write_text(_CONFIG.format(folder=folder, port=port, user=user))
    return ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]
