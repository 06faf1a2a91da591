"""The gRPC server: its port, its certificates, health and reflection around the connector services.

Knows grpcio's objects and the options they take. It must not know signals or how long the server is to run.
"""

from __future__ import annotations

import time
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from flyte_runtime.service import certificates, routes
from flyte_runtime.service.answering import Answering
from flyte_runtime.service.auth import BearerToken
from flyte_runtime.service.calls import Calls
from flyte_runtime.service.failures import CannotServe
from flyte_runtime.service.health import Health
from flyte_runtime.service.lanes import Workers
from flyte_runtime.service.metrics import metrics
from flyte_runtime.service.pool import CallPool
from flyte_runtime.service.settings import Settings

# Backends ping every 30 s during long calls. A server that follows grpc's defaults takes that for an attack.
SHORTEST_PING_INTERVAL_MS = 10_000
# A client that vanished without a word is given up after a silence of both together.
PING_AFTER_MS = 60_000
PING_TIMEOUT_MS = 20_000
# Calls that never send their request, and those of other services: beyond so many, gRPC refuses without a thread.
MOST_OTHERS = 1000
# Time for clients to learn from an answer that the service is going away; then connections are closed.
LINGER_SECONDS = 0.5
POLL_SECONDS = 0.01
# Responses that are being sent while the server stops.
FLUSH_SECONDS = 1.0


class Server:
    """A connector service that listens."""

    def __init__(self, settings: Settings) -> None:
        """Take the port; raise CannotServe if that is not possible."""
        # What may be wrong with the settings comes before anything is started.
        credentials = certificates.credentials(settings)
        interceptors = _interceptors(settings)
        pool = self._pool = CallPool()
        workers = Workers(settings.worker)
        answering = self._answering = Answering(pool, metrics(), settings.max_calls)
        metrics().watch(
            in_flight=lambda: answering.active,
            queued=lambda: pool.queued + workers.waiting,
        )
        self._calls = Calls(pool, workers, metrics())
        self._router = routes.Router(self._calls, answering)
        self._server = grpc.server(
            self._pool,
            handlers=[self._router],
            interceptors=interceptors,
            options=_options(settings),
            maximum_concurrent_rpcs=settings.max_calls + MOST_OTHERS,
        )
        self._health = self._add_health()
        self._add_reflection()
        self._bind(settings.address, credentials)

    def _add_health(self) -> Health:
        # No name stands for the service as a whole.
        names = ["", *routes.service_names(), health.SERVICE_NAME]
        servicer = Health(names, self._pool.waiting)
        health_pb2_grpc.add_HealthServicer_to_server(servicer, self._server)
        return servicer

    def _add_reflection(self) -> None:
        routes.add_older_descriptors()
        names = [
            *routes.service_names(),
            health.SERVICE_NAME,
            reflection.SERVICE_NAME,
        ]
        reflection.enable_server_reflection(names, self._server)

    def _bind(self, address: str, credentials: grpc.ServerCredentials | None) -> None:
        try:
            if credentials is None:
                self._server.add_insecure_port(address)
            else:
                self._server.add_secure_port(address, credentials)
        except RuntimeError as error:
            raise CannotServe(f"cannot listen on {address}: {error}") from None

    def start(self) -> None:
        """Answer calls."""
        self._server.start()

    def drain(self, grace: float) -> bool:
        """Refuse new calls, wait for the running ones, then stop; tell whether all of them ended in time."""
        self._health.end()
        self._router.drain()
        idle = self._wait_until_idle(grace)
        # Watchers of health are all that is left, and responses on their way.
        self._server.stop(FLUSH_SECONDS if idle else None).wait()
        self._calls.close()
        self._pool.shutdown()
        return idle

    def _wait_until_idle(self, grace: float) -> bool:
        deadline = time.monotonic() + grace
        time.sleep(min(LINGER_SECONDS, grace))
        while (busy := self._answering.active + self._pool.queued) and (
            time.monotonic() < deadline
        ):
            time.sleep(POLL_SECONDS)
        return not busy


def _interceptors(settings: Settings) -> list[grpc.ServerInterceptor]:
    token = settings.required_token()
    return [] if token is None else [BearerToken(token)]


def _options(settings: Settings) -> list[tuple[str, Any]]:
    return [
        ("grpc.so_reuseport", int(settings.processes > 1)),
        ("grpc.max_receive_message_length", settings.max_message_bytes),
        ("grpc.max_send_message_length", settings.max_message_bytes),
        ("grpc.http2.min_ping_interval_without_data_ms", SHORTEST_PING_INTERVAL_MS),
        (
            "grpc.http2.min_recv_ping_interval_without_data_ms",
            SHORTEST_PING_INTERVAL_MS,
        ),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.keepalive_time_ms", PING_AFTER_MS),
        ("grpc.keepalive_timeout_ms", PING_TIMEOUT_MS),
    ]
