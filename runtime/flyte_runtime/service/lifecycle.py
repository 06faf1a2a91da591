"""The life of the service: load connectors, listen, wait for the end, let running calls finish.

Knows the order of these steps, and what ends the service: a signal, the timeout, or whoever runs it. It must not know
what a call is.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from flyte_runtime import connectors
from flyte_runtime.logs import logger
from flyte_runtime.redaction import protect_all
from flyte_runtime.service import loading, ports
from flyte_runtime.service.scheduling import patient_threads
from flyte_runtime.service.settings import LOOPBACK, Settings, from_environment
from flyte_runtime.service.stopping import Stop, Stopped

if TYPE_CHECKING:
    from flyte.connectors._server import ConnectorService
    from flyte_runtime.service.server import Server

LOCAL = (LOOPBACK, "localhost", "::1")


async def run(
    cls: type[ConnectorService],
    port: int,
    prometheus_port: int,
    worker: int,
    timeout: int | None,
    modules: list[str] | None,
) -> None:
    """Serve all registered connectors; what has no parameter here is read from the environment."""
    settings = from_environment(
        port=port,
        prometheus_port=prometheus_port,
        worker=worker,
        timeout=timeout,
        modules=() if modules is None else modules,
        # This one, whatever the environment says.
        processes=1,
    )
    await serve(settings)


async def serve(settings: Settings) -> None:
    """Run the service until it is told to stop; raise CannotServe if it cannot start."""
    stop = Stop()
    with stop.listening():
        try:
            # Connectors are free to take their time, and to block the event loop with it.
            with stop.interrupting():
                make_server = _load(settings)
        except Stopped:
            return
        if settings.processes == 1:
            # gRPC itself would only say that it failed.
            ports.check_free(settings.host, settings.port)
        with _metrics_page(settings):
            with patient_threads():
                server = make_server(settings)
                server.start()
            await _live(server, settings, stop)


def _load(settings: Settings) -> type[Server]:
    """Import everything: the server, which needs packages of its own, and the connectors."""
    with loading.needed():
        from flyte_runtime.service.server import Server
    protect_all()
    loading.load_connectors(settings.modules)
    # Connectors may have brought handlers of their own.
    protect_all()
    return Server


async def _live(server: Server, settings: Settings, stop: Stop) -> None:
    _announce(settings)
    try:
        if not await stop.wait(settings.timeout):
            logger.info("the timeout of %s s is over", settings.timeout)
    finally:
        # Also when whoever runs the service cancels it.
        ended = await asyncio.shield(
            asyncio.to_thread(server.drain, settings.grace_period)
        )
    if not ended:
        logger.warning(
            "calls were cut off: they took longer than the grace period of %d s",
            settings.grace_period,
        )


def _metrics_page(settings: Settings) -> AbstractContextManager[None]:
    """Serve the metrics, unless this is one of several processes: these have one page together."""
    from flyte_runtime.service import page, processes

    return nullcontext() if processes.is_member() else page.metrics_page(settings)


def _announce(settings: Settings) -> None:
    """Say what is served and where."""
    served = {
        f"{category.name} version {category.version}"
        for connector in connectors.list_connectors()
        for category in connector.supported_task_categories
    }
    types = ", ".join(sorted(served)) or "no task type: no connector is registered"
    print(
        f"c0: serving {types}\nc0: listening on {settings.address},"
        f" metrics on http://{settings.metrics_address}/metrics",
        file=sys.stderr,
        flush=True,
    )
    open_door = settings.token is None and settings.token_file is None
    if settings.host not in LOCAL and open_door and settings.tls_client_ca is None:
        logger.warning(
            "anyone who reaches %s may call the connectors: set a token or tls_client_ca",
            settings.address,
        )
