"""What Prometheus sees of the service.

Knows the documented names and labels. Metrics of the connectors' own appear on the same page, because all live in the
default registry.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from functools import cache

from grpc import StatusCode
from prometheus_client import Counter, Gauge, Summary

from flyte_runtime.service.failures import http_code
from flyte_runtime.service.settings import METRICS_FOLDER

# All task types that nothing serves share one label: callers may invent any number of them.
UNKNOWN = "unknown"

SAMPLE_SECONDS = 1

_CALL = ["task_type", "operation"]


class Metrics:
    """Counts calls, and how long they take."""

    def __init__(self) -> None:
        """Register the metrics, which can be done once in a process."""
        self._succeeded = Counter(
            "flyte_connector_requests_success_total",
            "Number of requests that succeeded",
            _CALL,
        )
        self._failed = Counter(
            "flyte_connector_requests_failure_total",
            "Number of requests that failed",
            [*_CALL, "error_code"],
        )
        self._latency = Summary(
            "flyte_connector_request_latency_seconds",
            "Time from the arrival of a request to its response",
            _CALL,
        )
        self._input_size = Summary(
            "flyte_connector_input_literal_bytes",
            "Size of the inputs of a task",
            ["task_type"],
        )
        self._in_flight = Gauge(
            "flyte_connector_requests_in_flight",
            "Number of requests that have a thread",
            multiprocess_mode="livesum",
        )
        self._queued = Gauge(
            "flyte_connector_requests_queued",
            "Number of requests that wait for a thread",
            multiprocess_mode="livesum",
        )
        # Looking a child up by its labels costs more than counting with it.
        self._success = cache(self._children)
        self._bytes = cache(self._input_size.labels)

    def _children(self, task_type: str, operation: str) -> tuple[Counter, Summary]:
        return (
            self._succeeded.labels(task_type, operation),
            self._latency.labels(task_type, operation),
        )

    def succeeded(self, task_type: str, operation: str, seconds: float) -> None:
        """Count a call that was answered."""
        counter, latency = self._success(task_type, operation)
        counter.inc()
        latency.observe(seconds)

    def failed(
        self, task_type: str, operation: str, seconds: float, status: StatusCode
    ) -> None:
        """Count a call that ended with an error."""
        self._failed.labels(task_type, operation, http_code(status)).inc()
        self._latency.labels(task_type, operation).observe(seconds)

    def watch(self, in_flight: Callable[[], int], queued: Callable[[], int]) -> None:
        """Show two numbers that change too often to be counted along."""
        if not os.environ.get(METRICS_FOLDER):
            self._in_flight.set_function(in_flight)
            self._queued.set_function(queued)
            return

        def sample() -> None:
            # The page is served by another process, which cannot call the functions.
            while True:
                self._in_flight.set(in_flight())
                self._queued.set(queued())
                time.sleep(SAMPLE_SECONDS)

        threading.Thread(target=sample, name="connector-metrics", daemon=True).start()

    def received(self, task_type: str, size: int) -> None:
        """Note the size of a task's inputs in bytes."""
        self._bytes(task_type).observe(size)


@cache
def metrics() -> Metrics:
    """Return the metrics of this process."""
    return Metrics()
