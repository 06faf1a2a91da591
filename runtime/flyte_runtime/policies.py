"""Small settings of tasks: retries, timeouts, reuse of containers, pod templates and documentation.

Knows the classes that hold them, one each. It must not know tasks or environments.
"""

from __future__ import annotations

import inspect
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flyte_runtime import checks
from flyte_runtime.logs import logger

if TYPE_CHECKING:
    from collections.abc import Callable

    from flyte._doc import Documentation
    from flyte._pod import PodTemplate
    from flyte._retry import RetryStrategy
    from flyte._reusable_environment import ReusePolicy
    from flyte._timeout import Timeout, TimeoutType

_SHORTEST_TTL = timedelta(seconds=30)


def check_retries(self: RetryStrategy) -> None:
    """Insist on a number of retries."""
    checks.require_integer("count", self.count, least=0)


def check_pod_template(self: PodTemplate) -> None:
    """Check everything but the pod, which only the optional kubernetes package knows."""
    checks.require("primary_container_name", self.primary_container_name, str, "a str")
    if not self.primary_container_name:
        raise ValueError("primary_container_name must not be empty")
    checks.require_strings_by_name("labels", self.labels)
    checks.require_strings_by_name("annotations", self.annotations)


# Timeouts


def check_timeout(self: Timeout) -> None:
    """Insist on durations; they stay in the form they were given in."""
    checks.require_duration("max_runtime", self.max_runtime)
    if self.max_queued_time is not None:
        checks.require_duration("max_queued_time", self.max_queued_time)


def timeout_from_request(timeout: TimeoutType) -> Timeout:
    """Turn any form of a request into a timeout."""
    from flyte._timeout import Timeout

    if isinstance(timeout, Timeout):
        return timeout
    try:
        return Timeout(max_runtime=checks.require_duration("timeout", timeout))
    except TypeError as error:
        raise ValueError(str(error)) from None


# Reuse


def initialise_reuse(self: ReusePolicy) -> None:
    """Check the values; bring replicas into a pair and durations into timedeltas."""
    try:
        least, most = _as_replicas(self.replicas)
        self.replicas = (least, most)
        self.idle_ttl = _as_ttl("idle_ttl", self.idle_ttl)
        self.scaledown_ttl = _as_ttl("scaledown_ttl", self.scaledown_ttl)
        checks.require_integer("concurrency", self.concurrency, least=1)
    except TypeError as error:
        raise ValueError(str(error)) from None
    if most == 1 and self.concurrency == 1:
        logger.warning(
            "A ReusePolicy of one replica that runs one task at a time can wait for "
            "itself for ever: a task that calls another keeps the only place occupied. "
            "Use more replicas, more concurrency, or no reuse for the calling task."
        )


def _as_replicas(value: object) -> tuple[int, int]:
    if isinstance(value, int):
        number = checks.require_integer("replicas", value, least=1)
        return number, number
    if not checks.is_tuple(value) or len(value) != 2:
        raise ValueError(
            "replicas must be an int or a pair of the least and the largest number, "
            f"got {checks.describe(value)}"
        )
    least = checks.require_integer("the least number of replicas", value[0], least=0)
    most = checks.require_integer(
        "the largest number of replicas", value[1], least=max(least, 1)
    )
    return least, most


def _as_ttl(field: str, value: object) -> timedelta:
    duration = checks.require_duration(field, value)
    if duration < _SHORTEST_TTL:
        raise ValueError(
            f"{field} must be at least {_SHORTEST_TTL.seconds} seconds, "
            f"got {checks.describe(value)}"
        )
    return duration


def min_replicas(self: ReusePolicy) -> int:
    """Return the least number of containers."""
    return _as_replicas(self.replicas)[0]


def max_replicas(self: ReusePolicy) -> int:
    """Return the largest number of containers."""
    return _as_replicas(self.replicas)[1]


def get_scaledown_ttl(self: ReusePolicy) -> timedelta | None:
    """Return how long a single idle container is kept."""
    return _as_ttl("scaledown_ttl", self.scaledown_ttl)


# Documentation


def extract_docstring(func: Callable[..., Any] | None) -> Documentation:
    """Take the documentation of a task from its function."""
    from flyte._doc import Documentation

    return Documentation(description=(func and inspect.getdoc(func)) or "")
