"""Environments: checks, dependencies and copies.

Knows `flyte.Environment`, and keeps the list of all environments of the process. It must not know task environments and
apps, which build on it, nor how anything is serialized. The classes checked for are imported on top: this module is
itself imported only to make an environment.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from flyte._environment import Environment
from flyte._image import Image
from flyte._pod import PodTemplate
from flyte._resources import Resources
from flyte._secret import Secret
from flyte_runtime import checks

if TYPE_CHECKING:
    from flyte._secret import SecretRequest

    EnvironmentType = TypeVar("EnvironmentType", bound=Environment)

_NAME = re.compile(r"[a-z0-9]+([_-][a-z0-9]+)*")

_loaded: list[Environment] = []


# Construction


def initialise_environment(self: Environment) -> None:
    """Check the fields of a plain environment, and add it to the list."""
    check_fields(self)
    check_name(self)
    register(self)


def check_fields(self: Environment) -> None:
    """Check what all environments have in common, except the name; shorten the description."""
    checks.require("name", self.name, str, "a str")
    checks.require("image", self.image, (str, Image), "a str or an Image")
    _check_secrets(self.secrets)
    checks.require_list("depends_on", self.depends_on, Environment, "an Environment")
    checks.require(
        "resources", self.resources, (Resources, type(None)), "a Resources or None"
    )
    checks.require_strings_by_name("env_vars", self.env_vars)
    check_pod_template(self.pod_template)
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


def check_pod_template(pod_template: object) -> None:
    """Insist on a pod template, or the name of one."""
    checks.require(
        "pod_template",
        pod_template,
        (str, PodTemplate, type(None)),
        "a str, a PodTemplate or None",
    )


def register(environment: Environment) -> None:
    """Add an environment to the list; called last, so that a refused one is never in it."""
    _loaded.append(environment)


def list_loaded_environments() -> list[Environment]:
    """List all environments in the order in which they were made."""
    return list(_loaded)


def _check_secrets(secrets: object) -> None:
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


# Dependencies


def add_dependency(self: Environment, *env: Environment) -> None:
    """Add dependencies that are not there yet; add none at all if one of them is refused."""
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
