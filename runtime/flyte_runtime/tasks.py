"""Tasks: what their settings are completed to, how they are called and overridden.

Knows task templates. It must not know how an environment makes tasks, nor how they are serialized or run remotely.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Coroutine
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    ParamSpec,
    TypeGuard,
    TypeVar,
)

from flyte._cache.cache import Cache
from flyte._image import Image
from flyte._retry import RetryStrategy
from flyte_runtime import syncify
from flyte_runtime.images import making

if TYPE_CHECKING:
    from flyteidl2.core.tasks_pb2 import DataLoadingConfig

    from flyte._cache.cache import CacheRequest
    from flyte._link import Link
    from flyte._pod import PodTemplate
    from flyte._resources import Resources
    from flyte._reusable_environment import ReusePolicy
    from flyte._secret import SecretRequest
    from flyte._task import AsyncFunctionTaskTemplate, TaskTemplate
    from flyte._timeout import TimeoutType
    from flyte.models import NativeInterface, SerializationContext

    AnyTask = TaskTemplate[..., Any, Any]
    AnyFunctionTask = AsyncFunctionTaskTemplate[..., Any, Any]
    TaskType = TypeVar("TaskType", bound=AnyTask)

P = ParamSpec("P")
R = TypeVar("R")
F = TypeVar("F", bound=Callable[..., Any])

# Part of what a task is; a copy with another one would be another task.
FIXED = ("name", "image", "docs", "interface")
# What reused containers share, so that no single task can have its own.
SHARED = ("resources", "env_vars", "secrets")


# Construction


def complete(self: AnyTask) -> None:
    """Replace the short forms of settings by the objects they stand for."""
    if self.image == "auto":
        self.image = making.default_image()
    elif isinstance(self.image, str):
        self.image = Image.from_base(self.image)
    if isinstance(self.cache, str):
        self.cache = Cache(behavior=self.cache)
    if isinstance(self.retries, int):
        self.retries = RetryStrategy(count=self.retries)
    if not self.short_name:
        self.short_name = self.name


def complete_function_task(self: AnyFunctionTask) -> None:
    """Complete the settings, and note whether a call of the function returns its result."""
    complete(self)
    if not inspect.iscoroutinefunction(self.func):
        vars(self)["_call_as_synchronous"] = True


def get_state(self: AnyTask) -> dict[str, Any]:
    """Return the state to pickle: all but the weak reference to the environment."""
    return {name: value for name, value in vars(self).items() if name != "parent_env"}


def set_state(self: AnyTask, state: dict[str, Any]) -> None:
    """Restore a pickled state, without an environment."""
    vars(self).update(state, parent_env=None)


# Properties


def native_interface(self: AnyTask) -> NativeInterface:
    """Return the interface of the task."""
    return self.interface


def no_source_file(self: AnyTask) -> str | None:
    """Return None: the task is not made from a function."""
    return None


def source_file(self: AnyFunctionTask) -> str | None:
    """Return the file the function is defined in."""
    code = getattr(self.func, "__code__", None)
    return None if code is None else code.co_filename


# Calls


def call(self: TaskTemplate[P, R, F], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call what the task wraps; an error is wrapped, as it is when a task fails in a run."""
    from flyte.errors import RuntimeSystemError, RuntimeUserError

    try:
        result: R = _finished(self, self.forward(*args, **kwargs))
        return result
    except (RuntimeSystemError, RuntimeUserError):
        raise
    except Exception as error:
        raise RuntimeUserError(type(error).__name__, str(error)) from error


def _finished(task: AnyTask, result: object) -> Any:
    """Wait for the coroutine of a task whose calls return the result itself."""
    if vars(task)["_call_as_synchronous"] and _is_coroutine(result):
        return syncify.block(result)
    return result


def _is_coroutine(value: object) -> TypeGuard[Coroutine[Any, Any, Any]]:
    return isinstance(value, Coroutine)


async def aio(self: TaskTemplate[P, R, F], *args: P.args, **kwargs: P.kwargs) -> Any:
    """Call what the task wraps, and await the result if that is what it takes."""
    result: Any = self.forward(*args, **kwargs)
    return await result if inspect.isawaitable(result) else result


def forward_to_execute(
    self: TaskTemplate[P, R, F], *args: P.args, **kwargs: P.kwargs
) -> R:
    """Execute a task that wraps no function, as its plugin does; the coroutine is the caller's to await."""
    from flyte_runtime import local_values

    execution: Any = self.execute(**local_values.bind(self, args, kwargs))
    result: R = execution
    return result


def forward(
    self: AsyncFunctionTaskTemplate[P, R, F], *args: P.args, **kwargs: P.kwargs
) -> R:
    """Call the function; the coroutine of an asynchronous one is the caller's to await."""
    function: Callable[P, R] = self.func
    return function(*args, **kwargs)


async def no_execution(self: AnyTask, *args: Any, **kwargs: Any) -> Any:
    """Refuse: the task says neither by a plugin nor by a function how it runs."""
    raise NotImplementedError(
        f"{type(self).__name__} does not say how task {self.name!r} is executed; override execute"
    )


async def execute_function(self: AnyFunctionTask, *args: Any, **kwargs: Any) -> Any:
    """Call the function between the hooks, and await the result if that is what it takes."""
    await self.pre(*args, **kwargs)
    result: Any = self.func(*args, **kwargs)
    if inspect.isawaitable(result):
        result = await result
    # For its effects only: many plugins return nothing from it.
    await self.post(result)
    return result


async def pre(self: AnyTask, *args: Any, **kwargs: Any) -> dict[str, Any]:
    """Add nothing to the context of the task."""
    return {}


async def post(self: AnyTask, return_vals: Any) -> Any:
    """Leave the result as it is."""
    return return_vals


# What plugins override


def no_config(self: AnyTask, sctx: SerializationContext) -> dict[str, str]:
    """Return no settings."""
    return {}


def no_container_args(self: AnyTask, sctx: SerializationContext, /) -> list[str]:
    """Return no arguments."""
    return []


def no_data_loading_config(
    self: AnyTask, sctx: SerializationContext
) -> DataLoadingConfig | None:
    """Return None: there is no raw container."""
    return None


def no_sql(self: AnyTask, sctx: SerializationContext) -> str | None:
    """Return None: the task is no statement."""
    return None


# Overrides


def override(
    self: TaskType,
    *,
    short_name: str | None = None,
    resources: Resources | None = None,
    cache: CacheRequest | None = None,
    retries: int | RetryStrategy = 0,
    timeout: TimeoutType | None = None,
    reusable: ReusePolicy | Literal["off"] | None = None,
    env_vars: dict[str, str] | None = None,
    secrets: SecretRequest | None = None,
    max_inline_io_bytes: int | None = None,
    pod_template: str | PodTemplate | None = None,
    queue: str | None = None,
    interruptible: bool | None = None,
    links: tuple[Link, ...] = (),
    **kwargs: Any,
) -> TaskType:
    """Return a copy with other settings; what has the value of its default stays as it is."""
    given: dict[str, Any] = {
        "short_name": short_name,
        "resources": resources,
        "cache": cache,
        "retries": None if retries == 0 else retries,
        "timeout": timeout,
        "env_vars": env_vars,
        "secrets": secrets,
        "max_inline_io_bytes": max_inline_io_bytes,
        "pod_template": pod_template,
        "queue": queue,
        "interruptible": interruptible,
        "links": links or None,
    }
    changes = {name: value for name, value in given.items() if value is not None}
    remaining = self.reusable if reusable is None else reusable
    if remaining == "off":
        remaining = None
    if remaining is not None:
        _refuse_shared(changes)
    _refuse_other_fields(self, kwargs)
    return dataclasses.replace(self, **changes, reusable=remaining, **kwargs)


def _refuse_shared(changes: dict[str, Any]) -> None:
    for name in SHARED:
        if name in changes:
            raise ValueError(
                f"cannot override {name} of a task that reuses containers, they have those of the environment;"
                " pass reusable='off' as well to run the task in a container of its own"
            )


def _refuse_other_fields(task: AnyTask, names: dict[str, Any]) -> None:
    fields = {field.name for field in dataclasses.fields(task) if field.init}
    for name in names:
        if name in FIXED:
            raise ValueError(f"the {name} of a task cannot be overridden")
        if name not in fields:
            raise TypeError(f"{type(task).__name__} has no field {name!r} to override")
