"""App and connector environments: checks, hooks, and the command line their container runs.

Knows `flyte.app` except the values of parameters, which `parameters` handles. It must not know how an app is
serialized or served.
"""

from __future__ import annotations

import inspect
import os
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from flyte.app._parameter import Parameter, SerializableParameterCollection
from flyte.app._types import INVALID_APP_PORTS, Domain, Link, Port, Scaling
from flyte_runtime import checks, environments, locations

if TYPE_CHECKING:
    from flyte._environment import Environment
    from flyte._image import Image
    from flyte._resources import Resources
    from flyte._secret import SecretRequest
    from flyte.app._app_environment import AppEnvironment, Hook
    from flyte.app._connector_environment import ConnectorEnvironment
    from flyte.models import CodeBundle, SerializationContext

    AppType = TypeVar("AppType", bound=AppEnvironment)

ENDPOINT_PATTERN = "INTERNAL_APP_ENDPOINT_PATTERN"

_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_LONGEST_NAME = 63
_LARGEST_PORT = 65535
_HOOKS = ("_server", "_on_startup", "_on_shutdown")
# Part of the wire format: backends pass it on to the program that serves the app.
_RESOLVER = "flyte._internal.resolvers.app_env.AppEnvResolver"
_OWN_PACKAGES = ("flyte", "flyte_runtime", "dataclasses")


# Construction


def initialise_app(self: AppEnvironment) -> None:
    """Check the fields of an app, bring its port into one form, and add it to the list of environments."""
    environments.check_fields(self)
    _check_name(self.name)
    _check_fields(self)
    self.port = _as_port(self)
    vars(self)["_app_filename"] = _calling_file()
    environments.register(self)


def _check_name(name: str) -> None:
    if len(name) > _LONGEST_NAME:
        raise ValueError(
            f"app name {name!r} has {len(name)} characters; "
            f"at most {_LONGEST_NAME} are allowed"
        )
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"app name {name!r} must be lower-case letters, digits and '-', "
            "beginning and ending with a letter or digit"
        )


def _check_fields(self: AppEnvironment) -> None:
    checks.require("type", self.type, (str, type(None)), "a str or None")
    _check_words("args", self.args)
    _check_words("command", self.command)
    checks.require("scaling", self.scaling, Scaling, "a Scaling")
    checks.require("domain", self.domain, (Domain, type(None)), "a Domain or None")
    checks.require_list("links", self.links, Link, "a flyte.app.Link")
    checks.require_list("include", self.include, str, "a str")
    checks.require_list("parameters", self.parameters, Parameter, "a Parameter")
    checks.require("cluster_pool", self.cluster_pool, str, "a str")


def _check_words(field: str, words: object) -> None:
    if checks.is_list(words):
        checks.require_list(field, words, str, "a str")
    else:
        checks.require(field, words, (str, type(None)), "a str, a list of str or None")


def _calling_file() -> str:
    """Return the file of the code that made the environment; empty when there is none, as in a console."""
    frame = inspect.currentframe()
    while frame is not None:
        package = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        filename = frame.f_code.co_filename
        # The constructors of dataclasses, and consoles, have no file: "<string>", "<stdin>".
        if package not in _OWN_PACKAGES and not filename.startswith("<"):
            return filename
        frame = frame.f_back
    return ""


# Values


def check_port(self: Port) -> None:
    """Refuse what is not a port, and the ports the platform needs."""
    number = checks.require_integer("port", self.port, least=1)
    if number > _LARGEST_PORT:
        raise ValueError(f"port must be at most {_LARGEST_PORT}, got {number}")
    if number in INVALID_APP_PORTS:
        reserved = ", ".join(str(port) for port in INVALID_APP_PORTS)
        raise ValueError(
            f"port {number} is reserved; the platform needs the ports {reserved}"
        )
    checks.require("the name of a port", self.name, (str, type(None)), "a str or None")


def check_link(self: Link) -> None:
    """Insist on texts; an empty path is the app's own address."""
    checks.require("the path of a link", self.path, str, "a str")
    checks.require("the title of a link", self.title, str, "a str")


def check_domain(self: Domain) -> None:
    """Insist on names; which ones are free is for the platform to say."""
    checks.require("subdomain", self.subdomain, (str, type(None)), "a str or None")
    checks.require(
        "custom_domain", self.custom_domain, (str, type(None)), "a str or None"
    )


def check_concurrency(self: Scaling.Concurrency) -> None:
    """Insist on at least one request at a time."""
    checks.require_integer("the value of Concurrency", self.val, least=1)


def check_request_rate(self: Scaling.RequestRate) -> None:
    """Insist on at least one request per second."""
    checks.require_integer("the value of RequestRate", self.val, least=1)


def initialise_scaling(self: Scaling) -> None:
    """Check the values; bring replicas into a pair and the duration into a timedelta."""
    self.replicas = _as_replicas(self.replicas)
    checks.require(
        "metric",
        self.metric,
        (Scaling.Concurrency, Scaling.RequestRate, type(None)),
        "a Scaling.Concurrency, a Scaling.RequestRate or None",
    )
    if self.scaledown_after is not None:
        self.scaledown_after = checks.require_duration(
            "scaledown_after", self.scaledown_after
        )


def get_replicas(self: Scaling) -> tuple[int, int]:
    """Return the least and the largest number of replicas, also when a bare number was assigned later."""
    if isinstance(self.replicas, tuple):
        return self.replicas
    return _as_replicas(self.replicas)


def _as_replicas(replicas: object) -> tuple[int, int]:
    if not checks.is_tuple(replicas):
        number = checks.require_integer("replicas", replicas, least=0)
        return number, number
    if len(replicas) != 2:
        raise ValueError(
            "replicas must be an int or a pair of the least and the largest number, "
            f"got {checks.describe(replicas)}"
        )
    least = checks.require_integer("the least number of replicas", replicas[0], least=0)
    most = checks.require_integer(
        "the largest number of replicas", replicas[1], least=max(least, 1)
    )
    return least, most


# Port and address


def get_port(self: AppEnvironment) -> Port:
    """Return the port in its full form, also when a bare number was assigned later."""
    self.port = _as_port(self)
    return self.port


def _as_port(self: AppEnvironment) -> Port:
    """Give a bare number the protocol that the class's default port has."""
    if isinstance(self.port, Port):
        return self.port
    default: int | Port = type(self).port
    return Port(self.port, default.name if isinstance(default, Port) else None)


def endpoint(self: AppEnvironment) -> str:
    """Return the address of the app within the cluster."""
    pattern = os.environ.get(ENDPOINT_PATTERN)
    if pattern is None:
        raise NotImplementedError(
            f"the endpoint of app {self.name!r} is not known here: set the environment "
            f"variable {ENDPOINT_PATTERN}, with {{app_fqdn}} for the name of the app; "
            "asking the backend for it needs the remote client, "
            "which is not part of this SDK"
        )
    return address_of(self.name, pattern)


def address_of(app_name: str, pattern: str) -> str:
    """Fill the name of an app into a pattern of addresses."""
    return pattern.replace("{app_fqdn}", app_name)


# Hooks


def on_startup(self: AppEnvironment, fn: Hook) -> Hook:
    """Remember the function to call before the server."""
    return _set_hook(self, "_on_startup", fn)


def server(self: AppEnvironment, fn: Hook) -> Hook:
    """Remember the function that serves."""
    return _set_hook(self, "_server", fn)


def on_shutdown(self: AppEnvironment, fn: Hook) -> Hook:
    """Remember the function to call after the server."""
    return _set_hook(self, "_on_shutdown", fn)


def _set_hook(self: AppEnvironment, name: str, fn: Hook) -> Hook:
    if not callable(fn):
        decorator = name.removeprefix("_")
        raise TypeError(f"{decorator} decorates a function, got {checks.describe(fn)}")
    vars(self)[name] = fn
    return fn


# Copies


def clone_app(
    self: AppType,
    name: str,
    image: str | Image | Literal["auto"] | None = None,
    resources: Resources | None = None,
    env_vars: dict[str, str] | None = None,
    secrets: SecretRequest | None = None,
    depends_on: list[Environment] | None = None,
    description: str | None = None,
    interruptible: bool | None = None,
    **kwargs: Any,
) -> AppType:
    """Copy an app under another name, with its hooks."""
    given = {
        "image": image,
        "resources": resources,
        "env_vars": env_vars,
        "secrets": secrets,
        "depends_on": depends_on,
        "description": description,
        "interruptible": interruptible,
    }
    copy = environments.copy_environment(self, name, given, kwargs)
    vars(copy).update({hook: getattr(self, hook) for hook in _HOOKS})
    return copy


# Command line


def container_args(
    self: AppEnvironment,
    serialize_context: SerializationContext,
) -> list[str]:
    """Return the arguments, one by one."""
    return _as_words(self.args)


def connector_container_args(
    self: ConnectorEnvironment, serialize_context: SerializationContext
) -> list[str]:
    """Return the arguments; by default those that start the connector service on the environment's port."""
    if self.args is not None:
        return container_args(self, serialize_context)
    port = get_port(self).port
    return ["c0", "--port", str(port), "--prometheus_port", "9092"]


def container_cmd(
    self: AppEnvironment,
    serialize_context: SerializationContext,
    parameter_overrides: list[Parameter] | None = None,
) -> list[str]:
    """Return the command; by default the one that fetches the code and serves the app."""
    if self.command is not None:
        return _as_words(self.command)
    parameters = self.parameters if parameter_overrides is None else parameter_overrides
    return [
        "fserve",
        *_identity(serialize_context),
        *_images(serialize_context),
        *_code(serialize_context.code_bundle),
        *_serialized(parameters),
        *_resolver(self, serialize_context.root_dir),
        "--",
    ]


def _as_words(words: list[str] | str | None) -> list[str]:
    if words is None:
        return []
    return shlex.split(words) if isinstance(words, str) else list(words)


def _identity(context: SerializationContext) -> list[str]:
    bundle = context.code_bundle
    version = context.version or (bundle.computed_version if bundle is not None else "")
    return [
        *("--version", version),
        *("--project", context.project or ""),
        *("--domain", context.domain or ""),
        *("--org", context.org or ""),
    ]


def _images(context: SerializationContext) -> list[str]:
    cache = context.image_cache
    if cache is None:
        return []
    return ["--image-cache", cache.serialized_form or cache.to_transport]


def _code(bundle: CodeBundle | None) -> list[str]:
    if bundle is None:
        return []
    location = ["--tgz", bundle.tgz] if bundle.tgz else ["--pkl", bundle.pkl or ""]
    return [*location, "--dest", bundle.destination or "."]


def _serialized(parameters: list[Parameter]) -> list[str]:
    if not parameters:
        return []
    collection = SerializableParameterCollection.from_parameters(parameters)
    return ["--parameters", collection.to_transport]


def _resolver(self: AppEnvironment, root_dir: Path | None) -> list[str]:
    """Tell where the app is found; nothing when no module below the root folder has it in a variable."""
    if root_dir is None:
        return []
    made_in: str = vars(self)["_app_filename"]
    found = locations.find_variable(self, root_dir, made_in)
    if found is None:
        return []
    return ["--resolver", _RESOLVER, "--resolver-args", found]
