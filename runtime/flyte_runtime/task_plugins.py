"""The registry of task plugins: which task template understands which type of configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_origin

if TYPE_CHECKING:
    from flyte._task import AsyncFunctionTaskTemplate
    from flyte._task_plugins import Registry

    AnyFunctionTask = AsyncFunctionTaskTemplate[..., Any, Any]


def register_plugin(
    self: Registry, config_type: type[Any], plugin: type[AnyFunctionTask]
) -> None:
    """Register the task template for a type of configuration."""
    from flyte._task import AsyncFunctionTaskTemplate

    # A class with type arguments, such as Plugin[..., Any, Any], is not a class to Python.
    template: object = get_origin(plugin) or plugin
    self.plugins[_class("config_type", config_type, object)] = _class(
        "plugin", template, AsyncFunctionTaskTemplate
    )


def _class(name: str, value: object, base: type[Any]) -> type[Any]:
    if not isinstance(value, type):
        raise TypeError(f"{name} must be a class, got {value!r}")
    if not issubclass(value, base):
        raise TypeError(
            f"{name} must derive from {base.__name__}, {value.__name__} does not"
        )
    return value


def find_plugin(self: Registry, config_type: type[Any]) -> type[AnyFunctionTask] | None:
    """Find the task template for a type of configuration."""
    return self.plugins.get(config_type)


def list_plugins(self: Registry) -> list[type[Any]]:
    """List the types of configuration that have a task template."""
    return list(self.plugins)
