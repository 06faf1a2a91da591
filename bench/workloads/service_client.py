"""Sends requests to a connector service, 32 at a time, and prints the seconds they took and their p99 latency.

Requests are sent as bytes and answers are not parsed: the client is to be faster than any service.
"""

from __future__ import annotations

import sys
import threading
import time

import grpc
from flyteidl2.connector.connector_pb2 import (
    CreateTaskRequest,
    DeleteTaskRequest,
    GetTaskRequest,
    TaskCategory,
)
from flyteidl2.core.literals_pb2 import Literal, Primitive, Scalar
from flyteidl2.core.tasks_pb2 import TaskTemplate
from flyteidl2.core.types_pb2 import SimpleType
from flyteidl2.task.common_pb2 import Inputs, NamedLiteral

AT_A_TIME = 32
TASK_TYPE = "bench"
META = b'{"job_id": "job-1"}'


def create_request() -> CreateTaskRequest:
    """Return a request with one input of each of the simplest types."""
    request = CreateTaskRequest(
        template=TaskTemplate(type=TASK_TYPE),
        inputs=Inputs(),
        output_prefix="s3://bucket/prefix",
    )
    values = {
        "count": (SimpleType.INTEGER, Primitive(integer=7)),
        "rate": (SimpleType.FLOAT, Primitive(float_value=0.5)),
        "query": (SimpleType.STRING, Primitive(string_value="SELECT 1")),
    }
    for name, (simple, primitive) in values.items():
        request.template.interface.inputs.variables[name].type.simple = simple
        literal = Literal(scalar=Scalar(primitive=primitive))
        request.inputs.literals.append(NamedLiteral(name=name, value=literal))
    return request


def requests() -> dict[str, bytes]:
    """Return the request of each operation."""
    category = TaskCategory(name=TASK_TYPE)
    found = {
        "CreateTask": create_request(),
        "GetTask": GetTaskRequest(resource_meta=META, task_category=category),
        "DeleteTask": DeleteTaskRequest(resource_meta=META, task_category=category),
    }
    return {name: request.SerializeToString() for name, request in found.items()}


class Load:
    """So many requests, of which some are always on their way."""

    def __init__(
        self, method: grpc.UnaryUnaryMultiCallable[bytes, bytes], request: bytes
    ) -> None:
        """Send nothing yet."""
        self._method = method
        self._request = request
        self._lock = threading.Lock()
        self._left = 0
        self._failure: Exception | None = None
        self._over = threading.Event()
        self.latencies: list[float] = []

    def send(self, count: int) -> float:
        """Send requests, wait for all answers, and return the seconds that took."""
        self._left = count
        start = time.perf_counter()
        for _ in range(AT_A_TIME):
            self._send_one()
        self._over.wait()
        if self._failure is not None:
            raise self._failure
        return time.perf_counter() - start

    def _send_one(self) -> None:
        start = time.perf_counter()
        call = self._method.future(self._request)

        def answered(call: grpc.Future[bytes]) -> None:
            latency = time.perf_counter() - start
            failure = call.exception()
            with self._lock:
                self.latencies.append(latency)
                self._left -= 1
                self._failure = self._failure or failure
                more = self._left >= AT_A_TIME
                if self._left == 0 or failure is not None:
                    self._over.set()
            if more:
                self._send_one()

        call.add_done_callback(answered)


def main() -> None:
    """Warm the service up, then measure."""
    port, operation, count = sys.argv[1:]
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        method: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(
            f"/flyteidl2.connector.AsyncConnectorService/{operation}"
        )
        request = requests()[operation]
        Load(method, request).send(AT_A_TIME * 10)
        load = Load(method, request)
        seconds = load.send(int(count))
    p99 = sorted(load.latencies)[int(len(load.latencies) * 0.99)]
    print(seconds, p99)


if __name__ == "__main__":
    main()
