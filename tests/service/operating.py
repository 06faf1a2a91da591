"""What the operational tests share: `c0` run to its end, calls that are waited for later, what a process holds.

Knows processes from outside. It must not know what a test is about.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import grpc
from google.protobuf.message_factory import GetMessageClass
from grpc_health.v1 import health_pb2

from tests.service import client
from tests.service.example_calls import about, creation
from tests.service.running import PATIENCE, Service, clean_environment

CONNECTORS = "tests.service.operated_connectors"
C0 = (sys.executable, "-m", "flyte_runtime.service")
POLL_SECONDS = 0.02
SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


class Ended(NamedTuple):
    """How a process ended, and what it wrote."""

    code: int
    stdout: str
    stderr: str


def run(
    folder: Path,
    *words: str,
    environment: Mapping[str, str] | None = None,
    command: tuple[str, ...] = C0,
) -> Ended:
    """Run `c0`, or another command, to its end."""
    ended = subprocess.run(
        [*command, *words],
        cwd=folder,
        env=clean_environment(environment or {}),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr)


def eventually(holds: Callable[[], object], what: str) -> None:
    """Wait until something holds; fail if it never does."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"this never came about: {what}"
        time.sleep(POLL_SECONDS)


# Calls


def begin(channel: grpc.Channel, method: str, request: Any, **options: Any) -> Any:
    """Start a call, or a stream, without waiting for it."""
    described = client.METHODS[method]
    make = channel.unary_stream if described.server_streaming else channel.unary_unary
    function = make(
        client.path(method),
        request_serializer=type(request).SerializeToString,
        response_deserializer=GetMessageClass(described.output_type).FromString,
    )
    start = function if described.server_streaming else function.future
    return start(request, **{"timeout": PATIENCE, **options})


def begin_job(channel: grpc.Channel, task_type: str, name: str = "job") -> Any:
    """Start to create a job."""
    return begin(channel, "CreateTask", creation(task_type, name))


def status(call: Any) -> str:
    """Wait for a call; return how it ended."""
    name: str = call.code().name
    return name


def health(channel: grpc.Channel) -> int:
    """Return the state the service reports."""
    request = health_pb2.HealthCheckRequest()
    answer: int = begin(channel, "Check", request).result().status
    return answer


def works(service: Service) -> bool:
    """Tell whether a client that comes now is served: its health check, and a call of a connector."""
    with service.channel() as channel:
        got = begin(channel, "GetTask", about("GetTask", "quick")).result()
        return health(channel) == SERVING and got.resource.message.isdecimal()


def lines(file: Path) -> list[str]:
    """Return the lines of a file, none if it is not there."""
    return file.read_text().splitlines() if file.exists() else []


# Processes


class Held(NamedTuple):
    """What a process has of what the system hands out."""

    descriptors: int
    threads: int
    kilobytes: int


def held(pid: int) -> Held:
    """Return what a process holds."""
    folder = Path(f"/proc/{pid}")
    fields = dict(
        line.split(":", 1) for line in (folder / "status").read_text().splitlines()
    )
    return Held(
        len(list((folder / "fd").iterdir())),
        int(fields["Threads"]),
        int(fields["VmRSS"].split()[0]),
    )


def is_listening(host: str, port: int) -> bool:
    """Tell whether somebody accepts connections to an address."""
    try:
        with socket.create_connection((host, port), timeout=PATIENCE):
            return True
    except OSError:
        return False
