"""Which status a call ends with when it cannot be answered, and what its details say."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from tests.service.example_calls import (
    Refusal,
    about,
    ask,
    ask_all,
    connection,
    creation,
)
from tests.service.failing_connectors import FAILURES
from tests.service.running import Service

ABOUT_JOBS = ["GetTask", "DeleteTask", "GetTaskMetrics", "GetTaskLogs"]
OPERATIONS = ["CreateTask", *ABOUT_JOBS]
WITH_CONNECTION = ["CreateTask", "GetTask", "DeleteTask"]


def _request(method: str, task_type: str, how: str = "", **fields: Any) -> Any:
    if method == "CreateTask":
        return creation(task_type, custom={"how": how}, **fields)
    return about(method, task_type, how, **fields)


@pytest.mark.parametrize("method", OPERATIONS)
def test_unknown_task_types_are_not_found(channel: grpc.Channel, method: str) -> None:
    """A type nobody serves, and a version nobody serves, are NOT_FOUND, and the details say what there is instead."""
    unknown = ask(channel, _request(method, "ecko"))
    version = ask(channel, _request(method, "echo", version=2))
    empty = ask(channel, _request(method, ""))
    assert [one.status for one in (unknown, version, empty)] == ["NOT_FOUND"] * 3
    assert (
        "no connector is registered for task type 'ecko' version 0" in unknown.details
    )
    assert "did you mean 'echo'?" in unknown.details
    assert "registered for this type: version 0, 3" in version.details


@pytest.mark.parametrize("name", ["inputs", "resource_meta", "self", "task_template"])
@pytest.mark.parametrize("method", WITH_CONNECTION)
def test_names_the_service_uses_itself_are_refused(
    channel: grpc.Channel, method: str, name: str
) -> None:
    """A secret or a setting called like an argument of the operation is INVALID_ARGUMENT; its value is not told."""
    for reserved in (connection({name: "s3cr3t"}), connection({}, **{name: "s3cr3t"})):
        request = _request(method, "echo", connection=reserved)
        refusal = ask(channel, request)
        assert refusal.status == "INVALID_ARGUMENT"
        assert repr(name) in refusal.details
        assert "s3cr3t" not in refusal.details


@pytest.mark.parametrize("method", ["GetTaskMetrics", "GetTaskLogs"])
def test_what_a_connector_does_not_offer_is_unimplemented(
    channel: grpc.Channel, method: str
) -> None:
    """A connector without logs or metrics is no failure of the service."""
    assert ask(channel, about(method, "plain")).status == "UNIMPLEMENTED"


@pytest.mark.parametrize("method", OPERATIONS)
@pytest.mark.parametrize("how", FAILURES)
def test_whatever_a_connector_raises_becomes_a_status(
    failing_channel: grpc.Channel, method: str, how: str
) -> None:
    """Exceptions, exits, interrupts and cancellations of a connector end its call, with INTERNAL, and nothing else."""
    refusal = ask(failing_channel, _request(method, "failing", how))
    expected = "UNIMPLEMENTED" if how == "not implemented" else "INTERNAL"
    assert refusal.status == expected
    assert refusal.details.startswith("failed to ")
    assert "'failing'" in refusal.details


@pytest.mark.parametrize("task_type", ["failing-later", "failing-functions"])
@pytest.mark.parametrize("how", FAILURES)
def test_it_does_not_matter_when_a_connector_fails(
    failing_channel: grpc.Channel, task_type: str, how: str
) -> None:
    """A failure after waiting, in a function or in a generator is told like one at once."""
    for method in ("GetTask", "GetTaskLogs"):
        at_once = ask_all(failing_channel, _request(method, "failing", how))
        late = ask_all(failing_channel, _request(method, task_type, how))
        assert isinstance(at_once, Refusal)
        assert isinstance(late, Refusal)
        assert late.status == at_once.status
        assert task_type in late.details


def test_a_connector_that_cancels_itself_fails(failing_channel: grpc.Channel) -> None:
    """Only a caller cancels a call: a task that cancels itself is a failure of its connector."""
    assert ask(failing_channel, about("GetTask", "cancelled")).status == "INTERNAL"


def test_metadata_nobody_can_read_is_no_fault_of_the_caller(
    failing_channel: grpc.Channel,
) -> None:
    """A connector that does not say what its metadata is fails with INTERNAL."""
    for method in ABOUT_JOBS:
        refusal = ask(failing_channel, about(method, "careless"))
        assert refusal.status == "INTERNAL"
        assert "metadata_type" in refusal.details


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("an exception", "RuntimeError: the vendor said no"),
        ("an exception without text", "RuntimeError"),
        ("an exception with a cause", "ValueError: on top"),
        ("an exit", "SystemExit(3)"),
        ("lines", "RuntimeError: first\r\nsecond\n\n\ttabbed"),
        ("control characters", "RuntimeError: a\x00b\x1b[31m%20%"),
        ("an exception that cannot be printed", "Silent"),
        ("half a character", "RuntimeError: half ? end"),
    ],
)
def test_details_name_the_exception(
    failing_channel: grpc.Channel, how: str, expected: str
) -> None:
    """Details hold the type and the text of what was raised, as far as they can be sent."""
    refusal = ask(failing_channel, about("GetTask", "failing", how))
    assert refusal.details.endswith(expected)


@pytest.mark.parametrize(
    ("how", "character"), [("long", "x"), ("long and wide", "\U0001f980")]
)
def test_long_details_arrive_cut(
    failing_channel: grpc.Channel, how: str, character: str
) -> None:
    """A text that would not fit into a header is cut, and arrives with its status."""
    refusal = ask(failing_channel, about("GetTask", "failing", how))
    assert refusal.status == "INTERNAL"
    assert refusal.details.endswith(f"{character * 100}…")


def test_the_service_goes_on_after_all_of_this(
    failing_service: Service, failing_channel: grpc.Channel
) -> None:
    """A service whose connectors fail in every way serves them and the others as before."""
    for how in ("an exit", "no Exception", "a generator's end"):
        ask(failing_channel, about("GetTask", "failing", how))
        ask(failing_channel, about("GetTask", "failing-later", how))
    assert ask(failing_channel, creation("failing", custom={"how": "an exit"}))
    assert ask(failing_channel, about("GetTask", "echo")).resource
    assert failing_service.process.poll() is None
