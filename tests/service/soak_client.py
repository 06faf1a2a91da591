"""A client that calls a service as many ways as it can, for some time, and knows what each call has to end with.

As a script it takes an address, its own number and the seconds to go on; it prints what went wrong, and which jobs it
was told of, as one JSON object.
"""

from __future__ import annotations

import json
import random
import socket
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import grpc
from grpc_health.v1 import health_pb2

from tests.service.example_calls import about, connection, creation
from tests.service.operating import SERVING, begin

THREADS = 8
SECRET = "a-secret-that-no-log-shows"
LINES = 5


class Caller(threading.Thread):
    """Calls until its time is over."""

    def __init__(self, address: str, name: str, until: float) -> None:
        """Have an own sequence of random choices."""
        super().__init__()
        self._address, self._name, self._until = address, name, until
        self._random = random.Random(name)
        self._channel = self._connected()
        self._count = 0
        self.jobs: list[str] = []
        self.surprises: list[str] = []
        self.calls = 0

    def _connected(self) -> grpc.Channel:
        return grpc.insecure_channel(
            self._address, options=[("grpc.use_local_subchannel_pool", 1)]
        )

    def run(self) -> None:
        """Make one call after another, and a new connection now and then."""
        kinds: list[Callable[[], None]] = [
            *[self.live] * 12,
            self.fail,
            self.mislead,
            self.leave,
            self.vanish,
            self.babble,
            self.watch,
        ]
        while time.time() < self._until:
            kind = self._random.choice(kinds)
            try:
                kind()
            except Exception as error:
                self.surprises.append(f"{kind.__name__}: {error!r}")
                return
            if self._random.random() < 0.02:
                self._channel.close()
                self._channel = self._connected()
        self._channel.close()

    def _task_type(self) -> str:
        return self._random.choice(["soak-async", "soak-blocking"])

    def _job(self, kind: str) -> str:
        self._count += 1
        return f"{kind}-{self._name}-{self._count}"

    def _expect(self, expected: str, method: str, request: Any) -> Any:
        self.calls += 1
        call = begin(self._channel, method, request)
        found: str = call.code().name
        if found != expected:
            self.surprises.append(f"{method}: {found}: {call.details()}")
        return call

    def live(self) -> None:
        """Create a job, follow it, and delete it."""
        name, task_type = self._job("job"), self._task_type()
        secret = connection({"password": SECRET})
        size = self._random.choice([10, 1000, 100_000])
        request = creation(task_type, name, connection=secret, output_prefix="x" * size)
        created = self._expect("OK", "CreateTask", request)
        self.jobs.append(name)
        meta = created.result().resource_meta
        got = self._expect("OK", "GetTask", about("GetTask", task_type, meta))
        message = got.result().resource.message
        if message != name:
            self.surprises.append(f"{name} came back as {message}")
        if self._random.random() < 0.3:
            self._expect(
                "OK", "GetTaskMetrics", about("GetTaskMetrics", task_type, meta)
            )
            logs = begin(
                self._channel, "GetTaskLogs", about("GetTaskLogs", task_type, meta)
            )
            if len(list(logs)) != LINES:
                self.surprises.append("log lines are missing")
        self._expect("OK", "DeleteTask", about("DeleteTask", task_type, meta))

    def fail(self) -> None:
        """Create a job that cannot be."""
        secret = connection({"password": SECRET})
        request = creation(self._task_type(), self._job("fail"), connection=secret)
        call = self._expect("INTERNAL", "CreateTask", request)
        if SECRET in call.details():
            self.surprises.append("the secret is in the details")

    def mislead(self) -> None:
        """Send requests that make no sense."""
        invented = f"type-{self._random.random()}"
        self._expect("NOT_FOUND", "GetTask", about("GetTask", invented))
        garbage = about("GetTask", self._task_type(), self._random.randbytes(20))
        self._expect("INVALID_ARGUMENT", "GetTask", garbage)

    def leave(self) -> None:
        """Cancel calls, and have some that take too long."""
        begin(self._channel, "CreateTask", creation("soak-async", "left")).cancel()
        late = begin(
            self._channel, "CreateTask", creation("soak-async", "left"), timeout=0.002
        )
        late.code()
        logs = about("GetTaskLogs", "soak-async", b'{"job_id": "endless"}')
        stream = begin(self._channel, "GetTaskLogs", logs)
        next(stream)
        stream.cancel()

    def vanish(self) -> None:
        """Close the connection during calls."""
        with self._connected() as channel:
            calls = [
                begin(channel, "CreateTask", creation(self._task_type(), "left"))
                for _ in range(3)
            ]
            time.sleep(self._random.random() / 100)
        del calls

    def babble(self) -> None:
        """Send what is no gRPC."""
        host, _, port = self._address.rpartition(":")
        with socket.create_connection((host, int(port)), timeout=30) as connected:
            connected.sendall(self._random.randbytes(500))

    def watch(self) -> None:
        """Look at the health twice."""
        request = health_pb2.HealthCheckRequest()
        stream = begin(self._channel, "Watch", request)
        if next(stream).status != SERVING:
            self.surprises.append("it is not healthy")
        stream.cancel()
        self._expect("OK", "Check", request)


def main(address: str, number: str, seconds: float) -> None:
    """Let several threads call, each over a connection of its own."""
    until = time.time() + seconds
    callers = [Caller(address, f"{number}.{i}", until) for i in range(THREADS)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    found = {
        "calls": sum(caller.calls for caller in callers),
        "surprises": [one for caller in callers for one in caller.surprises],
        "jobs": [job for caller in callers for job in caller.jobs],
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
