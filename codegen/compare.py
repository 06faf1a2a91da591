"""Model against model: where two callables that should agree do not.

Knows what makes two signatures the same for a caller. It must not know which of the two is right, or where either was
read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from codegen import spelling, types
from codegen.diagnostics import suggest
from codegen.model import Function, Parameter


class Difference(NamedTuple):
    """One way in which the actual callable departs from the expected one."""

    rule: str
    message: str
    hint: str = ""


def signature_differences(
    expected: Function, actual: Function, own_defaults: frozenset[str] = frozenset()
) -> Iterator[Difference]:
    """Compare parameters by name, order, kind and default, and sync with async.

    The first parameter of a core, the instance or class, may have any name; annotations are left to type checkers.
    ``own_defaults`` are parameters whose default a core may leave out, because it cannot name it.
    """
    yield from _asynchrony(expected, actual)
    wanted = list(expected.parameters.items())
    given = list(actual.parameters.items())
    if wanted and wanted[0][0] in ("self", "cls"):
        if not given or given[0][0] in expected.parameters.keys() - {"self", "cls"}:
            yield Difference(
                "core-signature",
                f"does not take the {'class' if wanted[0][0] == 'cls' else 'instance'} first",
                f"add the parameter '{wanted[0][0]}'",
            )
        else:
            given = given[1:]
        wanted = wanted[1:]
    yield from _parameters(dict(wanted), dict(given), own_defaults)


def _asynchrony(expected: Function, actual: Function) -> Iterator[Difference]:
    if expected.asynchronous and not actual.asynchronous:
        message = "is not async, but what it implements is awaited"
        yield Difference("core-async", message, "write `async def`")
    elif actual.asynchronous and not expected.asynchronous:
        message = "is async, but what it implements is not"
        hint = "say `async: true` in the spec, or write `def`"
        yield Difference("core-async", message, hint)


def _parameters(
    wanted: dict[str, Parameter],
    given: dict[str, Parameter],
    own_defaults: frozenset[str],
) -> Iterator[Difference]:
    extra = [name for name in given if name not in wanted]
    for name, parameter in wanted.items():
        actual = given.get(name)
        if actual is None:
            hint = suggest(name, extra)
            message = f"does not take the documented parameter '{name}'"
            yield Difference("core-signature", message, hint)
            continue
        if actual.kind != parameter.kind:
            message = f"takes '{name}' as {actual.kind}, documented is {parameter.kind}"
            yield Difference("core-signature", message)
        left_out = name in own_defaults and actual.default is None
        if not left_out and not same_value(parameter.default, actual.default):
            message = (
                f"has {_shown(actual.default)} for '{name}', "
                f"documented is {_shown(parameter.default)}"
            )
            yield Difference("core-signature", message)
    for name in extra:
        message = f"takes '{name}', which is not documented"
        yield Difference("core-signature", message, suggest(name, wanted))
    common = [name for name in wanted if name in given]
    if common != [name for name in given if name in wanted]:
        order = ", ".join(common)
        message = "takes its parameters in another order"
        yield Difference("core-signature", message, f"documented is: {order}")


def same_value(left: str | None, right: str | None) -> bool:
    """Whether two defaults are the same expression, however they are spelled or qualified."""
    if left is None or right is None or left == right:
        return left == right
    try:
        return _bare(left) == _bare(right)
    except types.ExpressionError:
        return False


def _bare(text: str) -> str:
    """A default without the modules its names are reached through, which differ from file to file."""
    return spelling.spell_value(text, lambda name: name.rpartition(".")[2])


def _shown(default: str | None) -> str:
    return "no default" if default is None else f"the default {default}"
