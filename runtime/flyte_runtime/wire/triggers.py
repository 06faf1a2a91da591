"""Triggers on the wire.

Knows the message a trigger becomes, beside the task it starts. It must not know tasks: the serialized task says which
inputs there are and what their defaults are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flyteidl2.task.common_pb2 import (
    FixedRateUnit,
    Inputs,
    NamedLiteral,
    Schedule,
    TriggerAutomationSpec,
    TriggerAutomationSpecType,
)
from flyteidl2.task.run_pb2 import RunSpec
from flyteidl2.task.task_definition_pb2 import TaskSpec, TaskTrigger, TaskTriggerSpec

from flyte_runtime import checks
from flyte_runtime.types import engine as type_engine
from flyte_runtime.wire import containers as wire_containers

if TYPE_CHECKING:
    from flyte._trigger import Cron, FixedRate, Trigger
    from flyte.models import NativeInterface

# The field of RunSpec for the queue: versions of flyteidl2 agree on its number, not on its name.
_QUEUE = 6


def trigger_to_proto(
    trigger: Trigger,
    spec: TaskSpec,
    interface: NativeInterface,
) -> TaskTrigger:
    """Return a trigger of the task that became the given message."""
    from flyte._trigger import TriggerTime

    inputs = trigger.inputs or {}
    _check_names(trigger, list(inputs), list(interface.inputs))
    times = [name for name, value in inputs.items() if value is TriggerTime]
    literals = _literals(inputs, times, spec, interface)
    return TaskTrigger(
        name=trigger.name,
        spec=TaskTriggerSpec(
            active=trigger.auto_activate,
            run_spec=_run_spec(trigger),
            inputs=Inputs(literals=literals),
            description=trigger.description,
        ),
        automation_spec=TriggerAutomationSpec(
            type=TriggerAutomationSpecType.TYPE_SCHEDULE,
            schedule=_schedule(trigger.automation, times[-1] if times else None),
        ),
    )


def _check_names(trigger: Trigger, given: list[str], known: list[str]) -> None:
    for name in given:
        if name not in known:
            hint = checks.suggestion(name, known)
            raise ValueError(
                f"trigger {trigger.name!r} gives a value to {name!r}, which is no input "
                f"of its task; {hint or 'its inputs are ' + (', '.join(known) or 'none')}"
            )


def _literals(
    inputs: dict[str, Any],
    times: list[str],
    spec: TaskSpec,
    interface: NativeInterface,
) -> list[NamedLiteral]:
    """Return the values of the trigger, then the defaults of the task for the others."""
    types = interface.get_input_types()
    literals = [
        NamedLiteral(name=name, value=type_engine.to_literal(value, types[name]))
        for name, value in inputs.items()
        if name not in times
    ]
    return literals + [
        NamedLiteral(name=default.name, value=default.parameter.default)
        for default in spec.default_inputs
        if default.name not in inputs
    ]


def _run_spec(trigger: Trigger) -> RunSpec:
    spec = RunSpec(overwrite_cache=trigger.overwrite_cache)
    if trigger.queue:
        setattr(spec, RunSpec.DESCRIPTOR.fields_by_number[_QUEUE].name, trigger.queue)
    if trigger.env_vars:
        spec.envs.values.extend(wire_containers.variables_to_proto(trigger.env_vars))
    if trigger.interruptible is not None:
        spec.interruptible.value = trigger.interruptible
    if trigger.labels:
        spec.labels.values.update(trigger.labels)
    if trigger.annotations:
        spec.annotations.values.update(trigger.annotations)
    return spec


def _schedule(automation: Cron | FixedRate, time_input: str | None) -> Schedule:
    from flyte._trigger import Cron

    schedule = Schedule(kickoff_time_input_arg=time_input)
    if isinstance(automation, Cron):
        schedule.cron.expression = automation.expression
        schedule.cron.timezone = automation.timezone
        return schedule
    schedule.rate.value = automation.interval_minutes
    schedule.rate.unit = FixedRateUnit.FIXED_RATE_UNIT_MINUTE
    if automation.start_time is not None:
        schedule.rate.start_time.FromDatetime(automation.start_time)
    return schedule
