"""A connector service in a process of its own, as a platform runs it: ports, options, what it wrote, how it ended.

Knows processes and sockets. It must not know what is called.
"""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

ROOT = Path(__file__).parents[2]
# Below the ports that systems give to outgoing connections, so that none of these takes one in between. Tests that run
# in several processes have some each.
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
PORTS = range(15000 + WORKER % WORKERS, 32000, WORKERS)
# Generous, because a loaded machine is slow; nothing waits that long unless something is wrong.
PATIENCE = 60


_candidates = iter(random.sample(PORTS, len(PORTS)))


def free_port() -> int:
    """Return a port that nobody listens on, another one each time."""
    return next(filter(_is_free, _candidates))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


class Service:
    """A running service; everything it writes goes to a file, so that it never waits for a reader."""

    def __init__(
        self,
        folder: Path,
        *options: str,
        modules: tuple[str, ...] = (),
        environment: Mapping[str, str] | None = None,
        python: Path | str = sys.executable,
    ) -> None:
        """Start the process on two free ports."""
        self.port, self.metrics_port = free_port(), free_port()
        self.address = f"127.0.0.1:{self.port}"
        self._log = folder / f"service-{self.port}.log"
        named = [word for module in modules for word in ("--modules", module)]
        ports = ["--port", str(self.port), "--prometheus_port", str(self.metrics_port)]
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [
                    python,
                    "-m",
                    "flyte_runtime.service",
                    *ports,
                    *named,
                    *options,
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=folder,
                env=clean_environment(environment or {}),
            )

    def channel(self) -> grpc.Channel:
        """Return a connection of its own to the service."""
        return grpc.insecure_channel(
            self.address, options=[("grpc.use_local_subchannel_pool", 1)]
        )

    def wait_until_healthy(self) -> None:
        """Wait until the service answers; fail with what it wrote if it ends instead."""
        deadline = time.monotonic() + PATIENCE
        with self.channel() as channel:
            while time.monotonic() < deadline:
                assert self.process.poll() is None, f"it ended at once:\n{self.log()}"
                if _is_healthy(channel):
                    return
        raise AssertionError(f"it does not answer:\n{self.log()}")

    def log(self) -> str:
        """Return all that the service has written."""
        return self._log.read_text(encoding="utf-8")

    def metrics(self) -> str:
        """Return the metrics page."""
        url = f"http://127.0.0.1:{self.metrics_port}/metrics"
        with urllib.request.urlopen(url, timeout=PATIENCE) as response:
            content: bytes = response.read()
        return content.decode()

    def stop(self, tracebacks: bool = False) -> None:
        """Ask the service to stop; it must end with 0, and without a traceback unless there may be some."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(PATIENCE)
        finally:
            self.process.kill()
        assert code == 0, self.log()[-4000:]
        _, found, traceback = self.log().partition("Traceback")
        assert tracebacks or not found, traceback[:4000]

    def kill(self) -> None:
        """End the process, whatever it does."""
        self.process.kill()
        self.process.wait()


@contextmanager
def run_service(
    folder: Path, *options: str, tracebacks: bool = False, **others: Any
) -> Iterator[Service]:
    """Run a service during a block; it must end as `Service.stop` says."""
    service = Service(folder, *options, **others)
    try:
        service.wait_until_healthy()
        yield service
        service.stop(tracebacks)
    finally:
        service.kill()


def clean_environment(given: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which nothing configures the service but what is given."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("FLYTE_", "LOG_", "PROMETHEUS_"))
    }
    paths = [ROOT / "generated", ROOT / "runtime", ROOT, os.environ.get("PYTHONPATH")]
    path = os.pathsep.join(str(entry) for entry in paths if entry)
    return {**inherited, "PYTHONPATH": path, **given}


def _is_healthy(channel: grpc.Channel) -> bool:
    stub = health_pb2_grpc.HealthStub(channel)
    request = health_pb2.HealthCheckRequest()
    try:
        answer = stub.Check(request, timeout=5, wait_for_ready=True)
    except grpc.RpcError:
        return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)
