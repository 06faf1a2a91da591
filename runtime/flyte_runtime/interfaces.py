"""The inputs and outputs of a task, read off the signature of a Python function.

Knows signatures, type hints and the naming of outputs. It must not know how types travel: that is the type engine's
business, and so is a type nothing can be done with.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterable
from enum import Enum
from functools import lru_cache
from types import CodeType, FunctionType, GenericAlias, NoneType
from typing import TYPE_CHECKING, Any, TypeGuard

if TYPE_CHECKING:
    from flyteidl2.core.literals_pb2 import Literal

    from flyte._docstring import Docstring
    from flyte.models import NativeInterface

LITERAL_ENUM = "LiteralEnum"
VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def from_callable(
    cls: type[NativeInterface], func: Callable[..., Any]
) -> NativeInterface:
    """Read the interface off the signature of a function."""
    name = getattr(func, "__name__", repr(func))
    defaults = _defaults(func)
    if defaults is None:
        raise ValueError(
            f"Function {name} cannot have variable positional or keyword arguments."
        )
    hints = _hints(func)
    inputs = {
        parameter: (_input_type(name, parameter, hints), default)
        for parameter, default in defaults.items()
    }
    return cls(
        inputs=inputs,
        outputs=_outputs(hints.get("return", inspect.Signature.empty)),
        docstring=_docstring(func),
    )


def from_types(
    cls: type[NativeInterface],
    inputs: dict[str, tuple[type[Any], Any]],
    outputs: dict[str, type[Any]],
    default_inputs: dict[str, Literal] | None = None,
) -> NativeInterface:
    """Make an interface from types that are already known."""
    known = default_inputs or {}
    for name, (_, default) in inputs.items():
        if default is cls.has_default and name not in known:
            raise ValueError(
                f"Input {name} has a default value but no default input provided for remote task."
            )
    return cls(inputs, outputs, None, default_inputs)


def has_outputs(self: NativeInterface) -> bool:
    """Tell whether there is any output."""
    return bool(self.outputs)


def required_inputs(self: NativeInterface) -> list[str]:
    """List the inputs that have no default."""
    return [
        name
        for name, (_, default) in self.inputs.items()
        if default is inspect.Parameter.empty
    ]


def num_required_inputs(self: NativeInterface) -> int:
    """Count the inputs that have no default."""
    return len(required_inputs(self))


def get_input_types(self: NativeInterface) -> dict[str, type[Any]]:
    """Return the type of each input, by name."""
    return {name: hint for name, (hint, _) in self.inputs.items()}


def convert_to_kwargs(
    self: NativeInterface, *args: Any, **kwargs: Any
) -> dict[str, Any]:
    """Name the arguments of a call after the inputs."""
    names = list(self.inputs)
    if len(args) > len(names):
        raise ValueError(
            f"Too many positional arguments provided, expected inputs {_listed(names)}, got {len(args)}"
        )
    arguments = {**kwargs, **dict(zip(names, args, strict=False))}
    if len(arguments) > len(names):
        raise ValueError(
            f"Too many keyword arguments provided, expected inputs {_listed(names)}, got {_listed(arguments)}"
        )
    return arguments


def represent(self: NativeInterface) -> str:
    """Return the interface as the signature of a function."""
    inputs = [
        f"{name}: {_type_name(hint)}{_represent_default(self, default)}"
        for name, (hint, default) in self.inputs.items()
    ]
    outputs = [f"{name}: {_type_name(hint)}" for name, hint in self.outputs.items()]
    returned = ", ".join(outputs)
    if len(outputs) > 1:
        returned = f"({returned})"
    return f"({', '.join(inputs)}){' -> ' if returned else ''}{returned}:"


def _input_type(function: str, parameter: str, hints: dict[str, Any]) -> Any:
    if parameter not in hints:
        from flyte._logging import logger

        logger.warning(
            f"Function {function} has parameter {parameter} without type annotation."
        )
        return inspect.Parameter.empty
    return _without_literal(hints[parameter])


# What functions say of themselves. Reading that takes most of the time in which a task is declared, so the common case
# is read directly: a function without attributes, which may be those of a wrapper, with annotations that name classes.


def _is_plain(func: object) -> TypeGuard[FunctionType]:
    return isinstance(func, FunctionType) and not vars(func)


def _defaults(func: Callable[..., Any]) -> dict[str, Any] | None:
    """Return the default of each parameter, or that there is none; None when their number is not fixed."""
    if not _is_plain(func):
        parameters = inspect.signature(func).parameters.values()
        if any(parameter.kind in VARIADIC for parameter in parameters):
            return None
        return {parameter.name: parameter.default for parameter in parameters}
    code = func.__code__
    if code.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS):
        return None
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    given = func.__defaults__ or ()
    last = names[code.co_argcount - len(given) : code.co_argcount]
    return {
        **dict.fromkeys(names, inspect.Parameter.empty),
        **dict(zip(last, given, strict=True)),
        **(func.__kwdefaults__ or {}),
    }


def _hints(func: Callable[..., Any]) -> dict[str, Any]:
    """Evaluate the annotations of a function as `typing.get_type_hints` does."""
    hints = _simple_hints(func) if _is_plain(func) else None
    if hints is None:
        return typing.get_type_hints(func, include_extras=True)
    return hints


def _simple_hints(func: FunctionType) -> dict[str, Any] | None:
    """Evaluate annotations that name classes, or generic types of such; None when there are others."""
    hints: dict[str, Any] = {}
    for name, annotation in func.__annotations__.items():
        hint = annotation
        if isinstance(annotation, str):
            try:
                hint = eval(_compiled(annotation), func.__globals__)
            except Exception:
                return None
        if hint is None:
            hint = NoneType
        if not _is_simple(hint):
            return None
        hints[name] = hint
    return hints


# The same few texts in all functions, as modules with annotations from the future have them.
@lru_cache(maxsize=1024)
def _compiled(annotation: str) -> CodeType:
    return compile(annotation, "<annotation>", "eval", dont_inherit=True)


def _is_simple(hint: object) -> bool:
    """Tell whether there is nothing in a hint that is still to be evaluated."""
    if isinstance(hint, GenericAlias):
        return all(type(part) is type for part in hint.__args__)
    return type(hint) is type


def _outputs(annotation: Any) -> dict[str, Any]:
    """Name the outputs: the fields of a named tuple, else o0, o1, ... for each element of a tuple or the one result."""
    if isinstance(annotation, str):
        raise TypeError("String return annotations are not supported.")
    if annotation in (None, type(None), inspect.Signature.empty):
        return {}
    if _is_named_tuple(annotation):
        return typing.get_type_hints(annotation, include_extras=True)
    if not _is_tuple(annotation) and typing.get_origin(annotation) is not tuple:
        return {"o0": _without_literal(annotation)}
    elements = annotation if _is_tuple(annotation) else typing.get_args(annotation)
    if Ellipsis in elements:
        raise TypeError("Variable length tuples are not supported as return types.")
    if len(elements) == 1:
        raise TypeError(
            "A tuple stands for several results; annotate one result with its type alone."
        )
    return {
        f"o{index}": _without_literal(element) for index, element in enumerate(elements)
    }


def _is_tuple(annotation: Any) -> TypeGuard[tuple[Any, ...]]:
    return isinstance(annotation, tuple)


def _is_named_tuple(annotation: Any) -> bool:
    return (
        isinstance(annotation, type)
        and annotation.__bases__ == (tuple,)
        and hasattr(annotation, "_fields")
    )


def _without_literal(annotation: Any) -> Any:
    """Turn `Literal` of strings into an enum of them; other literals can be anything."""
    if typing.get_origin(annotation) is not typing.Literal:
        return annotation
    values = typing.get_args(annotation)
    if not all(isinstance(value, str) for value in values):
        from flyte._logging import logger

        logger.warning(
            f"Literal type {annotation} contains non-string values, using Any instead of Enum"
        )
        return Any
    names = [value.upper() for value in values]
    if len(set(names)) < len(names):
        # Values that differ in their case only keep it.
        names = list(values)
    return Enum(LITERAL_ENUM, dict(zip(names, values, strict=True)))


def _docstring(func: Callable[..., Any]) -> Docstring | None:
    if not func.__doc__:
        return None
    from flyte._docstring import Docstring

    return Docstring(callable_=func)


def _type_name(hint: Any) -> str:
    if isinstance(hint, str):
        return hint
    if isinstance(hint, type) and typing.get_origin(hint) is None:
        return hint.__name__
    return repr(hint)


def _represent_default(interface: NativeInterface, default: Any) -> str:
    if default is inspect.Parameter.empty:
        return ""
    return " = ..." if default is interface.has_default else f" = {default}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
