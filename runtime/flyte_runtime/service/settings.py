"""How the service can be set up: each option, its environment variable, and what is wrong with a value.

Knows names and values. It must not know what an option does to the service.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeGuard

from flyte_runtime.service.failures import CannotServe

PREFIX = "FLYTE_CONNECTOR_"
# Where several processes leave their counts; prometheus_client reads this name when it is imported.
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
LOOPBACK = "127.0.0.1"
MODULE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


def option(default: Any, metavar: str, text: str) -> Any:
    """Declare an option with its default and what `c0 --help` says about it."""
    return field(default=default, metadata={"metavar": metavar, "help": text})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The options of the service; raises TypeError or ValueError for a value that makes no sense."""

    port: int = option(8000, "PORT", "the port of the gRPC service")
    prometheus_port: int = option(9090, "PORT", "the port of the metrics page")
    worker: int = option(10, "N", "the number of threads for blocking work")
    timeout: int | None = option(
        None, "SECONDS", "stop after so many seconds, for tests"
    )
    modules: Sequence[str] = option(
        (), "MODULE", "a module or file that registers connectors; may be repeated"
    )
    host: str = option(
        LOOPBACK, "ADDRESS", "the address to listen on; 0.0.0.0 for all of IPv4"
    )
    tls_certificate: str | None = option(
        None, "FILE", "the certificate of the service with its chain, as PEM"
    )
    tls_key: str | None = option(None, "FILE", "its private key, as PEM")
    tls_client_ca: str | None = option(
        None, "FILE", "let in clients with a certificate of this authority only"
    )
    token: str | None = option(
        None, "TOKEN", "let in calls with this bearer token only"
    )
    token_file: str | None = option(
        None, "FILE", "the same, with the token read from a file"
    )
    max_message_bytes: int = option(
        16 * 2**20, "BYTES", "the size of the largest message"
    )
    max_calls: int = option(256, "N", "the number of calls worked on at a time")
    grace_period: int = option(
        25, "SECONDS", "how long running calls may take after a signal to stop"
    )
    processes: int = option(1, "N", "the number of processes that share the port")

    def __post_init__(self) -> None:
        """Check every value."""
        _check_integer("port", self.port, 1, 65535)
        _check_integer("prometheus_port", self.prometheus_port, 1, 65535)
        if self.port == self.prometheus_port:
            raise ValueError(
                f"port and prometheus_port must differ, both are {self.port}; one port cannot serve both"
            )
        for name in ("worker", "max_message_bytes", "max_calls", "processes"):
            _check_integer(name, getattr(self, name), 1)
        if self.timeout is not None:
            _check_integer("timeout", self.timeout, 1)
        _check_integer("grace_period", self.grace_period, 0)
        if not self.host:
            raise ValueError("host must not be empty")
        _check_modules(self.modules)
        # Settings are frozen for everyone else.
        object.__setattr__(self, "modules", tuple(self.modules))
        self._check_security()

    def _check_security(self) -> None:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("tls_certificate and tls_key need each other")
        if self.tls_client_ca is not None and self.tls_certificate is None:
            raise ValueError("tls_client_ca needs tls_certificate and tls_key")
        if self.token is not None and self.token_file is not None:
            raise ValueError("token and token_file exclude each other")
        if self.token is not None:
            _check_token("token", self.token)

    @property
    def address(self) -> str:
        """The host and port to listen on, as gRPC and URLs have them."""
        return self._address_of(self.port)

    @property
    def metrics_address(self) -> str:
        """The same of the metrics page."""
        return self._address_of(self.prometheus_port)

    def _address_of(self, port: int) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{port}"

    def required_token(self) -> str | None:
        """Return the token that calls must carry; raise CannotServe if its file cannot be read."""
        if self.token_file is None:
            return self.token
        try:
            token = Path(self.token_file).read_text(encoding="utf-8").strip()
            _check_token("the token", token)
        except OSError as error:
            raise self._unusable_token(error.strerror or str(error)) from error
        except UnicodeDecodeError as error:
            raise self._unusable_token("the token must be text in UTF-8") from error
        except ValueError as error:
            raise self._unusable_token(str(error)) from error
        return token

    def _unusable_token(self, reason: str) -> CannotServe:
        return CannotServe(f"cannot use token_file {self.token_file}: {reason}")


def variable(name: str) -> str:
    """Return the environment variable of an option."""
    return f"{PREFIX}{name.upper()}"


def from_environment(
    environment: Mapping[str, str] = os.environ, **given: Any
) -> Settings:
    """Complete the options that are given with those in the environment."""
    values = dict(given)
    for one in fields(Settings):
        text = environment.get(variable(one.name))
        if text and one.name not in given:
            values[one.name] = parsed(one.name, text, variable(one.name))
    return Settings(**values)


def parsed(name: str, text: str, source: str) -> Any:
    """Read the value of an option from text; raise ValueError that names where the text stood."""
    try:
        return PARSERS.get(name, str)(text)
    except ValueError:
        raise ValueError(f"{source} must be an integer, got {text!r}") from None


def _words(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (word.strip() for word in text.split(","))))


PARSERS: dict[str, Callable[[str], Any]] = {
    **{
        one.name: int
        for one in fields(Settings)
        if str(one.type) in ("int", "int | None")
    },
    "modules": _words,
}


# Checks


def _check_integer(
    name: str, value: object, least: int, most: int | None = None
) -> None:
    if type(value) is not int:
        raise TypeError(f"{name} must be an int, got {type(value).__name__}")
    if value < least or (most is not None and value > most):
        limits = f"at least {least}" if most is None else f"from {least} to {most}"
        raise ValueError(f"{name} must be {limits}, got {value}")


def _check_modules(modules: object) -> None:
    if not _is_list(modules):
        raise TypeError(
            f"modules must be a list of module names, got {type(modules).__name__}"
        )
    for name in modules:
        if not isinstance(name, str):
            raise TypeError(
                f"modules must be a list of module names, got one of type {type(name).__name__}"
            )
        if not (name.endswith(".py") or MODULE.fullmatch(name)):
            raise ValueError(f"modules: {name!r} is not the name of a module")


def _is_list(value: object) -> TypeGuard[list[object] | tuple[object, ...]]:
    return isinstance(value, (list, tuple))


def _check_token(source: str, token: str) -> None:
    # What HTTP allows in a header.
    if not token or not token.isascii() or not token.isprintable():
        raise ValueError(f"{source} must be a line of printable ASCII characters")
