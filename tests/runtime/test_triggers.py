"""Triggers and schedules: what is accepted, every refusal, and the presets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

import flyte
from flyte import Cron, FixedRate, Trigger, TriggerTime


@pytest.mark.parametrize(
    "expression",
    ["* * * * *", "0 0 1 * *", "*/5 0-6 1,15 * MON-FRI", "@daily", "@every 1h"],
)
def test_cron_expressions(expression: str) -> None:
    """Five fields or a shorthand, in UTC unless told otherwise."""
    cron = Cron(expression)
    assert cron.timezone_expression == f"CRON_TZ=UTC {expression}"


def test_cron_in_a_time_zone() -> None:
    """The time zone stands in front of the expression."""
    cron = Cron("0 6 * * *", timezone="Europe/Tallinn")
    assert cron.timezone_expression == "CRON_TZ=Europe/Tallinn 0 6 * * *"


FIELDS = "a cron expression has 5 fields, minute, hour, day of the month, month and day of the week"


@pytest.mark.parametrize(
    ("make", "values", "error", "message"),
    [
        (Cron, {"expression": ""}, ValueError, f"{FIELDS}, got 0 in ''"),
        (Cron, {"expression": "* * *"}, ValueError, f"{FIELDS}, got 3 in '* * *'"),
        (
            Cron,
            {"expression": "0 * * * * *"},
            ValueError,
            f"{FIELDS}, got 6 in '0 * * * * *'",
        ),
        (
            Cron,
            {"expression": "CRON_TZ=UTC * * * * *"},
            ValueError,
            "the expression 'CRON_TZ=UTC * * * * *' must not name a time zone; "
            "that is what timezone is for",
        ),
        (Cron, {"expression": None}, TypeError, "expression must be a str, got None"),
        (
            Cron,
            {"expression": "* * * * *", "timezone": None},
            TypeError,
            "timezone must be a str, got None",
        ),
        (
            FixedRate,
            {"interval_minutes": 0},
            ValueError,
            "interval_minutes must be at least 1, got 0",
        ),
        (
            FixedRate,
            {"interval_minutes": 1.5},
            TypeError,
            "interval_minutes must be an int, got float 1.5",
        ),
        (
            FixedRate,
            {"interval_minutes": 1, "start_time": "now"},
            TypeError,
            "start_time must be a datetime or None, got str 'now'",
        ),
        (Trigger, {"name": ""}, ValueError, "the name of a trigger must not be empty"),
        (Trigger, {"name": 5}, TypeError, "name must be a str, got int 5"),
        (
            Trigger,
            {"automation": None},
            TypeError,
            "automation must be a Cron or a FixedRate, got None",
        ),
        (
            Trigger,
            {"automation": "@daily"},
            TypeError,
            "automation must be a Cron or a FixedRate, got str '@daily'",
        ),
        (
            Trigger,
            {"description": None},
            TypeError,
            "description must be a str, got None",
        ),
        (
            Trigger,
            {"env_vars": {"A": 1}},
            TypeError,
            "env_vars['A'] must be a str, got int",
        ),
    ],
)
def test_wrong_values_are_refused(
    make: Callable[..., object],
    values: dict[str, Any],
    error: type[Exception],
    message: str,
) -> None:
    """The error names the parameter, the value and what is allowed."""
    if make is Trigger:
        values = {"name": "a", "automation": FixedRate(1), **values}
    with pytest.raises(error) as caught:
        make(**values)
    assert str(caught.value) == message


def test_unknown_time_zones_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error suggests the probable one; without a database, every name is accepted."""
    known = {"UTC", "Europe/Tallinn"}
    monkeypatch.setattr("zoneinfo.available_timezones", lambda: known)
    with pytest.raises(ValueError, match=r"^unknown time zone 'Europe") as caught:
        Cron("* * * * *", timezone="Europe/Talinn")
    assert str(caught.value) == (
        "unknown time zone 'Europe/Talinn'; did you mean 'Europe/Tallinn'?"
    )
    known.clear()
    assert Cron("* * * * *", timezone="Mars/Base").timezone == "Mars/Base"


def test_fixed_rates() -> None:
    """An interval, and optionally when it begins."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    assert FixedRate(60, start) == FixedRate(interval_minutes=60, start_time=start)


def test_trigger_defaults() -> None:
    """Name and schedule are enough."""
    trigger = Trigger("a", FixedRate(5))
    assert trigger == Trigger(
        name="a",
        automation=FixedRate(5),
        description="",
        auto_activate=True,
        inputs=None,
        env_vars=None,
        interruptible=None,
        overwrite_cache=False,
        queue=None,
        labels=None,
        annotations=None,
    )


def test_long_descriptions_are_shortened() -> None:
    """More than 255 characters are cut, and the cut is marked."""
    description = Trigger("a", FixedRate(1), description="x" * 300).description
    assert description == "x" * 247 + "...(tr.)"


PRESETS = [
    ("daily", "0 0 * * *", "A trigger that runs daily at midnight"),
    ("hourly", "0 * * * *", "A trigger that runs every hour"),
    ("minutely", "* * * * *", "A trigger that runs every minute"),
    ("weekly", "0 0 * * 0", "A trigger that runs weekly on Sundays at midnight"),
    ("monthly", "0 0 1 * *", "A trigger that runs monthly on the 1st at midnight"),
]


@pytest.mark.parametrize(("preset", "expression", "description"), PRESETS)
def test_presets(preset: str, expression: str, description: str) -> None:
    """Each preset is a cron schedule with a name and a description."""
    assert getattr(Trigger, preset)() == Trigger(
        name=preset, automation=Cron(expression), description=description, inputs={}
    )


@pytest.mark.parametrize("preset", [preset for preset, _, _ in PRESETS])
def test_presets_take_everything_triggers_take(preset: str) -> None:
    """Everything but the schedule can be given, and the time of the trigger goes to an input."""
    options: dict[str, Any] = {
        "name": "other",
        "description": "text",
        "auto_activate": False,
        "env_vars": {"A": "1"},
        "interruptible": True,
        "overwrite_cache": True,
        "queue": "queue",
        "labels": {"a": "b"},
        "annotations": {"c": "d"},
    }
    trigger = getattr(Trigger, preset)("when", inputs={"x": 1}, **options)
    assert trigger.inputs == {"when": TriggerTime, "x": 1}
    assert {name: getattr(trigger, name) for name in options} == options


def test_the_trigger_time_is_one_object() -> None:
    """It is recognised by identity, under either name."""
    assert TriggerTime is flyte.TriggerTime
    assert type(TriggerTime).__module__ == "flyte._trigger"
