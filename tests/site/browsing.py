"""A real browser on pages of the site: Debian's Chromium, driven by Playwright, and what it complained about."""

from __future__ import annotations

import functools
import importlib
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# It must not look for updates, nor for anything else outside this machine.
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
WAIT = 10_000  # milliseconds, far more than anything here takes


class Visit:
    """One tab with a profile of its own, and everything it complained about or asked other hosts for."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.requests: list[str] = []
        page.set_default_timeout(WAIT)
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("requestfailed", lambda request: self.complaints.append(request.url))
        page.on("request", lambda request: self.requests.append(request.url))

    def _heard(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def search(self, text: str) -> list[str]:
        """Type into the search field as a reader would; return the names found, best first."""
        self.page.keyboard.press("/")
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)
        self.page.wait_for_selector(".results:not([hidden]) .count:not(:empty)")
        # Results appear once per frame, not once per key.
        self.page.wait_for_timeout(150)
        names: list[str] = self.page.eval_on_selector_all(
            ".results li .hit", "items => items.map(item => item.textContent)"
        )
        return names

    def barriers(self) -> list[tuple[str, list[Any]]]:
        """What axe-core finds serious or critical on the page: its rule, and where."""
        # It has no types of its own.
        axe: Any = importlib.import_module("axe_playwright_python.sync_playwright")
        found: Any = axe.Axe().run(self.page).response["violations"]
        return [
            (one["id"], [node["target"] for node in one["nodes"]][:3])
            for one in found
            if one["impact"] in ("serious", "critical")
        ]


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A folder over HTTP; yields its address."""
    handler = functools.partial(Quiet, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)


class Quiet(SimpleHTTPRequestHandler):
    """Answers without a word about it."""

    def log_message(self, format: str, *arguments: object) -> None:
        """Keep the output of the tests to the tests."""
