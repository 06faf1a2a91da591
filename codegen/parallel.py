"""Work spread over processes: the same function on several shares of the same input, results as plain data.

Knows fork and pipes, and falls back to this process alone: where there is no fork, when there is little to do, and when a
child fails for whatever reason, so that an error is always raised where it can be seen.
"""

from __future__ import annotations

import gc
import marshal
import os
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

Item = TypeVar("Item")
Work = Callable[[Sequence[Item], bool], list[Any]]
"""What is done to a share of the items; the flag tells this process's own share from a child's."""

# Less than this and starting a process costs more than it saves, in classes or so.
WORTH_IT = 300
_MOST_PROCESSES = 8


def spread(items: Sequence[Item], work: Work[Item], size: int) -> list[Any]:
    """Apply ``work`` to shares of ``items`` and join the results, which must be of marshal's types, in order."""
    count = min(_processors(), _MOST_PROCESSES, len(items), size // WORTH_IT + 1)
    if count < 2 or not hasattr(os, "fork"):
        return work(items, True)
    edges = [len(items) * index // count for index in range(count + 1)]
    shares = [items[edges[i] : edges[i + 1]] for i in range(count)]
    children = [_start(work, share) for share in shares[1:]]
    results = work(shares[0], True)
    for share, (process, pipe) in zip(shares[1:], children, strict=True):
        results += _result(process, pipe, share, work)
    return results


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _start(work: Work[Item], share: Sequence[Item]) -> tuple[int, int]:
    """Start a child on a share; return its process id and the end of the pipe its result comes through."""
    ours, theirs = os.pipe()
    process = os.fork()
    if process:
        os.close(theirs)
        return process, ours
    status = 1
    try:
        gc.disable()
        os.close(ours)
        with os.fdopen(theirs, "wb") as pipe:
            pipe.write(marshal.dumps(work(share, False)))
        status = 0
    finally:
        # Neither buffers nor exit handlers of the parent are the child's to run.
        os._exit(status)


def _result(
    process: int,
    pipe: int,
    share: Sequence[Item],
    work: Work[Item],
) -> list[Any]:
    with os.fdopen(pipe, "rb") as file:
        data = file.read()
    _, status = os.waitpid(process, 0)
    if status:
        return work(share, True)
    result: list[Any] = marshal.loads(data)
    return result
