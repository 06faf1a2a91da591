"""Makes and serializes connector environments, each from a variable of this module, where it can be found again."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flyte.app import ConnectorEnvironment
from flyte.models import SerializationContext

CONTEXT = SerializationContext(
    version="v1",
    project="project",
    domain="development",
    org="organization",
    root_dir=Path(__file__).resolve().parent,
)

environment: ConnectorEnvironment


def serializer() -> Callable[[ConnectorEnvironment, SerializationContext], Any]:
    """What makes the message of an app in this SDK."""
    if importlib.util.find_spec("flyte.serialization") is not None:
        name, function = "flyte.serialization", "app_to_proto"
    else:
        name, function = "flyte.app._runtime.app_serde", "translate_app_env_to_idl"
    found: Callable[..., Any] = getattr(importlib.import_module(name), function)
    return found


def main() -> None:
    """Work once to have everything imported, then as often as the command line says."""
    global environment  # noqa: PLW0603
    to_proto = serializer()
    start = 0.0
    for number in range(int(sys.argv[1]) + 1):
        if number == 1:
            start = time.perf_counter()
        environment = ConnectorEnvironment(
            name=f"connector-{number}", image="ghcr.io/organization/connector:1"
        )
        to_proto(environment, CONTEXT).SerializeToString(deterministic=True)
    print(time.perf_counter() - start)


if __name__ == "__main__":
    main()
