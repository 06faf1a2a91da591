"""Serializes tasks and apps given as text; runs under either SDK, which share an import name.

Reads cases as JSON from standard input and prints, for each, the message in base64 or the error. Values that are
compressed inside a command line are written out, because compressed bytes may differ where their content does not.
"""

from __future__ import annotations

import base64
import gzip
import importlib.util
import json
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import flyte
import flyte.app
import flyte.io
import flyte.models
from flyte import PodTemplate
from flyte._doc import Documentation
from flyte._internal.imagebuild.image_builder import ImageCache
from flyte.extend import AsyncFunctionTaskTemplate, TaskPluginRegistry
from flyte.models import SerializationContext

# What cases may name. A Link is that of an app.
NAMES = {
    **{
        name: getattr(module, name)
        for module in (flyte, flyte.io, flyte.models, flyte.app)
        for name in dir(module)
        if not name.startswith("_")
    },
    "Documentation": Documentation,
    "ImageCache": ImageCache,
    "MOUNT": Path("/etc/flyte/secrets"),
    "UTC": UTC,
    "timedelta": timedelta,
}
COMPRESSED = ("--image-cache", "--parameters")

subject: Any = None


# Functions that tasks are made of


def add(x: int, y: int = 1) -> int:
    return x + y


async def later(x: int) -> str:
    return str(x)


def nothing() -> None: ...


def scheduled(when: datetime, x: int = 1, text: str = "t") -> None: ...


def described(first: str, second: float = 0.5) -> tuple[int, str]:
    """Do something with two values.

    This is a longer text,
    in two lines.

    Args:
        first: The first value.
        second: The second value.

    Returns:
        Something.
    """
    return int(second), first


def collected(items: list[int], names: dict[str, str], more: bool = True) -> list[str]:
    return [*names, *map(str, items)] if more else []


def falsy(number: int = 0, text: str = "", flag: bool = False) -> int:
    return number


def loose(x: int = None, more: str = "m") -> None: ...  # type: ignore[assignment]  # noqa: RUF013


class Statement:
    """The configuration of a plugin whose tasks are statements."""


class Tool:
    """The configuration of a plugin with settings of its own."""


class StatementTask(AsyncFunctionTaskTemplate):  # type: ignore[type-arg, misc]
    def sql(self, sctx: SerializationContext) -> Any:
        from flyteidl2.core.tasks_pb2 import Sql

        return Sql(statement="SELECT 1", dialect=Sql.Dialect.ANSI)


class ToolTask(AsyncFunctionTaskTemplate):  # type: ignore[type-arg, misc]
    def custom_config(self, sctx: SerializationContext) -> dict[str, Any]:
        return {"version": sctx.version, "number": 2, "nested": {"flag": True}}


TaskPluginRegistry.register(Statement, StatementTask)
TaskPluginRegistry.register(Tool, ToolTask)


def pod(*containers: Any, template: dict[str, Any] | None = None, **spec: Any) -> Any:
    """A pod template of the containers given as keyword arguments."""
    from kubernetes import client  # type: ignore[import-not-found, unused-ignore]

    made = [
        client.V1Container(
            **{
                **single,
                "env": (
                    [client.V1EnvVar(**one) for one in single["env"]]
                    if "env" in single
                    else None
                ),
                "ports": (
                    [client.V1ContainerPort(**one) for one in single["ports"]]
                    if "ports" in single
                    else None
                ),
            }
        )
        for single in containers
    ]
    return PodTemplate(
        pod_spec=client.V1PodSpec(containers=made, **spec), **(template or {})
    )


# Serializing


def evaluate(text: str) -> Any:
    """Evaluate an expression as if it stood in this file."""
    return eval(compile(text, __file__, "eval"), {**NAMES, **globals()})


def context(text: str) -> SerializationContext:
    values = {"version": "v1", "root_dir": Path(__file__).parent}
    return SerializationContext(**{**values, **evaluate(f"dict({text})")})


def build(case: dict[str, str]) -> Any:
    """Make the task or app of a case, in a variable of this module."""
    # As if it were declared here, so that it is found by name.
    globals()["subject"] = evaluate(f"{case['kind']}({case['environment']})")
    if case["kind"] != "TaskEnvironment":
        return subject
    decorator = evaluate(f"subject.task({case['task']})")
    return decorator(globals()[case["function"]])


def serializers() -> tuple[Callable[..., Any], Callable[..., Any]]:
    """What makes messages of tasks and of apps in this SDK."""
    if importlib.util.find_spec("flyte.serialization") is None:
        return deploy_task, deploy_app
    from flyte.serialization import app_to_proto, task_to_proto

    return task_to_proto, app_to_proto


def deploy_task(task: Any, context: SerializationContext) -> Any:
    """The steps the published SDK takes before it sends a task."""
    import asyncio

    from flyte._internal.runtime.convert import convert_upload_default_inputs

    from flyte import _deploy
    from flyte._internal.runtime.task_serde import translate_task_to_wire

    defaults = asyncio.run(convert_upload_default_inputs(task.interface))
    spec = translate_task_to_wire(task, context, default_inputs=defaults)
    environment = task.parent_env()
    if environment.description:
        spec.environment.description = environment.description
    spec.documentation.CopyFrom(_deploy._get_documentation_entity(task))
    interface = _deploy._update_interface_inputs_and_outputs_docstring(
        spec.task_template.interface, task.native_interface
    )
    spec.task_template.interface.CopyFrom(interface)
    return spec


def deploy_app(app: Any, context: SerializationContext) -> Any:
    from flyte.app._runtime.app_serde import translate_app_env_to_idl

    return translate_app_env_to_idl(app, context)


def triggers(task: Any, spec: Any, context: SerializationContext) -> list[Any]:
    """The messages of a task's triggers."""
    if not task.triggers:
        return []
    if importlib.util.find_spec("flyte.serialization") is not None:
        from flyte.serialization import environment_to_proto

        return list(environment_to_proto(subject, context)[0].tasks[0].triggers)
    import asyncio

    from flyte._internal.runtime.trigger_serde import to_task_trigger

    inputs, defaults = spec.task_template.interface.inputs, list(spec.default_inputs)
    return [
        asyncio.run(to_task_trigger(one, task.name, inputs, defaults))
        for one in task.triggers
    ]


def write_out(words: Any) -> None:
    """Replace compressed values of a command line by what is in them."""
    for position, word in enumerate(words):
        if position and words[position - 1] in COMPRESSED:
            try:
                content = json.loads(gzip.decompress(base64.b64decode(word)))
            except (OSError, ValueError):
                continue
            words[position] = json.dumps(content, sort_keys=True)


def override_parameters(message: Any, app: Any, case: dict[str, str]) -> None:
    """Replace the command by the one with other parameters than the app's own."""
    overrides = evaluate(case["overrides"])
    words = app.container_cmd(context(case["context"]), parameter_overrides=overrides)
    message.spec.container.command[:] = words


def serialize(case: dict[str, str]) -> dict[str, str]:
    task_to_proto, app_to_proto = serializers()
    try:
        made = build(case)
        is_task = case["kind"] == "TaskEnvironment"
        to_proto = task_to_proto if is_task else app_to_proto
        message = to_proto(made, context(case["context"]))
        if case["overrides"]:
            override_parameters(message, made, case)
        started_by = triggers(made, message, context("")) if is_task else []
    except ModuleNotFoundError as error:
        return {"missing": str(error.name)}
    except ImportError as error:
        return {"missing": str(error)}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}
    if is_task:
        write_out(message.task_template.container.args)
    else:
        write_out(message.spec.container.command)
    return {
        "message": encoded(message),
        **{f"trigger {one.name}": encoded(one) for one in started_by},
    }


def encoded(message: Any) -> str:
    return base64.b64encode(message.SerializeToString()).decode()


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    json.dump([serialize(case) for case in json.load(sys.stdin)], sys.stdout)
