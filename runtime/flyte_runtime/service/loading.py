"""Importing what registers connectors: installed distributions, and modules the caller names.

Knows entry points and imports. It must not know what the modules register.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from importlib.metadata import entry_points
from pathlib import Path

from flyte_runtime.logs import logger
from flyte_runtime.service.failures import CannotServe, describe

GROUP = "flyte.connectors"

# What importing a module may raise, an exit included; what ends the service itself is neither.
_FAILURES = (Exception, SystemExit, KeyboardInterrupt)


@contextmanager
def needed() -> Generator[None, None, None]:
    """Import packages the service needs; raise CannotServe if one is missing."""
    try:
        yield
    except ImportError as error:
        raise CannotServe(
            f"the connector service needs a package that cannot be imported: {describe(error)};"
            " pip install 'flyte-sdk-codegen[connectors]'"
        ) from error


def load_connectors(modules: Iterable[str]) -> None:
    """Import all installed connectors, then the modules; raise CannotServe if one of the modules fails."""
    _put_on_path(os.getcwd())
    for entry_point in entry_points(group=GROUP):
        try:
            entry_point.load()
        except _FAILURES as error:
            # Whoever installed it may not need it here.
            logger.warning(
                "connector %r of the entry point group %s cannot be loaded: %s",
                entry_point.name,
                GROUP,
                describe(error),
                exc_info=error if logger.isEnabledFor(10) else None,
            )
    for name in modules:
        try:
            _load(name)
        except _FAILURES as error:
            logger.debug("importing %s failed here", name, exc_info=error)
            raise CannotServe(
                f"cannot import {name!r}, which is to register connectors: {describe(error)}"
            ) from error


def _put_on_path(folder: str) -> None:
    """Let modules beside the working directory be imported, though a command was started."""
    if not any(os.path.realpath(entry) == folder for entry in sys.path):
        sys.path.append(folder)


def _load(name: str) -> None:
    if not name.endswith(".py"):
        importlib.import_module(name)
        return
    spec = importlib.util.spec_from_file_location(Path(name).stem, name)
    if spec is None or spec.loader is None:
        raise ImportError(f"{name} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    # Registered as an import would: dataclasses look their module up.
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[spec.name]
        raise
