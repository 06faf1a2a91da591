"""The command line of `c0`.

Knows how options are written and how failures are shown. What an option means is in `settings`, so that `c0`, its
environment variables and its help cannot disagree.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import fields
from typing import Any, NoReturn

from flyte_runtime import syncify
from flyte_runtime.logs import logger
from flyte_runtime.service.failures import CannotServe
from flyte_runtime.service.settings import (
    PARSERS,
    Settings,
    from_environment,
    variable,
)

DONE, FAILED, MISUSED = 0, 1, 2
# As shells report a program that ctrl-c ended.
INTERRUPTED = 130


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ValueError(message)


def main() -> None:
    """Serve connectors until the process is told to stop, and exit."""
    try:
        code = serve(sys.argv[1:])
    except KeyboardInterrupt:
        # Before the service listens to signals, or once it has ended.
        code = INTERRUPTED
    if code is None:
        # Calls that were cut off may still block threads, which would keep the interpreter from ending.
        logging.shutdown()
        sys.stderr.flush()
        os._exit(DONE)
    sys.exit(code)


def serve(words: Sequence[str]) -> int | None:
    """Serve connectors; return the exit code, None if calls had to be cut off."""
    try:
        settings = from_environment(**parse(words))
    except (TypeError, ValueError) as error:
        return _fail(MISUSED, str(error))
    # Connectors log with loggers of their own.
    logging.getLogger().addHandler(logger.handlers[0])
    try:
        return DONE if _serve(settings, words) else None
    except CannotServe as failure:
        logger.debug("the failure was raised here", exc_info=failure)
        return _fail(FAILED, str(failure))


def _serve(settings: Settings, words: Sequence[str]) -> bool:
    """Run the service; tell whether all calls ended by themselves."""
    from flyte_runtime.service import lifecycle, processes

    if settings.processes == 1 or processes.is_member():
        return syncify.block(lifecycle.serve(settings))
    processes.serve(settings, words)
    return True


def _fail(code: int, message: str) -> int:
    print(f"c0: error: {' '.join(message.split())}", file=sys.stderr, flush=True)
    return code


def parse(words: Sequence[str]) -> dict[str, Any]:
    """Return the options that are given, by name."""
    parser = _Parser(
        prog="c0",
        description="Serve connectors over gRPC. Each option can also be set by the environment variable named with it.",
        allow_abbrev=False,
        argument_default=argparse.SUPPRESS,
    )
    for one in fields(Settings):
        parser.add_argument(
            *_spellings(one.name),
            dest=one.name,
            metavar=one.metadata["metavar"],
            type=str if one.name == "modules" else PARSERS.get(one.name, str),
            action="append" if one.name == "modules" else "store",
            help=f"{one.metadata['help']} ({_described(one.default)}{variable(one.name)})",
        )
    given = vars(parser.parse_args(words))
    if "modules" in given:
        given["modules"] = tuple(given["modules"])
    return given


def _spellings(name: str) -> list[str]:
    """Return an option as it is written: with dashes, and with underscores as other versions of the SDK have it."""
    return list(dict.fromkeys([f"--{name.replace('_', '-')}", f"--{name}"]))


def _described(default: Any) -> str:
    return f"default: {default}; " if default not in (None, ()) else ""
