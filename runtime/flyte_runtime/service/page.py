"""The page Prometheus reads.

Knows prometheus_client's HTTP server. With several processes, one of them has the page and adds up what all counted.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from prometheus_client import REGISTRY, CollectorRegistry, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector

from flyte_runtime.service import ports
from flyte_runtime.service.failures import CannotServe
from flyte_runtime.service.settings import METRICS_FOLDER, Settings


@contextmanager
def metrics_page(settings: Settings) -> Generator[None, None, None]:
    """Serve the metrics during a block; raise CannotServe if the port cannot be taken."""
    registry = REGISTRY
    if os.environ.get(METRICS_FOLDER):
        registry = CollectorRegistry()
        # Untyped, and it registers itself.
        collector: Any = MultiProcessCollector
        collector(registry)
    try:
        server, thread = start_http_server(
            settings.prometheus_port, settings.host, registry
        )
    except OSError as error:
        raise CannotServe(
            f"cannot serve metrics on {settings.host} port {settings.prometheus_port}: {ports.reason(error)}"
        ) from error
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
