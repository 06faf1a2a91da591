"""Task environments: checks and copies of them, and the tasks they make of functions.

Knows `flyte.TaskEnvironment` and what a task takes from its environment. It must not know what tasks make of their
settings, nor how anything is serialized. The classes checked for are imported on top: this module is itself imported
only to make an environment.
"""

from __future__ import annotations

import inspect
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, TypeGuard, TypeVar

from flyte._cache.cache import Cache
from flyte._link import Link
from flyte._pod import PodTemplate
from flyte._reusable_environment import ReusePolicy
from flyte._task import AsyncFunctionTaskTemplate, TaskTemplate
from flyte._task_plugins import TaskPluginRegistry
from flyte._trigger import Trigger
from flyte.models import NativeInterface
from flyte_runtime import caching, checks, environments

if TYPE_CHECKING:
    from datetime import timedelta

    from flyte._cache.cache import CacheRequest
    from flyte._doc import Documentation
    from flyte._environment import Environment
    from flyte._image import Image
    from flyte._resources import Resources
    from flyte._retry import RetryStrategy
    from flyte._secret import SecretRequest
    from flyte._task import F, P, R
    from flyte._task_environment import TaskEnvironment

    TaskEnvironmentType = TypeVar("TaskEnvironmentType", bound=TaskEnvironment)
    AnyTask = TaskTemplate[..., Any, Any]


# Construction


def initialise_task_environment(self: TaskEnvironment) -> None:
    """Check the fields of a task environment, and add it to the list."""
    environments.check_fields(self)
    environments.check_name(self)
    checks.require(
        "reusable", self.reusable, (ReusePolicy, type(None)), "a ReusePolicy or None"
    )
    _check_cache(self.cache)
    checks.require("queue", self.queue, (str, type(None)), "a str or None")
    if self.reusable is not None and self.plugin_config is not None:
        raise ValueError(
            f"environment {self.name!r} cannot have both reusable and plugin_config"
        )
    environments.register(self)


def _check_cache(cache: object) -> None:
    checks.require("cache", cache, (str, Cache), "a str or a Cache")
    if isinstance(cache, str):
        checks.require_choice("cache", cache, caching.BEHAVIORS)


# Copies


def clone_task_environment(
    self: TaskEnvironmentType,
    name: str,
    image: str | Image | Literal["auto"] | None = None,
    resources: Resources | None = None,
    env_vars: dict[str, str] | None = None,
    secrets: SecretRequest | None = None,
    depends_on: list[Environment] | None = None,
    description: str | None = None,
    interruptible: bool | None = None,
    **kwargs: Any,
) -> TaskEnvironmentType:
    """Copy a task environment under another name, without its tasks."""
    given = {
        "image": image,
        "resources": resources,
        "env_vars": env_vars,
        "secrets": secrets,
        "depends_on": depends_on,
        "description": description,
        "interruptible": interruptible,
    }
    return environments.copy_environment(self, name, given, kwargs)


# Tasks


def tasks(self: TaskEnvironment) -> dict[str, AnyTask]:
    """Return the tasks by full name."""
    declared: dict[str, AnyTask] = vars(self)["_tasks"]
    return declared


def task(
    self: TaskEnvironment,
    _func: F | None = None,
    *,
    short_name: str | None = None,
    cache: CacheRequest | None = None,
    retries: int | RetryStrategy = 0,
    timeout: timedelta | int = 0,
    docs: Documentation | None = None,
    pod_template: str | PodTemplate | None = None,
    report: bool = False,
    interruptible: bool | None = None,
    max_inline_io_bytes: int = 10485760,
    queue: str | None = None,
    triggers: tuple[Trigger, ...] | Trigger = (),
    links: tuple[Link, ...] | Link = (),
) -> (
    Callable[[F], AsyncFunctionTaskTemplate[P, R, F]]
    | AsyncFunctionTaskTemplate[P, R, F]
):
    """Make a task of a function, or return the decorator that does."""
    environments.check_pod_template(pod_template)
    if pod_template is not None and self.reusable is not None:
        raise ValueError(
            f"a task of environment {self.name!r} cannot have a pod_template, "
            "because the environment is reusable"
        )
    if cache is not None:
        _check_cache(cache)
    all_triggers = _as_tuple("triggers", triggers, Trigger, "a Trigger")
    all_links = _as_tuple("links", links, Link, "a flyte.Link")

    def decorate(func: F) -> AsyncFunctionTaskTemplate[P, R, F]:
        function_name = _check_function(self, func)
        template_class: type[AsyncFunctionTaskTemplate[P, R, F]] = _template_class(self)
        template = template_class(
            func=func,
            name=f"{self.name}.{function_name}",
            image=self.image,
            resources=self.resources,
            cache=self.cache if cache is None else cache,
            retries=retries,
            timeout=timeout,
            reusable=self.reusable,
            docs=docs,
            env_vars=self.env_vars,
            secrets=self.secrets,
            pod_template=self.pod_template if pod_template is None else pod_template,
            parent_env=weakref.ref(self),
            parent_env_name=self.name,
            interface=NativeInterface.from_callable(func),
            report=report,
            short_name=short_name or function_name,
            plugin_config=self.plugin_config,
            max_inline_io_bytes=max_inline_io_bytes,
            queue=self.queue if queue is None else queue,
            interruptible=(
                self.interruptible if interruptible is None else interruptible
            ),
            triggers=all_triggers,
            links=all_links,
        )
        self.tasks[template.name] = template
        return template

    return decorate if _func is None else decorate(_func)


def _as_tuple(field: str, value: object, item: type, wanted: str) -> tuple[Any, ...]:
    if checks.is_list(value):
        items = tuple(value)
    else:
        items = value if checks.is_tuple(value) else (value,)
    for element in items:
        checks.require(field, element, item, f"{wanted} or a tuple of these")
    return items


def _check_function(self: TaskEnvironment, func: object) -> str:
    if _is_task(func):
        raise TypeError(f"{func.name!r} is a task already")
    name = getattr(func, "__name__", None)
    if not callable(func) or not isinstance(name, str):
        raise TypeError(f"a task is made of a function, got {checks.describe(func)}")
    if (
        self.reusable is not None
        and self.reusable.concurrency > 1
        and not inspect.iscoroutinefunction(func)
    ):
        raise ValueError(
            f"{name!r} must be an async function, because environment {self.name!r} "
            f"runs {self.reusable.concurrency} tasks at a time in one container; "
            "write it with async def, or set the concurrency of reusable to 1"
        )
    return name


def _is_task(value: object) -> TypeGuard[AnyTask]:
    return isinstance(value, TaskTemplate)


def _template_class(self: TaskEnvironment) -> type[Any]:
    config: object = self.plugin_config
    if config is None:
        return AsyncFunctionTaskTemplate
    config_type = type(config)
    plugin: type[Any] | None = TaskPluginRegistry.find(config_type)
    if plugin is None:
        raise ValueError(
            f"no task plugin is registered for {config_type.__name__}, the type of "
            f"plugin_config in environment {self.name!r}; "
            "register one with flyte.extend.TaskPluginRegistry.register"
        )
    return plugin


def from_task(
    cls: type[TaskEnvironmentType], name: str, *tasks: AnyTask
) -> TaskEnvironmentType:
    """Make an environment of tasks that belong to none."""
    for task in tasks:
        checks.require("a task", task, TaskTemplate, "a TaskTemplate")
        owner = task.parent_env() if task.parent_env is not None else None
        if owner is not None:
            raise ValueError(
                f"task {task.name!r} belongs to environment {owner.name!r} already"
            )
    images = {task.image for task in tasks}
    if len(images) > 1:
        raise ValueError(
            f"the tasks of environment {name!r} must have the same image, "
            f"got {len(images)} different ones"
        )
    by_name = {task.name: task for task in tasks}
    for task in tasks:
        if by_name[task.name] is not task:
            raise ValueError(f"two tasks have the name {task.name!r}")
    environment = cls(name, image=images.pop() if images else "auto")
    environment.tasks.update(by_name)
    for task in tasks:
        task.parent_env = weakref.ref(environment)
        task.parent_env_name = name
    return environment
