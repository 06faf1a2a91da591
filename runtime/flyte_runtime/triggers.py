"""Triggers and their schedules.

Knows `flyte._trigger`. It must not know tasks, and it computes no times: that is for the backend.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from flyte_runtime import checks

if TYPE_CHECKING:
    from flyte._trigger import Cron, FixedRate, Trigger

    TriggerType = TypeVar("TriggerType", bound=Trigger)

_CRON_FIELDS = 5


# Schedules


def check_cron(self: Cron) -> None:
    """Check the form of the expression, and that the time zone exists."""
    checks.require("expression", self.expression, str, "a str")
    checks.require("timezone", self.timezone, str, "a str")
    if self.expression.startswith(("CRON_TZ=", "TZ=")):
        raise ValueError(
            f"the expression {self.expression!r} must not name a time zone; "
            "that is what timezone is for"
        )
    fields = self.expression.split()
    is_shorthand = self.expression.startswith("@")
    if not is_shorthand and len(fields) != _CRON_FIELDS:
        raise ValueError(
            f"a cron expression has {_CRON_FIELDS} fields, minute, hour, day of the "
            "month, month and day of the week, "
            f"got {len(fields)} in {self.expression!r}"
        )
    _check_timezone(self.timezone)


def _check_timezone(name: str) -> None:
    if name == "UTC":
        return
    import zoneinfo

    known = zoneinfo.available_timezones()
    # A machine without a time zone database cannot judge.
    if known and name not in known:
        hint = checks.suggestion(name, sorted(known))
        raise ValueError(f"unknown time zone {name!r}{hint and '; ' + hint}")


def timezone_expression(self: Cron) -> str:
    """Write the time zone in front of the expression."""
    return f"CRON_TZ={self.timezone} {self.expression}"


def check_fixed_rate(self: FixedRate) -> None:
    """Insist on an interval of at least a minute."""
    checks.require_integer("interval_minutes", self.interval_minutes, least=1)
    checks.require(
        "start_time", self.start_time, (datetime, type(None)), "a datetime or None"
    )


# Triggers


def initialise_trigger(self: Trigger) -> None:
    """Check the fields, and shorten the description."""
    from flyte._trigger import Cron, FixedRate

    checks.require("name", self.name, str, "a str")
    if not self.name:
        raise ValueError("the name of a trigger must not be empty")
    checks.require(
        "automation", self.automation, (Cron, FixedRate), "a Cron or a FixedRate"
    )
    checks.require("description", self.description, str, "a str")
    checks.require_strings_by_name("env_vars", self.env_vars)
    object.__setattr__(
        self, "description", checks.shorten_description(self.description)
    )


# Presets: each spells out the parameters its page documents.


def daily(
    cls: type[TriggerType],
    trigger_time_input_key: str | None = None,
    *,
    name: str = "daily",
    description: str = "A trigger that runs daily at midnight",
    auto_activate: bool = True,
    inputs: dict[str, Any] | None = None,
    env_vars: dict[str, str] | None = None,
    interruptible: bool | None = None,
    overwrite_cache: bool = False,
    queue: str | None = None,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
) -> TriggerType:
    """Make a trigger that fires every day at midnight."""
    return cls(
        name=name,
        automation=_cron("0 0 * * *"),
        description=description,
        auto_activate=auto_activate,
        inputs=_with_time(inputs, trigger_time_input_key),
        env_vars=env_vars,
        interruptible=interruptible,
        overwrite_cache=overwrite_cache,
        queue=queue,
        labels=labels,
        annotations=annotations,
    )


def hourly(
    cls: type[TriggerType],
    trigger_time_input_key: str | None = None,
    *,
    name: str = "hourly",
    description: str = "A trigger that runs every hour",
    auto_activate: bool = True,
    inputs: dict[str, Any] | None = None,
    env_vars: dict[str, str] | None = None,
    interruptible: bool | None = None,
    overwrite_cache: bool = False,
    queue: str | None = None,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
) -> TriggerType:
    """Make a trigger that fires every hour, on the hour."""
    return cls(
        name=name,
        automation=_cron("0 * * * *"),
        description=description,
        auto_activate=auto_activate,
        inputs=_with_time(inputs, trigger_time_input_key),
        env_vars=env_vars,
        interruptible=interruptible,
        overwrite_cache=overwrite_cache,
        queue=queue,
        labels=labels,
        annotations=annotations,
    )


def minutely(
    cls: type[TriggerType],
    trigger_time_input_key: str | None = None,
    *,
    name: str = "minutely",
    description: str = "A trigger that runs every minute",
    auto_activate: bool = True,
    inputs: dict[str, Any] | None = None,
    env_vars: dict[str, str] | None = None,
    interruptible: bool | None = None,
    overwrite_cache: bool = False,
    queue: str | None = None,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
) -> TriggerType:
    """Make a trigger that fires every minute."""
    return cls(
        name=name,
        automation=_cron("* * * * *"),
        description=description,
        auto_activate=auto_activate,
        inputs=_with_time(inputs, trigger_time_input_key),
        env_vars=env_vars,
        interruptible=interruptible,
        overwrite_cache=overwrite_cache,
        queue=queue,
        labels=labels,
        annotations=annotations,
    )


def weekly(
    cls: type[TriggerType],
    trigger_time_input_key: str | None = None,
    *,
    name: str = "weekly",
    description: str = "A trigger that runs weekly on Sundays at midnight",
    auto_activate: bool = True,
    inputs: dict[str, Any] | None = None,
    env_vars: dict[str, str] | None = None,
    interruptible: bool | None = None,
    overwrite_cache: bool = False,
    queue: str | None = None,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
) -> TriggerType:
    """Make a trigger that fires every Sunday at midnight."""
    return cls(
        name=name,
        automation=_cron("0 0 * * 0"),
        description=description,
        auto_activate=auto_activate,
        inputs=_with_time(inputs, trigger_time_input_key),
        env_vars=env_vars,
        interruptible=interruptible,
        overwrite_cache=overwrite_cache,
        queue=queue,
        labels=labels,
        annotations=annotations,
    )


def monthly(
    cls: type[TriggerType],
    trigger_time_input_key: str | None = None,
    *,
    name: str = "monthly",
    description: str = "A trigger that runs monthly on the 1st at midnight",
    auto_activate: bool = True,
    inputs: dict[str, Any] | None = None,
    env_vars: dict[str, str] | None = None,
    interruptible: bool | None = None,
    overwrite_cache: bool = False,
    queue: str | None = None,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
) -> TriggerType:
    """Make a trigger that fires at midnight on the first day of each month."""
    return cls(
        name=name,
        automation=_cron("0 0 1 * *"),
        description=description,
        auto_activate=auto_activate,
        inputs=_with_time(inputs, trigger_time_input_key),
        env_vars=env_vars,
        interruptible=interruptible,
        overwrite_cache=overwrite_cache,
        queue=queue,
        labels=labels,
        annotations=annotations,
    )


def _cron(expression: str) -> Cron:
    from flyte._trigger import Cron

    return Cron(expression)


def _with_time(
    inputs: Mapping[str, Any] | None, time_input: str | None
) -> dict[str, Any]:
    from flyte._trigger import TriggerTime

    time = {} if time_input is None else {time_input: TriggerTime}
    return {**time, **(inputs or {})}
