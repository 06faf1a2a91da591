"""The ways to call one signature: each parameter by position and by name, with nothing else and with everything.

Knows which arguments Python takes in which order. It must not know what is called.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

from codegen.model import Parameter
from codegen.proving.programs import bare

Parameters = dict[str, Parameter]


class Call(NamedTuple):
    """One way to call: which parameter it is about (none: the call itself), and the arguments as written."""

    about: str
    arguments: tuple[str, ...]
    passed: tuple[str, ...]

    @property
    def text(self) -> str:
        """What stands between the parentheses."""
        return ", ".join(self.arguments)


def given(name: str) -> str:
    """The variable that holds what is passed for a parameter."""
    return f"given_{name.lstrip('_')}"


def calls(parameters: Parameters) -> Iterator[Call]:
    """Every way worth trying, no two of them the same."""
    seen: set[tuple[str, ...]] = set()
    for call in _all(_Signature(parameters)):
        if call.arguments not in seen:
            seen.add(call.arguments)
            yield call


def minimal(parameters: Parameters) -> Call:
    """The call that passes only what must be passed, by position where that is possible."""
    return next(_all(_Signature(parameters)))


def unpacked(parameter: Parameter) -> bool:
    """Whether a variadic parameter stands for a whole list of parameters: ``P.args``, ``Unpack[...]``."""
    if parameter.kind not in ("var-positional", "var-keyword") or not parameter.type:
        return False
    text = bare(parameter.type)
    return text.endswith((".args", ".kwargs")) or "Unpack[" in text or text[0] == "*"


def _is_private(name: str, parameter: Parameter) -> bool:
    return name.startswith("_") and not parameter.required and not unpacked(parameter)


class _Signature:
    def __init__(self, parameters: Parameters) -> None:
        # What begins with an underscore is nobody's to pass, and what stands behind it cannot be reached by position.
        private = [name for name in parameters if _is_private(name, parameters[name])]
        kinds = {
            name: parameter.kind
            for name, parameter in parameters.items()
            if name not in private
        }
        reached = itertools.takewhile(lambda name: name not in private, parameters)
        self.parameters = parameters
        self.positional = [
            name
            for name in reached
            if kinds[name] in ("positional-only", "positional-or-keyword")
        ]
        self.by_name = [
            name
            for name, kind in kinds.items()
            if kind in ("keyword-only", "positional-or-keyword")
        ]
        self.required = {name for name in kinds if parameters[name].required}
        self.extra = {kind: name for name, kind in kinds.items() if "var-" in kind}

    def call(
        self,
        about: str,
        positions: list[str],
        names: list[str],
        extra: tuple[str, ...] = (),
    ) -> Call:
        """Write a call down; what stands for a whole list of parameters is always passed on."""
        arguments = [given(name) for name in positions]
        passed = [*positions, *names]
        star, stars = self.extra.get("var-positional"), self.extra.get("var-keyword")
        if star and star in extra:
            arguments.append(given(star))
            passed.append(star)
        if star and unpacked(self.parameters[star]):
            arguments.append(f"*{given(star)}")
            passed.append(star)
        arguments += [f"{name}={given(name)}" for name in names]
        if stars and stars in extra:
            arguments.append(f"something_else={given(stars)}")
            passed.append(stars)
        if stars and unpacked(self.parameters[stars]):
            arguments.append(f"**{given(stars)}")
            passed.append(stars)
        return Call(about, tuple(arguments), tuple(passed))


def _all(signature: _Signature) -> Iterator[Call]:
    required = signature.required
    first = [name for name in signature.positional if name in required]
    rest = [
        name
        for name in signature.by_name
        if name in required and name not in signature.positional
    ]
    yield signature.call("", first, rest)
    if any(unpacked(signature.parameters[name]) for name in signature.extra.values()):
        return
    unnamed = [name for name in first if name not in signature.by_name]
    named = [name for name in signature.by_name if name in required]
    yield signature.call("", unnamed, named)
    for name in signature.by_name:
        if name not in required:
            yield signature.call(name, first, [*rest, name])
    for index, name in enumerate(signature.positional):
        if name not in required:
            yield signature.call(name, signature.positional[: index + 1], rest)
    unnamed = [name for name in signature.positional if name not in signature.by_name]
    yield signature.call("", unnamed, signature.by_name)
    star, stars = (
        signature.extra.get("var-positional"),
        signature.extra.get("var-keyword"),
    )
    if star:
        yield signature.call(star, signature.positional, rest, (star,))
    if stars:
        yield signature.call(stars, first, rest, (stars,))
