"""A real nginx before a service: one hop, and a cache that everybody shares."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import program
from tests.running.service import PATIENCE, free_port, wait_for

CONFIG = """
{user}
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  proxy_cache_path {folder}/cache keys_zone=shared:1m;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://127.0.0.1:{behind};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_cache shared;
      proxy_cache_revalidate on;
      proxy_cache_min_uses 1;
      add_header X-Cache $upstream_cache_status always;
    }}
  }}
}}
"""


@contextmanager
def nginx_before(behind: int, folder: Path) -> Iterator[int]:
    """Start nginx before the service at port `behind`; gives its own port. It ends with the block."""
    folder.mkdir()
    port = free_port()
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(CONFIG.format(folder=folder, port=port, behind=behind, user=user))
    command = [_program(), "-p", str(folder), "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"]
    with subprocess.Popen(command) as process:
        try:
            wait_for(lambda: (folder / "pid").exists() and bool((folder / "pid").read_text()), "nginx")
            yield port
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _program() -> str:
    """Debian puts it where only root looks."""
    found = Path("/usr/sbin/nginx")
    return str(found) if found.exists() else program("nginx")
