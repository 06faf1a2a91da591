"""Services that the tests of the connector service talk to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from tests.service.running import Service, run_service

# The modules with the connectors that most tests call.
EXAMPLES = (
    "tests.service.example_connectors",
    "tests.service.failing_connectors",
)

Serve = Callable[..., Service]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Start services as a test asks for; all are stopped, and must end as they should.

    ``tracebacks=True`` lets a service write some; one that ended before is the test's own business.
    """
    started: list[tuple[Service, bool]] = []

    def start(
        *options: str,
        modules: tuple[str, ...] = EXAMPLES,
        tracebacks: bool = False,
        **others: Any,
    ) -> Service:
        service = Service(tmp_path, *options, modules=modules, **others)
        started.append((service, tracebacks))
        service.wait_until_healthy()
        return service

    try:
        yield start
        for service, tracebacks in started:
            if service.process.poll() is None:
                service.stop(tracebacks)
    finally:
        for service, _ in started:
            service.kill()


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service for tests in which no connector fails: what they do leaves no traceback."""
    folder = tmp_path_factory.mktemp("service")
    with run_service(folder, modules=EXAMPLES) as running:
        yield running


@pytest.fixture(scope="session")
def channel(service: Service) -> Iterator[grpc.Channel]:
    """A connection to the service in which no connector fails."""
    with service.channel() as connected:
        yield connected


@pytest.fixture(scope="session")
def failing_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service for tests in which connectors fail, which it writes down with tracebacks."""
    folder = tmp_path_factory.mktemp("failing")
    with run_service(folder, modules=EXAMPLES, tracebacks=True) as running:
        yield running


@pytest.fixture(scope="session")
def failing_channel(failing_service: Service) -> Iterator[grpc.Channel]:
    """A connection to the service in which connectors fail."""
    with failing_service.channel() as connected:
        yield connected
