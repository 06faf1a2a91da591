"""The page Prometheus reads.

Knows HTTP servers and prometheus_client's page. With several processes, one of them has the page and adds up what all
counted.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any

from prometheus_client import REGISTRY, CollectorRegistry, MetricsHandler
from prometheus_client.multiprocess import MultiProcessCollector

from flyte_runtime.logs import logger
from flyte_runtime.service import ports
from flyte_runtime.service.failures import CannotServe
from flyte_runtime.service.settings import METRICS_FOLDER, Settings

# How long the end of the page may take.
POLL_SECONDS = 0.1


class _Handler(MetricsHandler):
    """Hangs up on clients that are silent."""

    timeout = 10


class _Server(ThreadingHTTPServer):
    """Has a thread for each client, so that a slow one delays no other."""

    request_queue_size = 128

    def __init__(self, host: str, port: int, registry: CollectorRegistry) -> None:
        self.address_family, address = ports.resolve(host, port)
        super().__init__(address, _Handler.factory(registry))

    def server_bind(self) -> None:
        """Take the port, without asking a name server how this machine is called."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port, *_ = self.socket.getsockname()

    def handle_error(self, request: object, client_address: object) -> None:
        """Let a client go that has left or fallen silent; log what is the page's own fault."""
        if not isinstance(sys.exception(), OSError):
            logger.error("the metrics page failed", exc_info=True)


@contextmanager
def metrics_page(settings: Settings) -> Generator[None, None, None]:
    """Serve the metrics during a block; raise CannotServe if the port cannot be taken."""
    try:
        server = _Server(settings.host, settings.prometheus_port, _registry())
    except OSError as error:
        raise CannotServe(
            f"cannot serve metrics on {settings.host} port {settings.prometheus_port}: {ports.reason(error)}"
        ) from error
    thread = threading.Thread(
        target=server.serve_forever, args=(POLL_SECONDS,), name="connector-page"
    )
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _registry() -> CollectorRegistry:
    if not os.environ.get(METRICS_FOLDER):
        return REGISTRY
    registry = CollectorRegistry()
    # Untyped, and it registers itself.
    collector: Any = MultiProcessCollector
    collector(registry)
    return registry
