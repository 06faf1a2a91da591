"""Connectors: the registry, the secrets of their tasks, and the phases of a job.

Knows which connector serves which task type. It must not know gRPC or how a connector talks to its own service: the
service is in `service/`, local execution in `local_jobs`, the metadata of jobs in `resource_meta`.
"""

from __future__ import annotations

import difflib
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from flyteidl2.connector.connector_pb2 import Connector
    from flyteidl2.core.execution_pb2 import TaskExecution

    from flyte._secret import Secret
    from flyte.connectors._connector import (
        AsyncConnector,
        ConnectorSecretsMixin,
    )


class Category(NamedTuple):
    """What a connector serves."""

    name: str
    version: int


# Keyed by task type and version, in the order of registration. A connector's categories are derived from it, so that a
# connector that takes another's place takes it everywhere. Other threads may register while one reads: readers take a
# copy first.
_registered: dict[Category, AsyncConnector] = {}

# What operations of connectors are given besides secrets and settings, which have names of their own.
RESERVED = (
    "self",
    "task_template",
    "output_prefix",
    "inputs",
    "task_execution_metadata",
    "resource_meta",
)

# What services call the states of a job, in lower case.
FAILED = ("failed", "timeout", "timedout", "canceled", "cancelled", "skipped")
RETRYABLE = ("internal_error",)
SUCCEEDED = ("done", "succeeded", "success", "completed")
RUNNING = ("running", "terminating")
STARTING = ("pending",)


# The registry


def register(connector: AsyncConnector, override: bool = False) -> None:
    """Let a connector serve its task type and version."""
    category = _category_of(connector)
    if category in _registered and not override:
        raise ValueError(
            f"a connector for task type {_described(category)} is registered already:"
            f" {_registered[category].name!r}; pass override=True to replace it"
        )
    _registered[category] = connector


def get_connector(task_type_name: str, task_type_version: int = 0) -> AsyncConnector:
    """Find the connector for a task type and version."""
    category = Category(task_type_name, task_type_version)
    connector = _registered.get(category)
    if connector is None:
        from flyte.connectors._connector import FlyteConnectorNotFound

        raise FlyteConnectorNotFound(
            f"no connector is registered for task type {_described(category)}; {_advice(category)}"
        )
    return connector


def is_served(task_type_name: str) -> bool:
    """Tell whether a connector serves any version of a task type."""
    return any(category.name == task_type_name for category in list(_registered))


def list_connectors() -> list[Connector]:
    """Describe each registered connector with the task categories it serves, as the service reports them."""
    from flyteidl2.connector.connector_pb2 import Connector, TaskCategory

    categories: dict[str, list[TaskCategory]] = {}
    for category, connector in list(_registered.items()):
        categories.setdefault(connector.name, []).append(
            TaskCategory(name=category.name, version=category.version)
        )
    return [
        Connector(name=name, supported_task_categories=served)
        for name, served in categories.items()
    ]


def get_connector_metadata(name: str) -> Connector:
    """Describe the connectors registered under a name."""
    from flyte.connectors._connector import FlyteConnectorNotFound

    described = {connector.name: connector for connector in list_connectors()}
    if name not in described:
        known = ", ".join(map(repr, described)) or "none"
        raise FlyteConnectorNotFound(
            f"no connector is registered under the name {name!r}; registered: {known}"
        )
    return described[name]


def _category_of(connector: object) -> Category:
    from flyte.connectors._connector import AsyncConnector

    if isinstance(connector, type):
        raise TypeError(
            f"register an instance of {connector.__name__}, not the class: {connector.__name__}()"
        )
    if not isinstance(connector, AsyncConnector):
        raise TypeError(
            f"a connector must derive from AsyncConnector, got {type(connector).__name__}"
        )
    name: object = getattr(connector, "task_type_name", None)
    if not isinstance(name, str) or not name:
        raise ValueError(
            f"{type(connector).__name__} must set task_type_name to the task type it serves"
        )
    version: object = getattr(connector, "task_type_version", None)
    if type(version) is not int or version < 0:
        raise ValueError(
            f"{type(connector).__name__}.task_type_version must be an integer from 0, got {version!r}"
        )
    return Category(name, version)


def _described(category: Category) -> str:
    return f"{category.name!r} version {category.version}"


def _advice(missing: Category) -> str:
    """Say what is registered that may have been meant: other versions, similar names, else everything."""
    if not _registered:
        return "none is registered at all"
    versions = [
        str(category.version)
        for category in list(_registered)
        if category.name == missing.name
    ]
    if versions:
        return f"registered for this type: version {', '.join(versions)}"
    names = dict.fromkeys(category.name for category in list(_registered))
    similar = difflib.get_close_matches(missing.name, names, n=1)
    meant = f"did you mean {similar[0]!r}? " if similar else ""
    return f"{meant}registered: {', '.join(map(repr, names))}"


# Secrets of tasks


def keep_secrets(self: ConnectorSecretsMixin, secrets: dict[str, str]) -> None:
    """Keep the environment variable for each key."""
    vars(self)["_secrets"] = dict(secrets)


def secrets(self: ConnectorSecretsMixin) -> list[Secret]:
    """Request each secret under its environment variable."""
    from flyte._secret import Secret

    kept: dict[str, str] = vars(self)["_secrets"]
    return [Secret(key=key, as_env_var=variable) for key, variable in kept.items()]


# Phases


def convert_to_flyte_phase(state: str) -> TaskExecution.Phase:
    """Translate the state an external service reports."""
    phases = _phases()
    phase = phases.get(state.lower())
    if phase is None:
        raise ValueError(f"unrecognized state {state!r}; known: {', '.join(phases)}")
    return phase


@cache
def _phases() -> dict[str, TaskExecution.Phase]:
    from flyteidl2.core.execution_pb2 import TaskExecution

    return {
        **dict.fromkeys(STARTING, TaskExecution.INITIALIZING),
        **dict.fromkeys(RUNNING, TaskExecution.RUNNING),
        **dict.fromkeys(SUCCEEDED, TaskExecution.SUCCEEDED),
        **dict.fromkeys(FAILED, TaskExecution.FAILED),
        **dict.fromkeys(RETRYABLE, TaskExecution.RETRYABLE_FAILED),
    }


def is_terminal_phase(phase: TaskExecution.Phase) -> bool:
    """Tell whether a job in this phase has come to its end; a failure that may be retried is one, too."""
    from flyteidl2.core.execution_pb2 import TaskExecution

    return phase in (
        TaskExecution.SUCCEEDED,
        TaskExecution.ABORTED,
        TaskExecution.FAILED,
        TaskExecution.RETRYABLE_FAILED,
    )
