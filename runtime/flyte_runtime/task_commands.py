"""The command line that loads and runs a task in its container.

Knows how a container finds the function of a task again. It must not know what is in a task's other settings.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flyte._task import AsyncFunctionTaskTemplate
    from flyte.models import CodeBundle, SerializationContext

    AnyFunctionTask = AsyncFunctionTaskTemplate[..., Any, Any]

RESOLVER = "flyte._internal.resolvers.default.DefaultTaskResolver"
INSTALLED = {"site-packages", "dist-packages"}


def container_args(
    self: AnyFunctionTask, serialize_context: SerializationContext
) -> list[str]:
    """Return the command that loads and runs the task in its container."""
    return [
        "a0",
        "--inputs",
        serialize_context.input_path,
        "--outputs-path",
        serialize_context.output_path,
        "--version",
        serialize_context.version,
        "--raw-data-path",
        "{{.rawOutputDataPrefix}}",
        "--checkpoint-path",
        "{{.checkpointOutputPrefix}}",
        "--prev-checkpoint",
        "{{.prevCheckpointPrefix}}",
        "--run-name",
        "{{.runName}}",
        "--name",
        "{{.actionName}}",
        *_image_args(serialize_context),
        *_bundle_args(serialize_context.code_bundle),
        *_resolver_args(self, serialize_context),
    ]


def _image_args(context: SerializationContext) -> list[str]:
    if context.image_cache is None:
        return []
    return ["--image-cache", context.image_cache.to_transport]


def _bundle_args(bundle: CodeBundle | None) -> list[str]:
    if bundle is None:
        return []
    location = ["--tgz", bundle.tgz] if bundle.tgz else ["--pkl", bundle.pkl or ""]
    return [*location, "--dest", bundle.destination or "."]


def _resolver_args(task: AnyFunctionTask, context: SerializationContext) -> list[str]:
    """Say how to find the task, unless the code bundle is the pickled task itself."""
    if context.code_bundle and context.code_bundle.pkl:
        return []
    if not context.root_dir:
        from flyte.errors import RuntimeSystemError

        raise RuntimeSystemError(
            "SerializationError",
            f"task {task.name!r} is found by its module: set root_dir of the serialization context to the folder"
            " that modules are named from",
        )
    module = _module_name(task.func, context.root_dir)
    return [
        "--resolver",
        RESOLVER,
        "mod",
        module,
        "instance",
        task.func.__name__,
    ]


def _module_name(function: Callable[..., Any], root_dir: Path) -> str:
    """Name the function's module as it can be imported with the root folder on the path."""
    module = sys.modules.get(function.__module__)
    file = getattr(module, "__file__", None)
    if module is None or file is None:
        raise ValueError(f"Object {function.__name__} has no module.")
    # Absolute before it is remembered: the working directory may change.
    path, root = os.path.join(os.getcwd(), file), root_dir.absolute()
    if _is_installed(path):
        return module.__name__
    name = _name_below(path, root)
    if name is None:
        raise ValueError(
            f"Object {function.__name__} module file {path} is not relative to source directory {root}"
            " and is not an installed package."
        )
    return name


# A module may hold many tasks.
@lru_cache(maxsize=256)
def _is_installed(file: str) -> bool:
    return not INSTALLED.isdisjoint(Path(file).parts)


@lru_cache(maxsize=256)
def _name_below(file: str, root: Path) -> str | None:
    path = Path(file)
    if not path.is_relative_to(root):
        return None
    return ".".join(path.relative_to(root).with_suffix("").parts)
