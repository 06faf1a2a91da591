"""Parameters of the running app: read from the command line, downloaded, and injected by name.

Knows the serialized form, which `parameters` defines, and signatures of functions. It must not know when the functions
are called.
"""

from __future__ import annotations

import base64
import binascii
import inspect
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from flyte_runtime import checks
from flyte_runtime.serve import storage
from flyte_runtime.serve.failures import Failure

if TYPE_CHECKING:
    from flyte.app._parameter import ParameterTypes, SerializableParameter

# Far above what an operating system accepts as one argument.
_LONGEST_TEXT = 4 * 2**20
_LARGEST_CONTENT = 64 * 2**20
_ANY_KEYWORD = inspect.Parameter.VAR_KEYWORD
_BY_KEYWORD = (
    inspect.Parameter.POSITIONAL_OR_KEYWORD,
    inspect.Parameter.KEYWORD_ONLY,
)


@dataclass(frozen=True)
class Values:
    """The values of all parameters.

    Attributes:
        arguments: The values that functions are called with, by name.
        texts: The same as texts, paths for files and folders.
        variables: The environment variables to set.
    """

    arguments: dict[str, ParameterTypes] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)

    def write(self, file: Path) -> None:
        """Write the texts to the file that `flyte.app.get_parameter` reads."""
        file.write_text(json.dumps(self.texts), encoding="utf-8")

    def bind(self, function: Callable[..., object], role: str) -> dict[str, Any]:
        """Choose the arguments a function takes, all of them for ``**kwargs``."""
        try:
            parameters = inspect.signature(function).parameters.values()
        except ValueError:
            # Some functions written in C do not tell.
            return {}
        if any(parameter.kind is _ANY_KEYWORD for parameter in parameters):
            return dict(self.arguments)
        bound: dict[str, Any] = {}
        for parameter in parameters:
            if parameter.name in self.arguments and parameter.kind in _BY_KEYWORD:
                bound[parameter.name] = self.arguments[parameter.name]
            elif _is_required(parameter):
                raise Failure(self._missing(role, parameter.name))
        return bound

    def _missing(self, role: str, name: str) -> str:
        hint = checks.suggestion(name, self.arguments)
        return (
            f"{role} takes the argument {name!r}, but the app has no such parameter"
            f"{hint and '; ' + hint}"
        )


def _is_required(parameter: inspect.Parameter) -> bool:
    return (
        parameter.default is inspect.Parameter.empty
        and parameter.kind is not inspect.Parameter.VAR_POSITIONAL
    )


def read_values(text: str, folder: Path) -> Values:
    """Decode parameters, and download into the folder what is to be downloaded."""
    values = Values()
    for parameter in decode(text):
        path = _locate(parameter, folder)
        values.texts[parameter.name] = path
        values.arguments[parameter.name] = _argument(parameter, path)
        if parameter.env_var is not None:
            values.variables[parameter.env_var] = path
    return values


def decode(text: str) -> list[SerializableParameter]:
    """Decode parameters of a reasonable size, and check what is in them."""
    from flyte.app._parameter import SerializableParameterCollection

    try:
        _check_size(text)
        collection = SerializableParameterCollection.from_transport(text)
        for parameter in collection.parameters:
            _check(parameter)
    except (TypeError, ValueError) as error:
        raise Failure(f"--parameters: {error}") from error
    return collection.parameters


def _check_size(text: str) -> None:
    if len(text) > _LONGEST_TEXT:
        raise ValueError(f"more than {_LONGEST_TEXT} characters")
    try:
        # A few compressed kilobytes can be gigabytes; one byte more than allowed is enough to know.
        unpacked = zlib.decompressobj(wbits=31).decompress(
            base64.b64decode(text, validate=True), _LARGEST_CONTENT + 1
        )
    except (binascii.Error, zlib.error) as error:
        raise ValueError(f"not a list of serialized parameters: {error}") from error
    if len(unpacked) > _LARGEST_CONTENT:
        raise ValueError(f"more than {_LARGEST_CONTENT} bytes when decompressed")


def _check(parameter: SerializableParameter) -> None:
    from flyte.app._parameter import SerializedParameterType

    checks.require("the name of a parameter", parameter.name, str, "a str")
    where = f"of parameter {parameter.name!r}"
    checks.require(f"the value {where}", parameter.value, str, "a str")
    checks.require_choice(
        f"the type {where}", parameter.type, get_args(SerializedParameterType)
    )
    checks.require(f"download {where}", parameter.download, bool, "a bool")
    optional = (str, type(None))
    checks.require(f"env_var {where}", parameter.env_var, optional, "a str or None")
    checks.require(f"dest {where}", parameter.dest, optional, "a str or None")
    patterns = parameter.ignore_patterns
    checks.require_list(f"ignore_patterns {where}", patterns, str, "a str")


def _locate(parameter: SerializableParameter, folder: Path) -> str:
    """Return the value itself, or the local path of what it was downloaded to."""
    if not parameter.download or parameter.type == "string":
        return parameter.value
    if parameter.type == "file":
        target = folder if parameter.dest is None else Path(parameter.dest)
        return str(storage.fetch_file(parameter.value, target.absolute()))
    # A folder without a place of its own gets one, so that its files do not mix with the code.
    target = folder / parameter.name if parameter.dest is None else Path(parameter.dest)
    return str(
        storage.fetch_folder(
            parameter.value, target.absolute(), parameter.ignore_patterns
        )
    )


def _argument(parameter: SerializableParameter, path: str) -> ParameterTypes:
    from flyte.io import Dir, File

    if parameter.type == "file":
        return File(path=path)
    return Dir(path=path) if parameter.type == "directory" else path
