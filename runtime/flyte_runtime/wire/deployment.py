"""Whole environments on the wire, each after the ones it depends on, and the two forms messages are written in.

Knows the order of dependencies and which kind of environment becomes what. It must not know the messages themselves.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flyte_runtime.wire import apps as wire_apps
from flyte_runtime.wire import tasks as wire_tasks
from flyte_runtime.wire import triggers as wire_triggers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from google.protobuf.message import Message

    from flyte._environment import Environment
    from flyte._task import TaskTemplate
    from flyte.models import SerializationContext
    from flyte.serialization import EnvironmentSpec, TaskDeployment


def environment_to_proto(
    environment: Environment, context: SerializationContext
) -> tuple[EnvironmentSpec, ...]:
    """Serialize an environment and everything it depends on."""
    return tuple(_serialize(one, context) for one in deployment_order(environment))


def _serialize(
    environment: Environment, context: SerializationContext
) -> EnvironmentSpec:
    from flyte._task_environment import TaskEnvironment
    from flyte.app._app_environment import AppEnvironment
    from flyte.serialization import EnvironmentSpec

    tasks: tuple[TaskDeployment, ...] = ()
    if isinstance(environment, TaskEnvironment):
        tasks = tuple(_task(task, context) for task in environment.tasks.values())
    app = None
    if isinstance(environment, AppEnvironment):
        app = wire_apps.app_to_proto(environment, context)
    return EnvironmentSpec(
        name=environment.name,
        depends_on=tuple(one.name for one in environment.depends_on),
        tasks=tasks,
        app=app,
    )


def _task(
    task: TaskTemplate[..., Any, Any], context: SerializationContext
) -> TaskDeployment:
    from flyte.serialization import TaskDeployment

    spec = wire_tasks.task_to_proto(task, context)
    return TaskDeployment(
        spec=spec,
        triggers=tuple(
            wire_triggers.trigger_to_proto(trigger, spec, task.native_interface)
            for trigger in task.triggers
        ),
    )


# Order


def deployment_order(environment: Environment) -> list[Environment]:
    """List an environment after all it depends on, each once, without recursion."""
    done: dict[str, Environment] = {}
    path: dict[int, Environment] = {id(environment): environment}
    waiting: list[tuple[Environment, Iterator[Environment]]] = [
        (environment, iter(environment.depends_on))
    ]
    while waiting:
        current, dependencies = waiting[-1]
        dependency = next(dependencies, None)
        if dependency is None:
            waiting.pop()
            del path[id(current)]
            _add(done, current)
        elif id(dependency) in path:
            raise ValueError(_cycle(list(path.values()), dependency))
        elif done.get(dependency.name) is not dependency:
            path[id(dependency)] = dependency
            waiting.append((dependency, iter(dependency.depends_on)))
    return list(done.values())


def _add(done: dict[str, Environment], environment: Environment) -> None:
    if environment.name in done:
        raise ValueError(
            f"two different environments have the name {environment.name!r}"
        )
    done[environment.name] = environment


def _cycle(path: list[Environment], closing: Environment) -> str:
    start = next(index for index, one in enumerate(path) if one is closing)
    names = [one.name for one in (*path[start:], closing)]
    return f"environments depend on each other in a cycle: {' -> '.join(names)}"


# Texts


def to_bytes(message: Message) -> bytes:
    """Write maps in the order of their keys."""
    return message.SerializeToString(deterministic=True)


def to_json(message: Message | EnvironmentSpec) -> str:
    """Write a message, or all messages of an environment."""
    from flyte.serialization import EnvironmentSpec

    content = (
        _environment_content(message)
        if isinstance(message, EnvironmentSpec)
        else _content(message)
    )
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False)


def _environment_content(environment: EnvironmentSpec) -> dict[str, Any]:
    app = environment.app
    return {
        "name": environment.name,
        "dependsOn": list(environment.depends_on),
        "tasks": [
            {
                "spec": _content(task.spec),
                "triggers": [_content(trigger) for trigger in task.triggers],
            }
            for task in environment.tasks
        ],
        **({} if app is None else {"app": _content(app)}),
    }


def _content(message: Message) -> dict[str, Any]:
    from google.protobuf import json_format

    content: dict[str, Any] = json_format.MessageToDict(message)
    return content
