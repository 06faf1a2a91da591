"""Parameters of apps: values known now or later, and the form they travel in to the running app.

Knows `flyte.app._parameter`. It must not know environments. The serialized form is read by the program that serves the
app, so field names, their order and the compression are part of a protocol.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import gzip
import io
import json
import os
import re
import zlib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from flyte_runtime import checks

if TYPE_CHECKING:
    from flyte.app._parameter import (
        AppEndpoint,
        DelayedValue,
        Parameter,
        ParameterTypes,
        RunOutput,
        SerializableParameter,
        SerializableParameterCollection,
        SerializedParameterType,
    )

    SerializableType = TypeVar("SerializableType", bound=SerializableParameter)
    CollectionType = TypeVar("CollectionType", bound=SerializableParameterCollection)

# The name, unusual as it is, of the environment variable that holds the path of the values.
VALUES_FILE = "flyte-parameters.json"

_VARIABLE = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*")


# Declared values


def check_parameter(self: Parameter) -> None:
    """Check name, value, variable and patterns."""
    from flyte.app._parameter import AppEndpoint, RunOutput
    from flyte.io import Dir, File

    checks.require("the name of a parameter", self.name, str, "a str")
    if not self.name:
        raise ValueError("the name of a parameter must not be empty")
    checks.require(
        f"the value of parameter {self.name!r}",
        self.value,
        (str, File, Dir, RunOutput, AppEndpoint),
        "a str, a File, a Dir, a RunOutput or an AppEndpoint",
    )
    checks.require("env_var", self.env_var, (str, type(None)), "a str or None")
    if self.env_var is not None and not _VARIABLE.fullmatch(self.env_var):
        raise ValueError(
            f"env_var {self.env_var!r} is not a name that shells accept: letters, "
            "digits and '_', not beginning with a digit"
        )
    checks.require("mount", self.mount, (str, type(None)), "a str or None")
    checks.require_list("ignore_patterns", self.ignore_patterns, str, "a str")


def initialise_run_output(self: RunOutput) -> None:
    """Insist on one way to name the run, and bring the type into its serialized form."""
    from flyte.app._parameter import AutoVersioning

    self.type = _as_serialized_type(self.type)
    if (self.run_name is None) == (self.task_name is None):
        raise ValueError(
            "a RunOutput needs either run_name or task_name, "
            f"got {'neither' if self.run_name is None else 'both'}"
        )
    if self.task_auto_version is not None:
        checks.require_choice(
            "task_auto_version", self.task_auto_version, get_args(AutoVersioning)
        )
    self.getter = tuple(self.getter)


def initialise_app_endpoint(self: AppEndpoint) -> None:
    """Insist on the name of an app, and on the one type an address has."""
    self.type = _as_serialized_type(self.type)
    if self.type != "string":
        raise ValueError(f"the type of an AppEndpoint is 'string', got {self.type!r}")
    checks.require("app_name", self.app_name, str, "a str")
    if not self.app_name:
        raise ValueError("app_name must not be empty")


def _as_serialized_type(value: object) -> SerializedParameterType:
    from flyte.app._parameter import SerializedParameterType
    from flyte.io import Dir, File

    names: dict[object, SerializedParameterType] = {
        str: "string",
        File: "file",
        Dir: "directory",
        **{name: name for name in get_args(SerializedParameterType)},
    }
    # Types may be unhashable in theory; what is not hashable is not a known one either.
    if not isinstance(value, (str, type)) or value not in names:
        checks.require_choice("type", value, get_args(SerializedParameterType))
    return names[value]


# Values known later


async def get_value(self: DelayedValue) -> ParameterTypes:
    """Find the value, and insist on one that a parameter can have."""
    from flyte.io import Dir, File

    value = await self.materialize()
    checks.require(
        "a parameter's value", value, (str, File, Dir), "a str, a File or a Dir"
    )
    return value


async def fetch_run_output(self: RunOutput) -> ParameterTypes:
    """Say what is missing to fetch outputs of runs."""
    source = (
        f"run {self.run_name!r}"
        if self.run_name is not None
        else f"task {self.task_name!r}"
    )
    raise NotImplementedError(
        f"an output of {source} cannot be fetched: that needs the remote client, "
        "which is not part of this SDK"
    )


async def find_endpoint(self: AppEndpoint) -> str:
    """Build the address within the cluster; say what is missing to find a public one."""
    from flyte_runtime.apps import ENDPOINT_PATTERN, address_of

    if self.public:
        raise NotImplementedError(
            f"the public endpoint of app {self.app_name!r} cannot be found: that needs "
            "the remote client, which is not part of this SDK"
        )
    pattern = os.environ.get(ENDPOINT_PATTERN)
    if pattern is None:
        raise ValueError(
            f"the endpoint of app {self.app_name!r} is not known: the environment "
            f"variable {ENDPOINT_PATTERN} is not set"
        )
    return address_of(self.app_name, pattern)


# Serialized form


def from_parameter(cls: type[SerializableType], param: Parameter) -> SerializableType:
    """Bring one parameter into the form that travels."""
    from flyte.app._parameter import DelayedValue
    from flyte.io import File

    value: str
    kind: SerializedParameterType
    if isinstance(param.value, str):
        value, kind = param.value, "string"
    elif isinstance(param.value, DelayedValue):
        value, kind = _to_json(param.value), _as_serialized_type(param.value.type)
    else:
        value = param.value.path
        kind = "file" if isinstance(param.value, File) else "directory"
    is_plain_text = isinstance(param.value, str)
    return cls(
        name=param.name,
        value=value,
        type=kind,
        download=not is_plain_text and (param.download or param.mount is not None),
        env_var=param.env_var,
        dest=param.mount,
        ignore_patterns=list(param.ignore_patterns),
    )


def from_parameters(
    cls: type[CollectionType], parameters: list[Parameter]
) -> CollectionType:
    """Bring parameters into the form that travels."""
    from flyte.app._parameter import SerializableParameter

    return cls(
        parameters=[SerializableParameter.from_parameter(item) for item in parameters]
    )


def to_transport(self: SerializableParameterCollection) -> str:
    """Write the parameters as gzip-compressed JSON in base64."""
    buffer = io.BytesIO()
    # Not gzip.compress, whose header depends on the platform and the version of Python.
    with gzip.GzipFile(mode="wb", fileobj=buffer, mtime=0) as compressed:
        compressed.write(_to_json(self).encode())
    return base64.b64encode(buffer.getvalue()).decode()


def from_transport(cls: type[CollectionType], s: str) -> CollectionType:
    """Read what to_transport wrote."""
    from flyte.app._parameter import SerializableParameter

    try:
        content: Any = json.loads(gzip.decompress(base64.b64decode(s, validate=True)))
        return cls(
            parameters=[SerializableParameter(**item) for item in content["parameters"]]
        )
    except (
        binascii.Error,
        EOFError,
        KeyError,
        OSError,
        TypeError,
        ValueError,
        zlib.error,
    ) as error:
        raise ValueError(f"not a list of serialized parameters: {error}") from error


def _to_json(value: DelayedValue | SerializableParameterCollection) -> str:
    return json.dumps(
        dataclasses.asdict(value), separators=(",", ":"), ensure_ascii=False
    )


# Within the running app


def get_parameter(name: str) -> str:
    """Return the value of one parameter."""
    file = os.environ.get(VALUES_FILE)
    if file is None:
        raise ValueError(
            f"parameter {name!r} is not available: the environment variable "
            f"{VALUES_FILE}, which names the file of the values, is not set"
        )
    values = _read_values(file)
    if name not in values:
        hint = checks.suggestion(name, values)
        known = (
            f"the parameters are {', '.join(sorted(values))}"
            if values
            else "there are none"
        )
        raise KeyError(f"no parameter is called {name!r}; {hint or known}")
    return values[name]


@lru_cache(maxsize=1)
def _read_values(file: str) -> dict[str, str]:
    try:
        content: object = json.loads(Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(
            f"the values of the parameters cannot be read: {error}"
        ) from error
    if not checks.is_dict(content):
        raise ValueError(f"{file} does not hold the values of parameters by name")
    return {str(name): str(value) for name, value in content.items()}
