"""What goes into a task that is executed on this machine and what comes out, held against its interface.

Knows interfaces and the type engine, through which every value passes, so that a task gets and returns here what it
would get and return in a run. It must not know how a task is executed.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeGuard

from flyteidl2.core.literals_pb2 import Literal, LiteralMap

from flyte_runtime import checks
from flyte_runtime.types import engine as type_engine

if TYPE_CHECKING:
    from flyte._task import TaskTemplate
    from flyte.models import NativeInterface

    AnyTask = TaskTemplate[..., Any, Any]

MISSING = inspect.Parameter.empty


# Inputs


def bind(
    task: AnyTask, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> dict[str, Any]:
    """Name the arguments of a call after the inputs and add the defaults; a call that does not fit is a TypeError."""
    inputs = task.native_interface.inputs
    names = list(inputs)
    call = f"task {task.name!r}"
    if len(args) > len(names):
        raise TypeError(
            f"{call} takes at most {len(names)} positional inputs, got {len(args)}"
        )
    positional = dict(zip(names, args, strict=False))
    for name in kwargs:
        if name in positional:
            raise TypeError(f"{call} got input {name!r} twice")
        if name not in inputs:
            raise TypeError(f"{call} has no input {name!r}; {_advice(name, names)}")
    given = {**_defaults(task.native_interface), **positional, **kwargs}
    missing = [name for name in names if name not in given]
    if missing:
        raise TypeError(f"{call} needs {_listed('input', missing)}")
    return {name: given[name] for name in names}


def inputs_as_received(task: AnyTask, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs as they arrive after their way through literals; a wrong type is a TypeError."""
    types = task.native_interface.get_input_types()
    return {
        name: _as_received(value, types[name], f"task {task.name!r}, input {name!r}")
        for name, value in values.items()
    }


def _defaults(interface: NativeInterface) -> dict[str, Any]:
    """Return the defaults; a None that the type does not allow only stands where a default could be."""
    return {
        name: _default(interface, name)
        for name, (hint, default) in interface.inputs.items()
        if default is not MISSING and (default is not None or _allows_none(hint))
    }


def _default(interface: NativeInterface, name: str) -> Any:
    hint, default = interface.inputs[name]
    if default is not interface.has_default:
        return default
    stored = vars(interface)["_remote_defaults"][name]
    return type_engine.from_literal(stored, hint, f"default of input {name!r}")


def _allows_none(hint: Any) -> bool:
    try:
        type_engine.to_literal(None, hint)
    except TypeError:
        return False
    return True


# Outputs


def outputs_of(task: AnyTask, reported: Any) -> Any:
    """Return what a task returns: None, its only output, or its outputs in the order of the interface.

    A task without outputs ignores what is reported. Otherwise there must be exactly the declared outputs, as a
    dictionary of Python values or as a LiteralMap.
    """
    types = task.native_interface.outputs
    if not types:
        return None
    named = _by_name(task, reported)
    _insist_on_names(task, named)
    values = [
        _output(named[name], hint, f"task {task.name!r}, output {name!r}")
        for name, hint in types.items()
    ]
    return values[0] if len(values) == 1 else tuple(values)


def _by_name(task: AnyTask, reported: Any) -> Mapping[str, Any]:
    if reported is None:
        return {}
    if isinstance(reported, LiteralMap):
        return reported.literals
    if _is_mapping(reported):
        return reported
    raise TypeError(
        f"task {task.name!r}: outputs must be a dictionary or a LiteralMap, got {type(reported).__name__}"
    )


def _is_mapping(value: object) -> TypeGuard[Mapping[str, Any]]:
    return isinstance(value, Mapping)


def _insist_on_names(task: AnyTask, named: Mapping[str, Any]) -> None:
    declared = task.native_interface.outputs
    missing = [name for name in declared if name not in named]
    if missing:
        raise TypeError(
            f"task {task.name!r}: its job did not report {_listed('output', missing)}"
        )
    extra = [str(name) for name in named if name not in declared]
    if extra:
        raise TypeError(
            f"task {task.name!r}: its job reported {_listed('output', extra)},"
            f" which the task does not declare; declared: {', '.join(declared)}"
        )


def _output(value: Any, hint: Any, where: str) -> Any:
    if isinstance(value, Literal):
        return type_engine.from_literal(value, hint, where)
    return _as_received(value, hint, where)


# Both


def _as_received(value: Any, hint: Any, where: str) -> Any:
    literal = type_engine.to_literal(value, hint, where)
    return type_engine.from_literal(literal, hint, where)


def _advice(name: str, known: list[str]) -> str:
    return checks.suggestion(name, known) or f"inputs: {', '.join(known) or 'none'}"


def _listed(what: str, names: Iterable[str]) -> str:
    quoted = [repr(name) for name in names]
    return f"{what}{'s' if len(quoted) > 1 else ''} {', '.join(quoted)}"
