"""``docs serve``: a site over HTTP on this machine, and browsers told when it has changed.

Knows HTTP and server-sent events. Pages are served as they stand on disk, with a script added on the way that listens for
the next revision. It must not know how a site is made, nor write anything.
"""

from __future__ import annotations

import html
import json
import socket
import threading
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

EVENTS = "/-/events"
_SILENCE = (
    15.0  # seconds until a browser that hears nothing is told that somebody is there
)

_SCRIPT = """
<script>
(function () {
  var shown = %s, events = new EventSource("%s"), box = null;
  events.onmessage = function (message) {
    var now = JSON.parse(message.data);
    if (box) { box.remove(); box = null; }
    if (now.problems) {
      box = document.createElement("pre");
      box.setAttribute("role", "alert");
      box.textContent = now.problems;
      box.style.cssText = "position:fixed;inset:auto 1rem 1rem 1rem;max-height:60vh;overflow:auto;margin:0;padding:1rem;"
        + "z-index:99;background:#2b0d10;color:#ffe3e3;border:2px solid #e5484d;border-radius:8px;white-space:pre-wrap";
      document.body.appendChild(box);
    } else if (now.revision !== shown) { location.reload(); }
  };
})();
</script>
"""


class Revision:
    """Which state of the site browsers should show, and what keeps a newer one from being made."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._number = 0
        self._problems = ""
        self._closed = False

    @property
    def number(self) -> int:
        """The number of the newest state; a page that shows another is out of date."""
        return self._number

    def renew(self) -> None:
        """Tell every browser to load its page again."""
        self._tell(self._number + 1, "")

    def fail(self, problems: str) -> None:
        """Show every browser why there is no newer state; an empty text takes that back."""
        self._tell(self._number, problems)

    def close(self) -> None:
        """End all streams of events."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _tell(self, number: int, problems: str) -> None:
        with self._changed:
            self._number, self._problems = number, problems
            self._changed.notify_all()

    def after(self, seen: str) -> str | None:
        """Wait for an event other than ``seen``; an empty text after a while without one, None at the end."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._closed or self._event() != seen, _SILENCE
            )
            if self._closed:
                return None
            event = self._event()
            return "" if event == seen else event

    def _event(self) -> str:
        return json.dumps({"revision": self._number, "problems": self._problems})


class Server(ThreadingHTTPServer):
    """Serves a folder; raises OSError where the address cannot be used."""

    daemon_threads = True
    # A port that somebody else uses is an error, not shared.
    allow_reuse_port = False

    def __init__(self, folder: Path, host: str, port: int, revision: Revision) -> None:
        self.folder = folder
        self.revision = revision
        if ":" in host:
            self.address_family = socket.AF_INET6
        super().__init__((host, port), _Handler)

    @property
    def address(self) -> str:
        """Where browsers find the site."""
        host, port = self.server_address[:2]
        name = str(host)
        return f"http://{f'[{name}]' if ':' in name else name}:{port}/"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of browsers that leave in the middle of an answer."""


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, request: Any, client_address: Any, server: Server) -> None:
        super().__init__(request, client_address, server, directory=str(server.folder))

    @property
    def _revision(self) -> Revision:
        assert isinstance(self.server, Server)
        return self.server.revision

    def do_GET(self) -> None:
        """Answer with a file, a page with the script, or the stream of events."""
        if self.path == EVENTS:
            self._stream()
            return
        path = Path(self.translate_path(self.path))
        page = path / "index.html" if path.is_dir() else path
        if page.suffix == ".html" and page.is_file() and self._ends_as(path):
            self._send(HTTPStatus.OK, self._with_script(page.read_bytes()))
        elif path.is_file():
            super().do_GET()
        elif path.is_dir():
            # Relative links need the slash; folders are not listed.
            super().do_GET() if page.is_file() else self._missing()
        else:
            self._missing()

    def _ends_as(self, path: Path) -> bool:
        """Whether the address has the slash that a folder's page needs for its links."""
        return not path.is_dir() or self.path.partition("?")[0].endswith("/")

    def _with_script(self, page: bytes) -> bytes:
        script = (_SCRIPT % (self._revision.number, EVENTS)).encode()
        before, end, after = page.rpartition(b"</body>")
        return before + script + end + after if end else page + script

    def _missing(self) -> None:
        text = f"<!doctype html><title>Not found</title><p>There is no page {html.escape(self.path)}."
        self._send(HTTPStatus.NOT_FOUND, self._with_script(text.encode()))

    def _send(self, status: HTTPStatus, page: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def _stream(self) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        seen = ""
        while (event := self._revision.after(seen)) is not None:
            self.wfile.write(f"data: {event}\n\n".encode() if event else b":\n\n")
            self.wfile.flush()
            seen = event or seen

    def end_headers(self) -> None:
        """A page is asked for anew each time, because it may have changed."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *arguments: Any) -> None:
        """Keep quiet: the terminal is for findings."""
