"""Apps on the wire, beyond what the comparison with the published SDK covers: what it gets wrong, and refusals."""

from __future__ import annotations

import asyncio
import base64
import gzip
import importlib.util
import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flyteidl2.app.app_definition_pb2 import Spec
from flyteidl2.core.tasks_pb2 import ContainerPort

from flyte import PodTemplate
from flyte.app import (
    AppEndpoint,
    AppEnvironment,
    ConnectorEnvironment,
    Parameter,
    Port,
    RunOutput,
    Scaling,
)
from flyte.app._runtime import translate_app_env_to_idl
from flyte.models import SerializationContext
from flyte.serialization import app_to_proto

CONTEXT = SerializationContext(version="v1", project="p", domain="d", org="o")


def app(**settings: Any) -> AppEnvironment:
    """Return an app with some settings."""
    return AppEnvironment("app", **settings)


@pytest.mark.parametrize(
    ("metric", "kind", "value"),
    [
        (Scaling.Concurrency(10), "concurrency", 10),
        (Scaling.RequestRate(7), "request_rate", 7),
    ],
)
def test_metrics_are_serialized(metric: Any, kind: str, value: int) -> None:
    """The value is the target that replicas are added for."""
    spec = app_to_proto(app(scaling=Scaling(metric=metric)), CONTEXT).spec
    message = spec.autoscaling.scaling_metric
    assert message.WhichOneof("metric") == kind
    assert getattr(message, kind).target_value == value


def test_scaling() -> None:
    """Replicas and the exact time after which they go, at once as well."""
    scaling = Scaling(replicas=(1, 4), scaledown_after=timedelta(milliseconds=1500))
    message = app_to_proto(app(scaling=scaling), CONTEXT).spec.autoscaling
    assert (message.replicas.min, message.replicas.max) == (1, 4)
    assert message.scaledown_period.ToTimedelta() == timedelta(seconds=1.5)
    at_once = app_to_proto(app(scaling=Scaling(scaledown_after=0)), CONTEXT)
    assert at_once.spec.autoscaling.HasField("scaledown_period")
    unset = app_to_proto(app(), CONTEXT)
    assert not unset.spec.autoscaling.HasField("scaledown_period")


@pytest.mark.parametrize(
    ("port", "name"), [(9000, "h2c"), (Port(9000), ""), (Port(9000, "http"), "http")]
)
def test_the_port_of_a_connector_keeps_its_protocol(port: Any, name: str) -> None:
    """A bare number changes the number only."""
    connector = ConnectorEnvironment("connector", port=port)
    [message] = app_to_proto(connector, CONTEXT).spec.container.ports
    assert message == ContainerPort(container_port=9000, name=name)
    args = app_to_proto(connector, CONTEXT).spec.container.args
    assert args == ["c0", "--port", "9000", "--prometheus_port", "9092"]


def test_connectors_are_found_by_their_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command tells where the environment is, as for any app."""
    file = tmp_path / "declared.py"
    file.write_text(
        "from flyte.app import ConnectorEnvironment\n"
        "service = ConnectorEnvironment('service')\n"
    )
    spec = importlib.util.spec_from_file_location("declared", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "declared", module)
    spec.loader.exec_module(module)
    context = SerializationContext(version="v1", root_dir=tmp_path)
    command = app_to_proto(module.service, context).spec.container.command
    assert command[-3:] == ["--resolver-args", "declared:service", "--"]


# Parameters


def sent(command: Any) -> list[tuple[str, str]]:
    """Return names and values of the parameters in a command line."""
    words = list(command)
    packed = base64.b64decode(words[words.index("--parameters") + 1])
    items = json.loads(gzip.decompress(packed))["parameters"]
    return [(item["name"], item["value"]) for item in items]


def test_values_that_become_known_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are known in the inputs and in the command alike, also when asked for in a running loop."""
    monkeypatch.setenv("INTERNAL_APP_ENDPOINT_PATTERN", "https://{app_fqdn}.local")
    later = Parameter(name="url", value=AppEndpoint(app_name="other"))
    environment = app(parameters=[later, Parameter(name="text", value="")])
    expected = [("url", "https://other.local"), ("text", "")]

    async def in_a_loop() -> Any:
        return app_to_proto(environment, CONTEXT)

    for message in (app_to_proto(environment, CONTEXT), asyncio.run(in_a_loop())):
        inputs = message.spec.inputs.items
        assert [(one.name, one.string_value) for one in inputs] == expected
        assert sent(message.spec.container.command) == expected
    assert environment.parameters[0] is later


def test_values_that_cannot_be_known_here() -> None:
    """The error of the value comes through."""
    output = RunOutput(type="string", run_name="r")
    environment = app(parameters=[Parameter(name="p", value=output)])
    with pytest.raises(NotImplementedError, match="an output of run 'r' cannot be fe"):
        app_to_proto(environment, CONTEXT)


def test_the_name_of_the_published_sdk() -> None:
    """It takes other parameters and another state, and can be awaited."""
    environment = app(parameters=[Parameter(name="p", value="declared")])
    assert translate_app_env_to_idl(environment, CONTEXT) == app_to_proto(
        environment, CONTEXT
    )
    other = [Parameter(name="p", value="other")]
    inactive = Spec.DesiredState.DESIRED_STATE_STOPPED
    message = asyncio.run(
        translate_app_env_to_idl.aio(environment, CONTEXT, other, inactive)
    )
    assert message.spec.desired_state == inactive
    assert message.spec.inputs.items[0].string_value == "other"
    assert sent(message.spec.container.command) == [("p", "other")]


# Refusals


@pytest.mark.parametrize(
    ("template", "error", "message"),
    [
        (
            "known",
            NotImplementedError,
            "app 'app' names the pod template 'known'; "
            "backends only know those of tasks by name, so pass a PodTemplate",
        ),
        (
            PodTemplate(),
            ValueError,
            "the primary container of app 'app' must be called 'app', not 'primary'",
        ),
    ],
)
def test_unfit_pod_templates_are_refused(
    template: Any, error: type[Exception], message: str
) -> None:
    """An app needs a template of its own, with a container for it."""
    with pytest.raises(error) as caught:
        app_to_proto(app(pod_template=template), CONTEXT)
    assert str(caught.value) == message
