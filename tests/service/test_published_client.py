"""A client in a process and an environment of its own, built from PyPI's flyteidl2 alone, drives every RPC."""

from __future__ import annotations

import base64
import json
import subprocess
from typing import Any

import pytest

from tests.service import client
from tests.service.running import ROOT, Service

REFERENCE = ROOT / ".venv-reference/bin/python"

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(
        not REFERENCE.exists(),
        reason="the published SDK is not installed; scripts/test installs it",
    ),
]


def _driven(
    service: Service, package: str, calls: list[tuple[str, dict[str, Any]]]
) -> list[dict[str, Any]]:
    lines = [
        json.dumps({"method": method, "package": package, "request": request})
        for method, request in calls
    ]
    run = subprocess.run(
        [REFERENCE, client.__file__, service.address],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return [json.loads(line) for line in run.stdout.splitlines()]


def _about(task_type: str, job_id: str = "job-1", **fields: Any) -> dict[str, Any]:
    meta = json.dumps({"job_id": job_id}).encode()
    return {
        "resource_meta": base64.b64encode(meta).decode(),
        "task_category": {"name": task_type},
        **fields,
    }


def _created(answer: dict[str, Any]) -> dict[str, Any]:
    """Return what the connector was given when it created the job of an answer."""
    meta = json.loads(base64.b64decode(answer["responses"][0]["resourceMeta"]))
    given: dict[str, Any] = json.loads(meta["job_id"])
    return given


CONNECTION = {"secrets": {"api_key": "s3cr3t"}, "configs": {"region": "eu"}}


@pytest.mark.parametrize("package", client.PACKAGES)
def test_a_job_is_created_reported_and_deleted(service: Service, package: str) -> None:
    """Create, get and delete reach the connector with all that the backend sends, under both names of the package."""
    task = {"id": {"name": f"task of {package}"}, "type": "echo"}
    create = {
        "template": {
            **task,
            "interface": {"inputs": {"variables": {"x": {"type": {"simple": 1}}}}},
        },
        "inputs": {
            "literals": [
                {"name": "x", "value": {"scalar": {"primitive": {"integer": 4}}}}
            ]
        },
        "output_prefix": "s3://bucket/out",
        "task_execution_metadata": {"namespace": "space"},
        "connection": CONNECTION,
    }
    created = _driven(service, package, [("CreateTask", create)])[0]
    job = {
        "resource_meta": created["responses"][0]["resourceMeta"],
        "task_category": {"name": "echo"},
        "connection": CONNECTION,
    }
    before, deleted, after = _driven(
        service, package, [("GetTask", job), ("DeleteTask", job), ("GetTask", job)]
    )
    kwargs = {"api_key": "s3cr3t", "region": "eu"}
    assert _created(created) == {
        "name": f"task of {package}",
        "output_prefix": "s3://bucket/out",
        "inputs": {"x": "4"},
        "namespace": "space",
        "kwargs": kwargs,
    }
    assert before["responses"][0]["resource"]["phase"] == "RUNNING"
    assert before["responses"][0]["resource"]["customInfo"]["kwargs"] == kwargs
    assert deleted == {"status": "OK", "responses": [{}]}
    assert after["responses"][0]["resource"]["phase"] == "ABORTED"
    assert after["responses"][0]["resource"]["customInfo"]["deleted"] == kwargs


def test_logs_come_in_each_form_a_connector_may_return_them(service: Service) -> None:
    """Logs are streamed whether a connector returns or yields them, asynchronously or not, under both packages."""
    body = {"body": {"results": ["job-1"]}}
    several = [{"header": {"token": "next"}}, body]
    expected = {
        "logs-coroutine": [{"body": {"results": ["job-1", "5", "here"]}}],
        "logs-list": several,
        "logs-async-generator": several,
        "logs-generator": several,
        "logs-function": several,
    }
    calls = [("GetTaskLogs", _about(name, lines=5, token="here")) for name in expected]
    for package in client.PACKAGES:
        answers = _driven(service, package, calls)
        assert answers == [
            {"status": "OK", "responses": responses} for responses in expected.values()
        ]


def test_the_other_calls_answer_under_both_packages(service: Service) -> None:
    """Metrics, what the service says of its connectors, and its health are the same under both names of the package."""
    calls: list[tuple[str, dict[str, Any]]] = [
        ("GetTaskMetrics", _about("echo", queries=["cpu", "memory"], step="30s")),
        ("GetConnector", {"name": "Echo"}),
        ("ListConnectors", {}),
        ("Check", {}),
        ("Watch", {}),
        ("GetTaskLogs", _about("plain")),
        ("GetTask", _about("nobody's")),
    ]
    older, newer = (_driven(service, package, calls) for package in client.PACKAGES)
    assert older == newer
    metrics, connector, listed, check, watch, no_logs, unknown = older
    names = [one["metric"] for one in metrics["responses"][0]["results"]]
    assert names == ["cpu", "memory", "30"]
    categories = [{"name": "echo"}, {"name": "echo", "version": 3}]
    echo = {"name": "Echo", "supportedTaskCategories": categories}
    assert connector["responses"] == [{"connector": echo}]
    assert echo in listed["responses"][0]["connectors"]
    assert check["responses"] == watch["responses"] == [{"status": "SERVING"}]
    assert no_logs["status"] == "UNIMPLEMENTED"
    assert unknown["status"] == "NOT_FOUND"
