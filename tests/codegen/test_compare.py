"""Signatures held against each other: what counts as a difference between a spec and its core."""

from __future__ import annotations

import pytest

from codegen.compare import signature_differences
from codegen.model import Function
from codegen.readers.source import read_core

SPEC = "def f(self, a, b=1, *args, c, d='x', **kwargs): ..."


def _function(text: str) -> Function:
    return read_core("m", "m.py", text).functions["f"].function


@pytest.mark.parametrize(
    ("core", "messages"),
    [
        ("def f(self, a, b=1, *args, c, d='x', **kwargs): ...", []),
        ('def f(env, a, b=1, *args, c, d="x", **kwargs): ...', []),
        (
            "def f(a, b=1, *args, c, d='x', **kwargs): ...",
            ["does not take the instance first"],
        ),
        (
            "def f(self, a, b=2, *args, c, d='x', **kwargs): ...",
            ["has the default 2 for 'b', documented is the default 1"],
        ),
        (
            "def f(self, a, b, *args, c, d='x', **kwargs): ...",
            ["has no default for 'b', documented is the default 1"],
        ),
        (
            "def f(self, b=1, *args, a, c, d='x', **kwargs): ...",
            [
                "takes 'a' as keyword-only, documented is positional-or-keyword",
                "takes its parameters in another order",
            ],
        ),
        (
            "def f(self, a, b=1, *args, c, d='x'): ...",
            ["does not take the documented parameter 'kwargs'"],
        ),
        (
            "def f(self, a, b=1, *args, c, d='x', e=0, **kwargs): ...",
            ["takes 'e', which is not documented"],
        ),
        (
            "async def f(self, a, b=1, *args, c, d='x', **kwargs): ...",
            ["is async, but what it implements is not"],
        ),
    ],
)
def test_every_departure_is_named(core: str, messages: list[str]) -> None:
    """Missing, extra, reordered, re-kinded and re-defaulted parameters are told apart."""
    found = signature_differences(_function(SPEC), _function(core))
    assert [difference.message for difference in found] == messages


def test_a_default_that_a_core_cannot_name_may_be_missing() -> None:
    """A default that names generated code is the spec's alone; another one still is a difference."""
    spec = _function("def f(self, mode=Mode.FAST): ...")
    left_out = _function("def f(self, mode): ...")
    other = _function("def f(self, mode=None): ...")
    own = frozenset(["mode"])
    assert list(signature_differences(spec, left_out, own)) == []
    assert len(list(signature_differences(spec, other, own))) == 1


def test_the_module_a_default_is_reached_through_does_not_matter() -> None:
    """``limits.MOST`` in a core is the spec's ``MOST``."""
    spec = _function("def f(most=MOST): ...")
    core = _function("def f(most=limits.MOST): ...")
    assert list(signature_differences(spec, core)) == []
