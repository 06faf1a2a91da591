"""Inputs, outputs and metadata of jobs on their way through real calls."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

import grpc
import pytest
from flyteidl2.connector import connector_pb2 as pb
from flyteidl2.core.execution_pb2 import TaskExecution
from flyteidl2.core.literals_pb2 import (
    Binary,
    Blob,
    BlobMetadata,
    Literal,
    LiteralCollection,
    Scalar,
)
from flyteidl2.core.types_pb2 import BlobType, LiteralType, SimpleType
from flyteidl2.task.common_pb2 import NamedLiteral
from google.protobuf.json_format import MessageToDict

from flyte.io import Dir, File
from flyte_runtime.types import engine
from tests.service.example_calls import Refusal, about, ask, creation
from tests.service.example_connectors import MOMENT, RICH
from tests.service.running import PATIENCE, ROOT


class Color(Enum):
    """An input with a few values."""

    RED = "red"


@dataclass
class Point:
    """An input with fields."""

    x: int
    tags: list[str]


# Inputs: a value, its type, and what the connector is given.
INPUTS: list[tuple[Any, Any, str]] = [
    (4, int, "4"),
    (1.5, float, "1.5"),
    ("grün\n", str, r"'grün\n'"),
    (False, bool, "False"),
    (None, type(None), "None"),
    (MOMENT, type(MOMENT), repr(MOMENT)),
    (date(2026, 1, 2), date, repr(datetime(2026, 1, 2, tzinfo=UTC))),
    (timedelta(days=1, microseconds=3), timedelta, repr(timedelta(1, 0, 3))),
    ([[1], []], list[list[int]], "[[1], []]"),
    ({"a": 1.0}, dict[str, float], "{'a': 1.0}"),
    ({"a": [1]}, dict, "{'a': [1]}"),
    (None, int | None, "None"),
    (3, int | None, "3"),
    ("3", int | str, "'3'"),
    (Color.RED, Color, "<DynamicEnum.red: 'red'>"),
    (Point(1, ["a"]), Point, "Point(x=1, tags=['a'])"),
    (File(path="s3://b/f"), File, repr(File(path="s3://b/f", name="f"))),
    (Dir(path="s3://b/d"), Dir, repr(Dir(path="s3://b/d", name="d"))),
]


def _with_input(kind: LiteralType, value: Literal) -> pb.CreateTaskRequest:
    request = creation("echo")
    request.template.interface.inputs.variables["x"].type.CopyFrom(kind)
    request.inputs.literals.append(NamedLiteral(name="x", value=value))
    return request


@pytest.mark.parametrize(("value", "hint", "expected"), INPUTS, ids=repr)
def test_inputs_reach_the_connector_as_python_values(
    channel: grpc.Channel, value: Any, hint: Any, expected: str
) -> None:
    """An input of each type arrives as a value of the Python type that stands for it."""
    literal = engine.to_literal(value, hint)
    answer = ask(channel, _with_input(engine.literal_type(hint), literal))
    given = json.loads(json.loads(answer.resource_meta)["job_id"])
    assert given["inputs"] == {"x": expected}


# Pickles


class Trap:
    """Makes a folder when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        """Know which."""
        self.folder = folder

    def __reduce__(self) -> Any:
        """Have the folder made by whoever loads this."""
        return os.mkdir, (str(self.folder),)


BINARY = LiteralType(simple=SimpleType.BINARY)
STRUCT = LiteralType(simple=SimpleType.STRUCT)
PICKLE = BlobType(format="PythonPickle")


def _binary(data: bytes, tag: str) -> Literal:
    return Literal(scalar=Scalar(binary=Binary(value=data, tag=tag)))


def _blob(data: bytes, folder: Path) -> Literal:
    (folder / "data.pkl").write_bytes(data)
    blob = Blob(uri=str(folder / "data.pkl"), metadata=BlobMetadata(type=PICKLE))
    return Literal(scalar=Scalar(blob=blob))


@pytest.mark.parametrize("protocol", [0, 2, pickle.HIGHEST_PROTOCOL])
def test_a_pickle_is_refused_and_never_loaded(
    channel: grpc.Channel, tmp_path: Path, protocol: int
) -> None:
    """However a pickle is wrapped, the call ends with INVALID_ARGUMENT, and what it would have done is not done."""
    made = tmp_path / "made"
    data = pickle.dumps(Trap(made), protocol)
    blob = _blob(data, tmp_path)
    several = Literal(collection=LiteralCollection(literals=[_binary(data, "")]))
    attempts = [
        *[(BINARY, _binary(data, tag)) for tag in ("", "pickle", "msgpack")],
        *[(STRUCT, _binary(data, tag)) for tag in ("", "pickle", "msgpack")],
        (LiteralType(simple=SimpleType.INTEGER), _binary(data, "")),
        (LiteralType(collection_type=BINARY), several),
        (LiteralType(blob=PICKLE), blob),
        (STRUCT, blob),
    ]
    answers = [ask(channel, _with_input(kind, value)) for kind, value in attempts]
    assert [answer.status for answer in answers] == ["INVALID_ARGUMENT"] * len(answers)
    assert not made.exists()
    pickle.loads(data)
    assert made.exists()


def test_a_pickle_as_metadata_is_refused_and_never_loaded(
    channel: grpc.Channel, tmp_path: Path
) -> None:
    """Metadata that is a pickle ends the call with INVALID_ARGUMENT, too."""
    data = pickle.dumps(Trap(tmp_path / "made"))
    for method in ("GetTask", "DeleteTask", "GetTaskMetrics", "GetTaskLogs"):
        assert ask(channel, about(method, "echo", data)).status == "INVALID_ARGUMENT"
    assert not (tmp_path / "made").exists()


# Outputs


def _report(channel: grpc.Channel, name: str) -> Any:
    answer = ask(channel, about("GetTask", "reporting", name))
    return answer if isinstance(answer, Refusal) else answer.resource


def test_outputs_become_literals(channel: grpc.Channel) -> None:
    """Each output is written as what its value is, under its name and in its order."""
    resource = _report(channel, "values")
    literals = {one.name: one.value for one in resource.outputs.literals}
    assert (
        list(literals) == "number ratio text flag nothing moment span list dict".split()
    )
    hints = {
        "number": int,
        "ratio": float,
        "text": str,
        "flag": bool,
        "nothing": type(None),
        "moment": type(MOMENT),
        "span": timedelta,
        "list": list[int],
        "dict": dict[str, dict[str, list[int]]],
    }
    values = {
        name: engine.from_literal(literal, hints[name])
        for name, literal in literals.items()
    }
    assert values == {
        "number": 7,
        "ratio": 1.5,
        "text": "grün\n",
        "flag": False,
        "nothing": None,
        "moment": MOMENT,
        "span": timedelta(days=2, microseconds=1),
        "list": [1, 2],
        "dict": {"a": {"b": [1]}},
    }


def test_finished_literals_are_sent_as_they_are(channel: grpc.Channel) -> None:
    """A connector may report a LiteralMap."""
    (output,) = _report(channel, "literals").outputs.literals
    assert (output.name, output.value.scalar.primitive.integer) == ("o0", 3)


@pytest.mark.parametrize(
    ("report", "message"),
    [
        ("a list", "outputs: expected a dictionary of values by name, got list"),
        ("a tuple", "outputs: expected a dictionary of values by name, got tuple"),
        ("bytes", "output 'data'"),
        ("a set", "output 'several'"),
        ("a tuple inside", "output 'pair'"),
        ("an object", "output 'thing'"),
        ("custom_info of sets", "custom_info must hold values that JSON has"),
        ("custom_info of bytes", "custom_info must hold values that JSON has"),
        ("a dictionary", "get of connector 'Reporting' must return Resource, got dict"),
        ("None", "get of connector 'Reporting' must return Resource, got NoneType"),
        ("no phase", "returned a Resource that cannot be sent"),
        ("log links of text", "returned a Resource that cannot be sent"),
        ("half a character", "returned a Resource that cannot be sent"),
    ],
)
def test_what_a_connector_must_not_report_is_named(
    failing_channel: grpc.Channel, report: str, message: str
) -> None:
    """A report that cannot be sent ends the call with INTERNAL and says which part of it is wrong."""
    refusal = _report(failing_channel, report)
    assert refusal.status == "INTERNAL"
    assert message in refusal.details


def test_the_rest_of_a_report_is_sent(channel: grpc.Channel) -> None:
    """Message, log links and custom_info arrive."""
    resource = _report(channel, "everything else")
    assert resource.phase == TaskExecution.FAILED
    assert resource.message == "it failed: grün"
    assert [(link.uri, link.name) for link in resource.log_links] == [
        ("https://logs/1", "Logs")
    ]
    assert MessageToDict(resource.custom_info) == {
        "a": [1, None, {"b": True}],
        "text": "grün",
    }


@pytest.mark.parametrize("phase", TaskExecution.Phase.keys())
def test_every_phase_is_sent(channel: grpc.Channel, phase: str) -> None:
    """Each phase the wire knows arrives."""
    found = _report(channel, f"phase {phase}").phase
    assert TaskExecution.Phase.Name(found) == phase


def test_other_methods_are_held_to_what_they_must_return(
    failing_channel: grpc.Channel,
) -> None:
    """A wrong result of create, get_metrics and get_logs is named as that of get is."""
    requests = [
        creation("reporting", custom={"job_id": "1"}),
        about("GetTaskMetrics", "reporting"),
        about("GetTaskLogs", "reporting", "text"),
    ]
    refusals = [ask(failing_channel, request) for request in requests]
    assert [one.status for one in refusals] == ["INTERNAL"] * 3
    expected = [
        "create of connector 'Reporting' must return ResourceMeta, got dict",
        "get_metrics of connector 'Reporting' must return GetTaskMetricsResponse, got dict",
        "get_logs of connector 'Reporting' must return GetTaskLogsResponse, got str",
    ]
    for refusal, message in zip(refusals, expected, strict=True):
        assert message in refusal.details


# Metadata


def test_rich_metadata_comes_back(channel: grpc.Channel) -> None:
    """Nested dataclasses, moments, bytes, enums and optional fields are the same in get as they were in create."""
    data = ask(channel, creation("rich")).resource_meta
    assert ask(channel, about("GetTask", "rich", data)).resource.message == "True"


def _changed(**fields: Any) -> bytes:
    return json.dumps({**json.loads(RICH.encode()), **fields}).encode()


def _without(name: str) -> bytes:
    content = json.loads(RICH.encode())
    del content[name]
    return json.dumps(content).encode()


def test_metadata_may_lack_what_has_a_default(channel: grpc.Channel) -> None:
    """A payload of an older version of a connector has fewer fields."""
    request = about("GetTask", "rich", _without("tags"))
    assert ask(channel, request).resource.message == "True"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the data is not JSON"),
        (b"\x00\xff", "the data is not JSON"),
        (b"{", "the data is not JSON"),
        (b"[" * 100_000, "the data is not JSON"),
        (b"[]", "RichMeta: expected an object, got an array"),
        (b"null", "RichMeta: expected an object, got null"),
        (_without("begun"), "missing field 'begun'"),
        (_changed(colour=1), "unknown field 'colour'"),
        (_changed(begun="yesterday"), "RichMeta.begun: not a datetime"),
        (_changed(begun=1), "RichMeta.begun: expected datetime, got a number"),
        (_changed(data="*"), "RichMeta.data: not a bytes"),
        (_changed(size="huge"), "RichMeta.size: expected one of"),
        (_changed(place={"host": "a"}), "RichMeta.place: missing field 'ports'"),
        (_changed(patience=10**30), "RichMeta.patience: not a timedelta"),
    ],
    ids=lambda part: part[:40] if isinstance(part, str) else "",
)
def test_metadata_that_does_not_fit_is_refused(
    channel: grpc.Channel, data: bytes, message: str
) -> None:
    """What is not the connector's metadata ends each call about a job with INVALID_ARGUMENT and the place."""
    for method in ("GetTask", "DeleteTask", "GetTaskMetrics", "GetTaskLogs"):
        refusal = ask(channel, about(method, "rich", data))
        assert refusal.status == "INVALID_ARGUMENT"
        assert "resource_meta is not what connector 'Rich' encoded" in refusal.details
        assert message in refusal.details


PUBLISHED = """
from dataclasses import dataclass
from flyte.connectors import ResourceMeta

@dataclass
class Place:
    host: str
    ports: list[int]

@dataclass
class PublishedMeta(ResourceMeta):
    job_id: str
    place: Place
    attempt: int
    ratio: float
    done: bool
    tags: list[str]
    labels: dict[str, str]
    parent: str | None = None

meta = PublishedMeta("job-1", Place("db", [1]), 2, 0.5, True, ["a", "grün"], {"k": "v"})
print(meta.encode().hex(), repr(meta), sep="|")
"""


@pytest.mark.conformance
def test_metadata_of_the_published_sdk_is_read(channel: grpc.Channel) -> None:
    """A job that a service of the published SDK created goes on under this one."""
    reference = ROOT / ".venv-reference/bin/python"
    if not reference.exists():
        pytest.skip("the published SDK is not installed; scripts/test installs it")
    run = subprocess.run(
        [reference, "-c", PUBLISHED],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    encoded, _, shown = run.stdout.strip().partition("|")
    data = bytes.fromhex(encoded)
    assert ask(channel, about("GetTask", "published", data)).resource.message == shown
