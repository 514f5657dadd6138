"""Draws the README's pictures from a running demo: the ticker, a feed's page, and a feed in a reader.

python docs/pictures/draw.py      (needs Chromium, and the development requirements)
"""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from playwright.sync_api import Browser, sync_playwright

HERE = Path(__file__).parent
CHROMIUM = "/usr/bin/chromium"


def main() -> None:
    """Draw them all."""
    with (
        tempfile.TemporaryDirectory() as folder,
        demo(Path(folder)) as (base, token),
        sync_playwright() as play,
    ):
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        draw(browser, f"{base}/", "ticker")
        draw(browser, f"{base}/", "ticker-dark", width=390, scheme="dark")
        draw(browser, f"{base}/feeds/economy/", "feed")
        with reader(Path(folder), f"{base}/private/{token}/feeds/politics.atom") as address:
            draw(browser, address, "reader")
        browser.close()


def draw(browser: Browser, address: str, name: str, width: int = 1100, scheme: str = "light") -> None:
    """One picture of one page."""
    page = browser.new_page(viewport={"width": width, "height": 760}, color_scheme=scheme)
    page.goto(address)
    page.screenshot(path=HERE / f"{name}.png")
    page.close()


@contextmanager
def demo(folder: Path) -> Iterator[tuple[str, str]]:
    """A demo; gives its address and the reader token that it prints."""
    port = free_port()
    command = [sys.executable, "-m", "syndicate", "demo", "--port", str(port), "--into", str(folder / "demo")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        token = next(
            found[1] for line in process.stdout or () if (found := re.search(r"any:(synd_\S+)", line))
        )
        answers(f"http://127.0.0.1:{port}/")
        yield f"http://127.0.0.1:{port}", token
    finally:
        process.terminate()
        process.wait()


@contextmanager
def reader(folder: Path, feed: str) -> Iterator[str]:
    """The package `reader`, subscribed to a feed and showing what it got."""
    port = free_port()
    command = [sys.executable, "-m", "reader", "--url", str(folder / "reader.db")]
    for arguments in (["add", feed], ["update"]):
        subprocess.run([*command, *arguments], check=True)
    process = subprocess.Popen([*command, "web", "--port", str(port), "--cache-dir", str(folder / "cache")])
    try:
        answers(f"http://127.0.0.1:{port}/")
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait()


def answers(address: str) -> None:
    """Wait until something answers."""
    for _ in range(100):
        try:
            requests.get(address, timeout=5)
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"Nothing answers at {address}.")


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
