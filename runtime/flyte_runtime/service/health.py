"""The health service, as probes of a platform and clients that balance their load ask for it.

Knows the standard messages of gRPC. It must not know what makes the service healthy.

The servicer of grpcio-health-checking holds a lock while it sends, which the one thread that runs a server's callbacks
needs as well: a watcher that leaves at that moment, or that does not read, stops the whole server. Here each watcher
has a thread, and nothing is sent under a lock.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
SERVICE_UNKNOWN = health_pb2.HealthCheckResponse.SERVICE_UNKNOWN


class Health(health_pb2_grpc.HealthServicer):
    """Reports that all services serve, until they are ended together."""

    def __init__(
        self, names: Iterable[str], waiting: Callable[[], AbstractContextManager[None]]
    ) -> None:
        """Report on the services of these names; a thread that waits says so by the context manager."""
        self._names = frozenset(names)
        self._waiting = waiting
        self._lock = threading.Lock()
        self._ending = False
        self._watchers: set[threading.Event] = set()

    def end(self) -> None:
        """Report from now on that nothing is served, to all who watch as well."""
        with self._lock:
            self._ending = True
            for woken in self._watchers:
                woken.set()

    def Check(
        self,
        request: health_pb2.HealthCheckRequest,
        context: grpc.ServicerContext,
    ) -> health_pb2.HealthCheckResponse:
        """Report on a service."""
        if request.service not in self._names:
            context.abort(
                grpc.StatusCode.NOT_FOUND, f"there is no service {request.service!r}"
            )
        return self._answer(request)

    def Watch(
        self,
        request: health_pb2.HealthCheckRequest,
        context: grpc.ServicerContext,
    ) -> Iterator[health_pb2.HealthCheckResponse]:
        """Report on a service now and when it is ended."""
        woken = threading.Event()
        with self._lock:
            self._watchers.add(woken)
            if self._ending:
                woken.set()
        try:
            first = self._answer(request)
            yield first
            # False if the client has left already.
            if not context.add_callback(woken.set):
                return
            with self._waiting():
                woken.wait()
            if (last := self._answer(request)) != first and context.is_active():
                yield last
        finally:
            with self._lock:
                self._watchers.discard(woken)

    def _answer(
        self, request: health_pb2.HealthCheckRequest
    ) -> health_pb2.HealthCheckResponse:
        if request.service not in self._names:
            return health_pb2.HealthCheckResponse(status=SERVICE_UNKNOWN)
        status = NOT_SERVING if self._ending else SERVING
        return health_pb2.HealthCheckResponse(status=status)
