"""The life of the service: load connectors, listen, wait for the end, let running calls finish.

Knows the order of these steps, and what ends the service: a signal, the timeout, or whoever runs it. It must not know
what a call is.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
import threading
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

from flyte_runtime import connectors
from flyte_runtime.logs import logger
from flyte_runtime.redaction import protect
from flyte_runtime.service.failures import CannotServe
from flyte_runtime.service.settings import LOOPBACK, Settings, from_environment

if TYPE_CHECKING:
    from flyte.connectors._server import ConnectorService

SIGNALS = (signal.SIGTERM, signal.SIGINT)
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
    )
    await serve(settings)


async def serve(settings: Settings) -> bool:
    """Run the service until it is told to stop; tell whether all calls ended within the grace period.

    Raises CannotServe if it cannot start.
    """
    try:
        from flyte_runtime.service import loading
        from flyte_runtime.service.server import Server
    except ImportError as error:
        raise CannotServe(
            f"the connector service needs the package {error.name!r}: pip install 'flyte-sdk-codegen[connectors]'"
        ) from error
    for log in (logger, logging.getLogger()):
        protect(log)
    with _told_to_stop() as stop:
        loading.load_connectors(settings.modules)
        server = Server(settings)
        with _metrics_page(settings):
            server.start()
            _announce(settings)
            try:
                await _wait(stop, settings.timeout)
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
    return ended


def _metrics_page(settings: Settings) -> AbstractContextManager[None]:
    """Serve the metrics, unless this is one of several processes: these have one page together."""
    from flyte_runtime.service import page, processes

    return nullcontext() if processes.is_member() else page.metrics_page(settings)


@contextmanager
def _told_to_stop() -> Generator[asyncio.Event, None, None]:
    """Provide an event that signals set; outside the main thread there are none."""
    stop = asyncio.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    loop = asyncio.get_running_loop()
    previous = {number: signal.getsignal(number) for number in SIGNALS}
    for number in SIGNALS:
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number, handler in previous.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)


async def _wait(stop: asyncio.Event, timeout: int | None) -> None:
    try:
        async with asyncio.timeout(timeout):
            await stop.wait()
    except TimeoutError:
        logger.info("the timeout of %s s is over", timeout)


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
        f" metrics on http://{settings.host}:{settings.prometheus_port}/metrics",
        file=sys.stderr,
        flush=True,
    )
    open_door = settings.token is None and settings.token_file is None
    if settings.host not in LOCAL and open_door and settings.tls_client_ca is None:
        logger.warning(
            "anyone who reaches %s may call the connectors: set a token or tls_client_ca",
            settings.address,
        )
