"""Chains: what follows from what, step by step, and whether a way leads back to where it began.

Knows graphs given as a function from a node to the next ones. It must not know what the nodes are.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

Next = Callable[[str], Iterable[str]]

# Longer than any chain somebody wrote on purpose, and far from the interpreter's own limit.
LONGEST_CHAIN = 100


class Chains:
    """The ways through a graph, looked for as far as somebody asks."""

    def __init__(self, following: Next) -> None:
        self.following = following
        self._lengths: dict[str, float] = {}

    def sound(self, start: str) -> bool:
        """Whether no way from a node is too long or leads into a circle."""
        return self._length(start) <= LONGEST_CHAIN

    def circle(self, start: str) -> list[str]:
        """The nodes along the shortest way from one back to itself, both ends included; empty when there is none."""
        return [] if self.sound(start) else self._search(start)[0]

    def too_long(self, start: str) -> bool:
        """Whether a way from a node is too long; into a circle that it does not belong to, it is not."""
        if self.sound(start):
            return False
        way, seen_all = self._search(start)
        return not way and (not seen_all or self._length(start) < math.inf)

    def _search(self, start: str) -> tuple[list[str], bool]:
        """The way back to a node, and whether every node it leads to was near enough to be looked at."""
        before: dict[str, str] = {}
        nodes = [start]
        for _ in range(LONGEST_CHAIN):
            reached: list[str] = []
            for node in nodes:
                for target in self.following(node):
                    if target == start:
                        return [*_way(start, node, before), start], True
                    if target not in before:
                        before[target] = node
                        reached.append(target)
            nodes = reached
        return [], not nodes

    def _length(self, start: str) -> float:
        """The number of steps of the longest way from a node; infinite when it leads into a circle."""
        known = self._lengths
        if start in known:
            return known[start]
        best: dict[str, float] = {start: 0}
        trail = [(start, iter(self.following(start)))]
        while trail:
            node, rest = trail[-1]
            for target in rest:
                if target in known:
                    best[node] = max(best[node], known[target] + 1)
                elif target in best:
                    best[node] = math.inf
                else:
                    best[target] = 0
                    trail.append((target, iter(self.following(target))))
                    break
            else:
                trail.pop()
                known[node] = best[node]
                if trail:
                    above = trail[-1][0]
                    best[above] = max(best[above], known[node] + 1)
        return known[start]


def _way(start: str, end: str, before: dict[str, str]) -> list[str]:
    way = [end]
    while way[-1] != start:
        way.append(before[way[-1]])
    return way[::-1]
