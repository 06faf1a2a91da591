"""How a callable is called, on both sides: bound to what, awaited or not.

Knows what pages tell of that. It must not know signatures or texts.
"""

from __future__ import annotations

from msgspec import structs

from codegen.merging.sides import Pair, Sides
from codegen.model import Function

_WORDS = {
    ("binding", "instance"): "a method of instances",
    ("binding", "class"): "a class method",
    ("binding", "static"): "a static method",
    ("asynchronous", True): "async",
    ("asynchronous", False): "not async",
    ("sync_and_async", True): "also awaited by aio",
    ("sync_and_async", False): "not awaited by aio",
}


def called(sides: Sides, pair: Pair, page: Function, source: Function) -> Function:
    """The function of the source, made one that blocks or is awaited where its page says so."""
    if page.sync_and_async and source.asynchronous and not source.sync_and_async:
        return _awaitable(sides, pair, source)
    facts = ["sync_and_async"]
    if pair.page.path[-2] == "methods" and (sides.whole or page.sync_and_async):
        facts.append("binding")
    if sides.whole:
        facts.append("asynchronous")
    for fact in facts:
        mine, theirs = getattr(page, fact), getattr(source, fact)
        if mine != theirs:
            here, there = _WORDS[fact, mine], _WORDS[fact, theirs]
            message = f"'{pair.name}' is {here} on the page and {there} in the source"
            sides.contradict("merge-kind", message, pair.page, pair.source)
    return source


def shows_result(page: Function) -> bool:
    """Whether the page of a function shows what it returns: where it declares no parameter, it does not."""
    return bool(page.parameters) or (page.sync_and_async and page.binding == "class")


def _awaitable(sides: Sides, pair: Pair, source: Function) -> Function:
    """A coroutine function that a decorator of the project makes a callable that also blocks, as its page says."""
    package, module = sides.sources, pair.source.module
    own = [name for name in source.decorators if package.find(module, name)]
    reason = f"'{own[0]}' is taken for" if own else "nothing in the source is"
    message = f"'{pair.name}' blocks or is awaited by aio, as its page says; {reason} the reason"
    sides.contradict("merge-guess", message, pair.page, pair.source)
    # The binding is said on its own, so that no list of decorators needs to name it.
    dropped = {*own, "classmethod", "staticmethod"} if own else set[str]()
    kept = tuple(name for name in source.decorators if name not in dropped)
    return structs.replace(
        source, sync_and_async=True, asynchronous=False, decorators=kept
    )
