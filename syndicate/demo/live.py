"""The last messages of the day, pushed to the running demo through its wire when their time comes.

`python -m syndicate.demo.live START BASE_URL`, with the key of the desk on standard input.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime

import requests

from syndicate.demo.day import NOW, Wired, messages


def main() -> None:
    """Push what arrives after START, each at its time."""
    start, base_url = datetime.fromisoformat(sys.argv[1]), sys.argv[2]
    key = sys.stdin.readline().strip()
    for wired in messages(start - NOW):
        if wired.received_at > start:
            time.sleep(max(0.0, (wired.received_at - datetime.now(UTC)).total_seconds()))
            _push(wired, f"{base_url}/wire/desk", key)


def _push(wired: Wired, url: str, key: str) -> None:
    """One message, tried again while the service comes up."""
    for _ in range(20):
        try:
            answer = requests.post(url, wired.body, headers={"Authorization": f"Bearer {key}"}, timeout=10)
        except requests.ConnectionError:
            time.sleep(0.5)
            continue
        print(f"live: {wired.name}: {_told(answer)}", flush=True)
        return


def _told(answer: requests.Response) -> str:
    if answer.status_code not in (200, 207, 422):
        return f"refused with {answer.status_code}"
    return ", ".join(item["outcome"] or item["reason"] for item in answer.json()["items"])


if __name__ == "__main__":
    main()
