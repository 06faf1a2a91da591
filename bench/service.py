"""How fast the connector service is, in turns with the published one.

Both services run from the beginning to the end, on one processor; the client has another one to itself. While one
service is measured, the other waits for requests, which costs nothing.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.generation import OURS
from bench.measure import ENVIRONMENT, Sample, Subject
from bench.report import Row
from bench.sdk import REFERENCE, WORKLOADS

SERVERS, CLIENT = 0, 1
STARTED_WITHIN_SECONDS = 60
# How many times as many requests a second are asked for.
TARGETS = {"GetTask": 2.0, "DeleteTask": 2.0, "CreateTask": 1.8}


class Service:
    """A running service, and the samples taken of it."""

    def __init__(self, name: str, folder: Path, ports: tuple[int, int]) -> None:
        """Start the service with an environment's interpreter."""
        self.name = name
        self.port = ports[0]
        self.speed = {operation: Subject(name, []) for operation in TARGETS}
        self.latency = {operation: Subject(name, []) for operation in TARGETS}
        self.process = subprocess.Popen(
            pinned(SERVERS, folder / "python", WORKLOADS / "service.py", *ports),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=ENVIRONMENT,
        )

    def wait_until_ready(self) -> None:
        """Wait until it listens.

        Raises:
            subprocess.CalledProcessError: It ended, or does not listen.
        """
        deadline = time.monotonic() + STARTED_WITHIN_SECONDS
        while self.process.poll() is None and time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise subprocess.CalledProcessError(
            self.process.poll() or 0, self.process.args, f"{self.name} does not listen"
        )

    def measure(self, operation: str, count: int) -> None:
        """Send requests and keep the seconds they took, and the latency of the slowest hundredth."""
        client = WORKLOADS / "service_client.py"
        command = pinned(CLIENT, OURS / "python", client, self.port, operation, count)
        output = subprocess.run(
            command,
            check=True,
            env=ENVIRONMENT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ).stdout
        seconds, p99 = map(float, output.split())
        memory = resident(self.process.pid)
        for subject, value in (
            (self.speed[operation], seconds),
            (self.latency[operation], p99),
        ):
            subject.samples.append(Sample(value, value, memory))

    def stop(self) -> None:
        """End it."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def rows(*, quick: bool) -> Iterator[Row]:
    """Measure every operation and yield a row for each target."""
    rounds, count = (5, 3000) if quick else (11, 6000)
    with both() as (ours, published):
        for _ in range(rounds):
            for operation in TARGETS:
                for service in (ours, published):
                    service.measure(operation, count)
    for operation, target in TARGETS.items():
        what = f"{count:,} times {operation}, 32 at a time"
        pair = ours.speed[operation], published.speed[operation]
        yield Row.faster(what, *pair, at_least=target)
    for operation in TARGETS:
        pair = ours.latency[operation], published.latency[operation]
        yield Row.slower(f"p99 latency of {operation}", *pair, at_most=1)
    pair = ours.speed["CreateTask"], published.speed["CreateTask"]
    yield Row.lighter("resident memory of the service", *pair, at_most=0.6)


@contextmanager
def both() -> Generator[tuple[Service, Service], None, None]:
    """Run both services for the duration of a block."""
    with ExitStack() as stack:
        services: list[Service] = []
        for name, folder in (("generated SDK", OURS), ("published SDK", REFERENCE)):
            service = Service(name, folder, (free_port(), free_port()))
            stack.callback(service.stop)
            services.append(service)
        for service in services:
            service.wait_until_ready()
        ours, published = services
        yield ours, published


def pinned(processor: int, *command: object) -> list[str]:
    """A command that runs on one processor, where the system can do that."""
    words = [str(word) for word in command]
    if not hasattr(os, "sched_setaffinity"):
        return words
    pin = "import os, sys; os.sched_setaffinity(0, {int(sys.argv[1])}); os.execv(sys.argv[2], sys.argv[2:])"
    return [sys.executable, "-c", pin, str(processor), *words]


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def resident(pid: int) -> int:
    """The resident memory of a process in bytes, as Linux counts it."""
    text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    line = next(line for line in text.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024
