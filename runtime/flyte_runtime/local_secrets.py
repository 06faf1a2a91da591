"""The secrets of a task that is executed on this machine: where they come from, and how they are kept out of texts.

Knows the environment variables a serialized task names. It must not know connectors beyond the arguments they take.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeGuard

from google.protobuf.json_format import MessageToDict

from flyte_runtime.connectors import RESERVED
from flyte_runtime.logs import logger
from flyte_runtime.redaction import protect, redactor

if TYPE_CHECKING:
    from flyteidl2.core.tasks_pb2 import TaskTemplate


def resolve(template: TaskTemplate) -> dict[str, str]:
    """Read the secrets a task's configuration lists, an environment variable for each argument of the connector.

    From then on they are kept out of what the logger of the SDK writes, the records of connectors included.
    """
    task = f"task {template.id.name!r}"
    listed = MessageToDict(template.custom).get("secrets", {})
    if not _is_mapping(listed):
        raise ValueError(
            f"{task}: secrets must map arguments to environment variables, got {type(listed).__name__}"
        )
    secrets = {
        argument: _read(task, argument, variable)
        for argument, variable in listed.items()
    }
    if secrets:
        redactor.learn(secrets.values())
        protect(logger)
    return secrets


def _read(task: str, argument: str, variable: object) -> str:
    if argument in RESERVED:
        raise ValueError(
            f"{task}: a secret cannot be called {argument!r}, which connectors are given anyway"
        )
    if not isinstance(variable, str) or not variable:
        raise ValueError(
            f"{task}: secret {argument!r} must name an environment variable"
        )
    if variable not in os.environ:
        raise ValueError(
            f"{task}: secret {argument!r} is read from environment variable {variable}, which is not set"
        )
    return os.environ[variable]


def cause(error: BaseException) -> BaseException | None:
    """Return the error as the cause of another one, or None when a secret would be printed with it."""
    text = "".join(traceback.format_exception(error))
    return error if redactor.redact(text) == text else None


def _is_mapping(value: object) -> TypeGuard[Mapping[str, Any]]:
    return isinstance(value, Mapping)
