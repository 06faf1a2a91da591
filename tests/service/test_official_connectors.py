"""The official connectors, as PyPI has them, run on the generated SDK; only Snowflake's network is replaced."""

from __future__ import annotations

import base64
import subprocess

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flyteidl2.connector import connector_pb2 as pb
from flyteidl2.core.execution_pb2 import TaskExecution
from flyteidl2.task.common_pb2 import NamedLiteral
from flyteidl2.task.task_definition_pb2 import TaskSpec
from google.protobuf.json_format import MessageToDict

from flyte_runtime.types import engine
from tests.service.conftest import Serve
from tests.service.example_calls import about, ask, connection
from tests.service.running import PATIENCE, ROOT, clean_environment

PYTHON = ROOT / ".venv-connectors/bin/python"
TASKS = ROOT / "tests/service/snowflake_tasks.py"

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(
        not PYTHON.exists(),
        reason="the official connectors are not installed; scripts/test installs them",
    ),
]


@pytest.fixture(scope="module")
def deployed() -> dict[str, TaskSpec]:
    """Tasks of the official Snowflake connector, deployed with the generated SDK."""
    run = subprocess.run(
        [PYTHON, TASKS],
        env=clean_environment({}),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    specs = [
        TaskSpec.FromString(base64.b64decode(line)) for line in run.stdout.splitlines()
    ]
    return {spec.short_name: spec for spec in specs}


def _private_key() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


SECRETS = connection({"snowflake_private_key": _private_key()})


def test_their_tasks_can_be_deployed(deployed: dict[str, TaskSpec]) -> None:
    """A task whose inputs have None where a default could be is serialized without defaults, and its SQL stands for it."""
    spec = deployed["select"]
    template = spec.task_template
    assert list(spec.default_inputs) == []
    assert template.type == "snowflake"
    assert template.sql.statement == "SELECT * FROM t WHERE day = %(day)s"
    assert list(template.interface.inputs.variables) == ["day"]
    assert list(template.interface.outputs.variables) == ["results"]
    custom = MessageToDict(template.custom)
    assert custom["secrets"] == {"snowflake_private_key": "snowflake-key"}
    assert custom["connection_kwargs"] == {"role": "reader"}


def test_snowflake_goes_through_the_life_of_a_job(
    serve: Serve, deployed: dict[str, TaskSpec]
) -> None:
    """The unmodified connector creates, reports and deletes queries over gRPC; what cannot be loaded is a warning."""
    service = serve(modules=("tests.service.snowflake_without_network",), python=PYTHON)
    select = pb.CreateTaskRequest(
        template=deployed["select"].task_template, connection=SECRETS
    )
    day = NamedLiteral(name="day", value=engine.to_literal(7, int))
    select.inputs.literals.append(day)
    wait = pb.CreateTaskRequest(
        template=deployed["wait"].task_template, connection=SECRETS
    )
    with service.channel() as channel:
        listed = ask(channel, pb.ListConnectorsRequest()).connectors
        assert "Snowflake Connector" in [one.name for one in listed]
        selecting, waiting = (
            ask(channel, request).resource_meta for request in (select, wait)
        )
        get = about("GetTask", "snowflake", selecting, connection=SECRETS)
        found = ask(channel, get).resource
        assert found.phase == TaskExecution.SUCCEEDED
        (result,) = found.outputs.literals
        uri = "snowflake://org-account/DB/PUBLIC/query-1"
        assert result.value.scalar.structured_dataset.uri == uri
        assert found.log_links[0].uri.endswith("/history/queries/query-1/detail")
        get = about("GetTask", "snowflake", waiting, connection=SECRETS)
        assert ask(channel, get).resource.phase == TaskExecution.RUNNING
        ask(channel, about("DeleteTask", "snowflake", waiting, connection=SECRETS))
        ended = ask(channel, get).resource
        assert ended.phase == TaskExecution.FAILED
        assert "SQL execution canceled" in ended.message
    service.stop()
    log = service.log()
    for name in ("bigquery", "databricks"):
        assert f"connector '{name}' of the entry point group flyte.connectors" in log
    assert "connector 'snowflake'" not in log
    assert "Snowflake query failed" in log
