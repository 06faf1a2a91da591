"""The metrics page: documented names and labels, and a size that callers cannot make grow."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from flyteidl2.connector import connector_pb2 as pb
from flyteidl2.core.types_pb2 import LiteralType, SimpleType
from flyteidl2.task.common_pb2 import NamedLiteral
from prometheus_client.parser import text_string_to_metric_families

from flyte_runtime.types import engine
from tests.service.conftest import EXAMPLES
from tests.service.example_calls import about, ask, ask_all, connection, creation
from tests.service.running import Service, run_service

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]
OURS = "flyte_connector_"


def _samples(service: Service) -> Samples:
    """Return the metrics of the service by name and labels, without the times at which they were made."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(service.metrics())
        for sample in family.samples
        if not sample.name.endswith("_created")
    }


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that only the tests below call, one after the other."""
    folder = tmp_path_factory.mktemp("measured")
    with run_service(folder, modules=EXAMPLES, tracebacks=True) as running:
        yield running


@pytest.fixture(scope="module")
def connected(measured: Service) -> Iterator[grpc.Channel]:
    """A connection to it."""
    with measured.channel() as channel:
        yield channel


@pytest.fixture
def before(measured: Service) -> Samples:
    """The metrics before the test."""
    return _samples(measured)


def _changes(before: Samples, after: Samples) -> Samples:
    changes = {name: value - before.get(name, 0) for name, value in after.items()}
    return {name: change for name, change in changes.items() if change}


def _named(name: str, **labels: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    return f"{OURS}{name}", tuple(sorted(labels.items()))


def test_calls_are_counted_under_the_documented_names(
    measured: Service, connected: grpc.Channel, before: Samples
) -> None:
    """Each operation counts its successes and failures and how long it took, by task type and HTTP's code."""
    requests = [
        creation("echo"),
        *[about(f"{name}Task", "echo") for name in ("Get", "Get", "Delete")],
        about("GetTaskMetrics", "echo"),
        about("GetTaskLogs", "logs-list"),
        pb.ListConnectorsRequest(),
        pb.GetConnectorRequest(name="Echo"),
        pb.GetConnectorRequest(name="nobody"),
        about("GetTask", "echo", b"garbage"),
        about("GetTask", "echo", version=7),
        about("GetTaskLogs", "plain"),
        about("GetTask", "failing", "an exception"),
        creation("echo", connection=connection({"inputs": "x"})),
    ]
    for request in requests:
        ask_all(connected, request)
    expected = {
        ("echo", "create"): ["", "400"],
        ("echo", "get"): ["", "", "400", "404"],
        ("echo", "delete"): [""],
        ("echo", "get_metrics"): [""],
        ("logs-list", "get_logs"): [""],
        ("", "list_connectors"): [""],
        ("", "get_connector"): ["", "404"],
        ("plain", "get_logs"): ["501"],
        ("failing", "get"): ["500"],
    }
    counts: Samples = {}
    for (task_type, operation), codes in expected.items():
        call = {"task_type": task_type, "operation": operation}
        for code in codes:
            one = (
                _named("requests_failure_total", error_code=code, **call)
                if code
                else _named("requests_success_total", **call)
            )
            counts[one] = counts.get(one, 0) + 1
        counts[_named("request_latency_seconds_count", **call)] = len(codes)
    found = _changes(before, _samples(measured))
    ends = ("_total", "_seconds_count")
    assert counts == {
        name: value
        for name, value in found.items()
        if name[0].startswith(OURS) and name[0].endswith(ends)
    }
    assert all(
        found[_named("request_latency_seconds_sum", task_type=task, operation=done)] > 0
        for task, done in expected
    )


def test_the_size_of_inputs_is_measured(
    measured: Service, connected: grpc.Channel, before: Samples
) -> None:
    """The inputs of tasks are counted with their size as they came."""
    request = creation("echo")
    kind = LiteralType(simple=SimpleType.STRING)
    request.template.interface.inputs.variables["x"].type.CopyFrom(kind)
    literal = engine.to_literal("x" * 10_000, str)
    request.inputs.literals.append(NamedLiteral(name="x", value=literal))
    for _ in range(3):
        ask(connected, request)
    found = _changes(before, _samples(measured))
    count = found[_named("input_literal_bytes_count", task_type="echo")]
    size = found[_named("input_literal_bytes_sum", task_type="echo")]
    assert (count, size) == (3, 3 * request.inputs.ByteSize())


def test_gauges_say_how_busy_the_service_is(measured: Service) -> None:
    """Nothing runs and nothing waits when nobody calls."""
    found = _samples(measured)
    assert found[_named("requests_in_flight")] == 0
    assert found[_named("requests_queued")] == 0


def test_metrics_of_connectors_are_on_the_page(
    measured: Service, connected: grpc.Channel, before: Samples
) -> None:
    """What a connector counts for itself with prometheus_client is shown beside the rest."""
    ask(connected, creation("echo"))
    found = _changes(before, _samples(measured))
    assert found["example_jobs_created_total", ()] == 1


def test_invented_task_types_do_not_grow_the_page(
    measured: Service, connected: grpc.Channel, before: Samples
) -> None:
    """A thousand task types that nobody serves share one label in each operation, and versions have none."""
    methods = ["CreateTask", "GetTask", "DeleteTask", "GetTaskMetrics", "GetTaskLogs"]

    def invent(number: int) -> None:
        method, name = methods[number % len(methods)], f"invented-{number}"
        made = creation(name) if method == "CreateTask" else about(method, name)
        ask(connected, made)
        ask(connected, about("GetTask", "echo", version=number + 10))

    for number in range(len(methods)):
        invent(number)
    page = _samples(measured)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(invent, range(len(methods), 1000)))
    after = _samples(measured)
    assert after.keys() == page.keys()
    unknown = {"task_type": "unknown", "operation": "get", "error_code": "404"}
    failures = _changes(before, after)[_named("requests_failure_total", **unknown)]
    assert failures == 200
