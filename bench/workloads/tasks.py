"""Makes task environments, declares an asynchronous task in each, and serializes it with its defaults.

The published SDK's step that describes a task asks git for the address of the sources, once a task, which would take
more time than all the rest: it is left out, and the tasks have no docstrings.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import sys
import time
from pathlib import Path
from typing import Any

from flyte import TaskEnvironment
from flyte.models import SerializationContext

CONTEXT = SerializationContext(
    version="v1",
    project="project",
    domain="development",
    org="organization",
    root_dir=Path(__file__).resolve().parent,
)


def declare(number: int) -> Any:
    """Make an environment with one task, and return the environment as well: the task refers to it weakly."""
    environment = TaskEnvironment(name=f"environment-{number}")

    @environment.task
    async def train(
        data: list[str], rounds: int = 10, rate: float = 0.5
    ) -> dict[str, float]:
        return dict.fromkeys(data, rounds * rate)

    return environment, train


class Ours:
    """The generated SDK serializes a task in one call."""

    def __init__(self) -> None:
        self.to_proto = importlib.import_module("flyte.serialization").task_to_proto

    async def serialize(self, task: Any) -> Any:
        """Return the message."""
        return self.to_proto(task, CONTEXT)


class Published:
    """The published SDK takes two steps, in one event loop as when it deploys."""

    def __init__(self) -> None:
        runtime = "flyte._internal.runtime"
        self.convert = importlib.import_module(f"{runtime}.convert")
        self.task_serde = importlib.import_module(f"{runtime}.task_serde")

    async def serialize(self, task: Any) -> Any:
        """Return the message."""
        defaults = await self.convert.convert_upload_default_inputs(task.interface)
        return self.task_serde.translate_task_to_wire(
            task, CONTEXT, default_inputs=defaults
        )


async def main() -> None:
    """Work once to have everything imported, then as often as the command line says."""
    ours = importlib.util.find_spec("flyte.serialization") is not None
    sdk = Ours() if ours else Published()
    start = 0.0
    for number in range(int(sys.argv[1]) + 1):
        if number == 1:
            start = time.perf_counter()
        _environment, task = declare(number)
        message = await sdk.serialize(task)
        message.SerializeToString(deterministic=True)
    print(time.perf_counter() - start)


if __name__ == "__main__":
    asyncio.run(main())
