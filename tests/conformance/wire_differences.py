"""What the published SDK sends otherwise on purpose, each with the reason: its message is mended before the comparison.

A difference that mends no message any more fails the test.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from flyteidl2.core import literals_pb2, types_pb2
from flyteidl2.task import common_pb2

from tests.conformance.wire_cases import Case


class Difference(NamedTuple):
    """Why messages differ, and how the published one becomes the one expected here."""

    reason: str
    mend: Callable[[Case, Any], None]
    # What the published SDK is given in place of what it cannot serialize.
    instead: Callable[[Case], Case] = lambda case: case


def _leave(case: Case, message: Any) -> None:
    """Mend nothing: what the published SDK is given instead comes to the same."""


def _exact_timeout(case: Case, spec: Any) -> None:
    given = re.search(r"(?:timeout|seconds|max_runtime)=(\d+)", case.task)
    if case.kind == "TaskEnvironment" and given:
        spec.task_template.metadata.timeout.seconds = int(given[1])


_METRIC = re.compile(r"metric=Scaling\.(Concurrency|RequestRate)\((\d+)\)")


def _without_metric(case: Case) -> Case:
    return case._replace(environment=_METRIC.sub("", case.environment))


_NO_GPU = re.compile(r"\bgpu=0\b")


def _without_gpu(case: Case) -> Case:
    return case._replace(environment=_NO_GPU.sub("gpu=None", case.environment))


def _metric(case: Case, app: Any) -> None:
    given = _METRIC.search(case.environment)
    if given:
        metric = app.spec.autoscaling.scaling_metric
        chosen = (
            metric.concurrency if given[1] == "Concurrency" else metric.request_rate
        )
        chosen.target_value = int(given[2])


def _falsy_defaults(case: Case, spec: Any) -> None:
    if case.kind != "TaskEnvironment" or case.function != "falsy":
        return
    simple, primitive = types_pb2.SimpleType, literals_pb2.Primitive
    for name, kind, value in (
        ("number", simple.INTEGER, primitive(integer=0)),
        ("text", simple.STRING, primitive(string_value="")),
        ("flag", simple.BOOLEAN, primitive(boolean=False)),
    ):
        default = common_pb2.NamedParameter(name=name)
        default.parameter.var.type.simple = kind
        default.parameter.default.scalar.primitive.CopyFrom(value)
        spec.default_inputs.append(default)


def _port_name(case: Case, app: Any) -> None:
    if case.kind == "ConnectorEnvironment" and re.search(r"port=\d", case.environment):
        app.spec.container.ports[0].name = "h2c"


def _connector_resolver(case: Case, app: Any) -> None:
    if case.kind != "ConnectorEnvironment":
        return
    command = app.spec.container.command
    if command and command[0] == "fserve":
        resolver = "flyte._internal.resolvers.app_env.AppEnvResolver"
        where = "wire_serialize:subject"
        words = ["--resolver", resolver, "--resolver-args", where, "--"]
        command[-1:] = words


def _no_scaledown(case: Case, app: Any) -> None:
    if "scaledown_after=0)" in case.environment:
        app.spec.autoscaling.scaledown_period.SetInParent()


def _own_documentation(case: Case, spec: Any) -> None:
    given = re.search(r"docs=Documentation\(description='(.*?)'\)", case.task)
    if given:
        spec.documentation.short_description = given[1]


def _with_parameters(case: Case) -> Case:
    """Give an app without parameters of its own those that take their place."""
    if not case.overrides.strip("[]") or "parameters=[P" in case.environment:
        return case
    given, none = f"parameters={case.overrides}", "parameters=[]"
    if none in case.environment:
        return case._replace(environment=case.environment.replace(none, given))
    return case._replace(environment=f"{case.environment.rstrip(', ')}, {given}")


def _without_inputs(case: Case, app: Any) -> None:
    if _with_parameters(case) != case:
        app.spec.inputs.Clear()


def _no_parameters(case: Case, app: Any) -> None:
    command = app.spec.container.command if case.overrides == "[]" else []
    if "--parameters" in command:
        position = list(command).index("--parameters")
        del command[position : position + 2]


DIFFERENCES = {
    "timeouts": Difference(
        "a 26 h timeout becomes 2 h, 24 h becomes 0: exact here", _exact_timeout
    ),
    "scaling metric": Difference(
        "any Scaling.metric raises: serialized here", _metric, _without_metric
    ),
    "no GPU": Difference(
        "gpu=0 raises when it is serialized: no GPU here", _leave, _without_gpu
    ),
    "falsy defaults": Difference(
        "falsy defaults of inputs are dropped: kept here", _falsy_defaults
    ),
    "port name": Difference(
        "the number of a connector's port loses h2c: kept here", _port_name
    ),
    "connector resolver": Difference(
        "connectors have no resolver arguments: present here, as for any app",
        _connector_resolver,
    ),
    "scaling down at once": Difference(
        "scaledown_after=0 is falsy and dropped: kept here", _no_scaledown
    ),
    "own documentation": Difference(
        "docs of a task are dropped: they come before the docstring here",
        _own_documentation,
    ),
    "overridden parameters": Difference(
        "parameters for one deployment are dropped when the app has none: passed here",
        _without_inputs,
        _with_parameters,
    ),
    "no parameters": Difference(
        "an empty list of parameters for one deployment is ignored: taken at its word here",
        _no_parameters,
    ),
}
