"""What the tests of examples share: a service in a process of its own, and a client that knows only messages."""

from __future__ import annotations

import itertools
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import grpc
import pytest
from flyteidl2.connector.connector_pb2 import (
    CreateTaskRequest,
    DeleteTaskRequest,
    GetTaskLogsRequest,
    GetTaskLogsResponse,
    GetTaskMetricsRequest,
    GetTaskMetricsResponse,
    GetTaskRequest,
    Resource,
    TaskCategory,
)
from flyteidl2.connector.service_pb2_grpc import AsyncConnectorServiceStub
from flyteidl2.core.execution_pb2 import TaskExecution
from google.protobuf.json_format import ParseDict

ROOT = Path(__file__).parents[2]
PATHS = [ROOT / "generated", ROOT / "runtime", ROOT / "examples" / "sqlite_connector"]
SECONDS = 60.0
# Below those of the service's own tests.
PORTS = range(10_000, 15_000)
RUNNING = (TaskExecution.QUEUED, TaskExecution.INITIALIZING, TaskExecution.RUNNING)


def free_ports() -> tuple[int, int]:
    """Return two ports nobody listens on, below those the system gives to clients, whose connections might take them."""
    candidates = random.sample(PORTS, len(PORTS))
    first, second = itertools.islice(filter(is_free, candidates), 2)
    return first, second


def is_free(port: int) -> bool:
    """Tell whether nobody listens on a port."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


class Service:
    """A running service, and calls to it."""

    def __init__(
        self,
        folder: Path,
        *arguments: str,
        command: tuple[str, ...] = (sys.executable, "-m", "flyte_runtime.service"),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start it in a folder and wait until it serves."""
        self.port, self.metrics_port = free_ports()
        ports = (f"--port={self.port}", f"--prometheus-port={self.metrics_port}")
        self.log = folder / f"service-{self.port}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*command, *ports, *arguments],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stderr=log,
                stdout=log,
                env={
                    **os.environ,
                    "PYTHONPATH": os.pathsep.join(map(str, PATHS)),
                    "LOG_LEVEL": "INFO",
                    **(environment or {}),
                },
            )
        self.channel: Any = grpc.insecure_channel(f"127.0.0.1:{self.port}")
        self.stub: Any = AsyncConnectorServiceStub(self.channel)

    def wait_until_listening(self) -> None:
        """Wait until it says so, or fail with what it logged."""
        deadline = time.monotonic() + SECONDS
        while "listening on" not in self.log.read_text():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def create(self, task_type: str, output_prefix: Path | str, **fields: Any) -> bytes:
        """Start a job; the fields of the template and the connection are given as in JSON."""
        request = CreateTaskRequest(output_prefix=str(output_prefix))
        ParseDict({"template": {"type": task_type}}, request)
        ParseDict(fields, request)
        meta: bytes = self.stub.CreateTask(request, timeout=SECONDS).resource_meta
        return meta

    def get(self, task_type: str, meta: bytes) -> Resource:
        """Ask how a job is doing."""
        category = TaskCategory(name=task_type)
        request = GetTaskRequest(resource_meta=meta, task_category=category)
        resource: Resource = self.stub.GetTask(request, timeout=SECONDS).resource
        return resource

    def wait_for_end(self, task_type: str, meta: bytes) -> Resource:
        """Poll a job until it has ended."""
        return self.wait_for(task_type, meta, lambda job: job.phase not in RUNNING)

    def wait_for(
        self, task_type: str, meta: bytes, condition: Callable[[Resource], bool]
    ) -> Resource:
        """Poll a job until something is true of it."""
        deadline = time.monotonic() + SECONDS
        while not condition(resource := self.get(task_type, meta)):
            assert time.monotonic() < deadline, resource
            time.sleep(0.02)
        return resource

    def delete(self, task_type: str, meta: bytes) -> None:
        """End a job."""
        category = TaskCategory(name=task_type)
        request = DeleteTaskRequest(resource_meta=meta, task_category=category)
        self.stub.DeleteTask(request, timeout=SECONDS)

    def logs(
        self, task_type: str, meta: bytes, **fields: Any
    ) -> list[GetTaskLogsResponse]:
        """Return the responses of the stream of logs."""
        category = TaskCategory(name=task_type)
        request = GetTaskLogsRequest(
            resource_meta=meta, task_category=category, **fields
        )
        return list(self.stub.GetTaskLogs(request, timeout=SECONDS))

    def metrics(
        self, task_type: str, meta: bytes, **fields: Any
    ) -> GetTaskMetricsResponse:
        """Return the metrics of a job."""
        category = TaskCategory(name=task_type)
        request = GetTaskMetricsRequest(
            resource_meta=meta, task_category=category, **fields
        )
        response: GetTaskMetricsResponse = self.stub.GetTaskMetrics(
            request, timeout=SECONDS
        )
        return response

    def stop(self) -> int:
        """Tell it to stop, and return its exit code."""
        self.channel.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(SECONDS)
        finally:
            self.process.kill()


Start = Callable[..., Service]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start services that are stopped after the test."""
    with ExitStack() as started:

        def start_one(*arguments: str, **options: Any) -> Service:
            service = Service(tmp_path, *arguments, **options)
            started.callback(service.stop)
            service.wait_until_listening()
            return service

        yield start_one


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A folder with the database orders.db: three orders."""
    folder = tmp_path / "databases"
    folder.mkdir()
    connection = sqlite3.connect(folder / "orders.db")
    with connection:
        connection.execute("CREATE TABLE orders (customer, amount)")
        connection.executemany(
            "INSERT INTO orders VALUES (?, ?)", [("ada", 1), ("ada", 2), ("bob", 3)]
        )
    connection.close()
    return folder


Installed = Callable[..., Path]


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Build the distributions in some folders, install them into a new environment, and return its folder.

    What they depend on is taken from the environment the tests run in.
    """

    def install(*sources: Path) -> Path:
        folder = tmp_path_factory.mktemp("installed")
        wheels = folder / "wheels"
        for source in sources:
            _run(source, "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheels))
        _run(folder, "-m", "venv", "--without-pip", "venv")
        python = folder / "venv" / "bin" / "python"
        names = [str(wheel) for wheel in wheels.iterdir()]
        _run(
            folder,
            *("-m", "pip", "--python", str(python), "install", "--quiet"),
            *("--disable-pip-version-check", "--no-deps", "--no-index", *names),
        )
        site = next((folder / "venv" / "lib").glob("python*/site-packages"))
        packages = [entry for entry in sys.path if entry.endswith("site-packages")]
        (site / "dependencies.pth").write_text("\n".join(packages))
        return folder / "venv"

    return install


def _run(folder: Path, *arguments: str) -> None:
    command = [sys.executable, *arguments]
    done = subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what distributions are built from, so that building leaves nothing behind."""
    folder = tmp_path_factory.mktemp("sources")
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("runtime", "generated", "examples"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    return folder
