"""Environments: checks, dependencies, copies, and the tasks of a task environment.

Knows `flyte.Environment` and `flyte.TaskEnvironment`, and keeps the list of all environments of the process. It must
not know apps, which build on it, nor how anything is serialized.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
import weakref
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeGuard, TypeVar, get_args

from flyte_runtime import checks

if TYPE_CHECKING:
    from datetime import timedelta

    from flyte._cache.cache import CacheRequest
    from flyte._doc import Documentation
    from flyte._environment import Environment
    from flyte._image import Image
    from flyte._link import Link
    from flyte._pod import PodTemplate
    from flyte._resources import Resources
    from flyte._retry import RetryStrategy
    from flyte._secret import SecretRequest
    from flyte._task import AsyncFunctionTaskTemplate, F, P, R, TaskTemplate
    from flyte._task_environment import TaskEnvironment
    from flyte._trigger import Trigger

    EnvironmentType = TypeVar("EnvironmentType", bound=Environment)
    TaskEnvironmentType = TypeVar("TaskEnvironmentType", bound=TaskEnvironment)
    AnyTask = TaskTemplate[..., Any, Any]

_NAME = re.compile(r"[a-z0-9]+([_-][a-z0-9]+)*")

_loaded: list[Environment] = []


# Construction


def initialise_environment(self: Environment) -> None:
    """Check the fields of a plain environment, and add it to the list."""
    check_fields(self)
    check_name(self)
    register(self)


def initialise_task_environment(self: TaskEnvironment) -> None:
    """Check the fields of a task environment, and add it to the list."""
    from flyte._reusable_environment import ReusePolicy

    check_fields(self)
    check_name(self)
    checks.require(
        "reusable", self.reusable, (ReusePolicy, type(None)), "a ReusePolicy or None"
    )
    _check_cache(self.cache)
    checks.require("queue", self.queue, (str, type(None)), "a str or None")
    if self.reusable is not None and self.plugin_config is not None:
        raise ValueError(
            f"environment {self.name!r} cannot have both reusable and plugin_config"
        )
    register(self)


def check_fields(self: Environment) -> None:
    """Check what all environments have in common, except the name; shorten the description."""
    from flyte._environment import Environment
    from flyte._image import Image
    from flyte._pod import PodTemplate
    from flyte._resources import Resources

    checks.require("name", self.name, str, "a str")
    checks.require("image", self.image, (str, Image), "a str or an Image")
    _check_secrets(self.secrets)
    checks.require_list("depends_on", self.depends_on, Environment, "an Environment")
    checks.require(
        "resources", self.resources, (Resources, type(None)), "a Resources or None"
    )
    checks.require_strings_by_name("env_vars", self.env_vars)
    _check_pod_template(self.pod_template, PodTemplate)
    checks.require("description", self.description, (str, type(None)), "a str or None")
    if self.description is not None:
        self.description = checks.shorten_description(self.description)
    for dependency in self.depends_on:
        _refuse_self(self, dependency)


def check_name(self: Environment) -> None:
    """Insist on a name of lower-case words."""
    if not _NAME.fullmatch(self.name):
        raise ValueError(
            f"environment name {self.name!r} must be lower-case letters and digits, "
            "in words joined by '-' or '_', such as 'my-env' or 'my_env'"
        )


def register(environment: Environment) -> None:
    """Add an environment to the list; called last, so that a refused one is never in it."""
    _loaded.append(environment)


def list_loaded_environments() -> list[Environment]:
    """List all environments in the order in which they were made."""
    return list(_loaded)


def _check_secrets(secrets: object) -> None:
    from flyte._secret import Secret

    if checks.is_list(secrets):
        for index, item in enumerate(secrets):
            checks.require(
                f"secrets[{index}]", item, (str, Secret), "a str or a Secret"
            )
    else:
        checks.require(
            "secrets",
            secrets,
            (str, Secret, type(None)),
            "a str, a Secret, a list of these, or None",
        )


def _check_pod_template(pod_template: object, pod_template_class: type) -> None:
    checks.require(
        "pod_template",
        pod_template,
        (str, pod_template_class, type(None)),
        "a str, a PodTemplate or None",
    )


def _check_cache(cache: object) -> None:
    from flyte._cache.cache import Cache, CacheBehavior

    checks.require("cache", cache, (str, Cache), "a str or a Cache")
    if isinstance(cache, str):
        checks.require_choice("cache", cache, get_args(CacheBehavior))


# Dependencies


def add_dependency(self: Environment, *env: Environment) -> None:
    """Add dependencies that are not there yet; add none at all if one of them is refused."""
    from flyte._environment import Environment

    for dependency in env:
        checks.require("a dependency", dependency, Environment, "an Environment")
        _refuse_self(self, dependency)
        _refuse_cycle(self, dependency)
    known = {id(dependency): dependency for dependency in (*self.depends_on, *env)}
    # A new list: the old one may belong to the caller, and serve several environments.
    self.depends_on = list(known.values())


def _refuse_self(environment: Environment, dependency: Environment) -> None:
    if dependency is environment or dependency.name == environment.name:
        raise ValueError(f"environment {environment.name!r} cannot depend on itself")


def _refuse_cycle(environment: Environment, dependency: Environment) -> None:
    path = _find_path(dependency, environment)
    if path is not None:
        cycle = " -> ".join(step.name for step in (environment, *path))
        raise ValueError(
            f"environment {environment.name!r} cannot depend on {dependency.name!r}: "
            f"that closes the cycle {cycle}"
        )


def _find_path(start: Environment, goal: Environment) -> list[Environment] | None:
    """Return the environments from start to goal along dependencies; None when there is no way."""
    reached_from: dict[int, Environment | None] = {id(start): None}
    waiting = [start]
    while waiting:
        current = waiting.pop()
        if current is goal:
            return _walk_back(goal, reached_from)
        for dependency in current.depends_on:
            if id(dependency) not in reached_from:
                reached_from[id(dependency)] = current
                waiting.append(dependency)
    return None


def _walk_back(
    goal: Environment, reached_from: Mapping[int, Environment | None]
) -> list[Environment]:
    path = [goal]
    while (previous := reached_from[id(path[-1])]) is not None:
        path.append(previous)
    return path[::-1]


# Copies


def clone_environment(
    self: EnvironmentType,
    name: str,
    image: str | Image | Literal["auto"] | None = None,
    resources: Resources | None = None,
    env_vars: dict[str, str] | None = None,
    secrets: SecretRequest | None = None,
    depends_on: list[Environment] | None = None,
    description: str | None = None,
    **kwargs: Any,
) -> EnvironmentType:
    """Copy an environment under another name, with some fields replaced."""
    given = {
        "image": image,
        "resources": resources,
        "env_vars": env_vars,
        "secrets": secrets,
        "depends_on": depends_on,
        "description": description,
    }
    return copy_environment(self, name, given, kwargs)


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
    return copy_environment(self, name, given, kwargs)


def copy_environment(
    environment: EnvironmentType,
    name: str,
    given: Mapping[str, object],
    others: Mapping[str, object],
) -> EnvironmentType:
    """Copy an environment of any class, with lists and dicts of its own.

    Of the values given for documented parameters, None means that the field stays. Of the others, None is a value
    where it is the field's default.
    """
    fields = {
        field.name: field for field in dataclasses.fields(environment) if field.init
    }
    _refuse_unknown(others, fields)
    changes: dict[str, Any] = {
        field: _copy_container(getattr(environment, field)) for field in fields
    }
    changes |= {field: value for field, value in given.items() if value is not None}
    changes |= {
        field: value
        for field, value in others.items()
        if value is not None or fields[field].default is None
    }
    return dataclasses.replace(environment, **{**changes, "name": name})


def _refuse_unknown(given: Iterable[str], fields: Iterable[str]) -> None:
    known = set(fields)
    for name in given:
        if name not in known:
            hint = checks.suggestion(name, sorted(known))
            allowed = f"the parameters are {', '.join(sorted(known))}"
            raise TypeError(
                f"clone_with() got an unexpected keyword argument {name!r}; "
                f"{hint or allowed}"
            )


def _copy_container(value: object) -> object:
    if checks.is_list(value):
        return list(value)
    if checks.is_dict(value):
        return dict(value)
    return value


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
    from flyte._link import Link
    from flyte._pod import PodTemplate
    from flyte._trigger import Trigger
    from flyte.models import NativeInterface

    _check_pod_template(pod_template, PodTemplate)
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
    from flyte._task import TaskTemplate

    return isinstance(value, TaskTemplate)


def _template_class(self: TaskEnvironment) -> type[Any]:
    from flyte._task import AsyncFunctionTaskTemplate
    from flyte.extend import TaskPluginRegistry

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
    from flyte._task import TaskTemplate

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
