"""The command line of `c0`.

Knows how options are written and how failures are shown. What an option means is in `settings`, so that `c0`, its
environment variables and its help cannot disagree.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import threading
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
# Seconds for what runs at the exit of an interpreter.
EXIT_SECONDS = 2


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
    # What connectors have left in threads may keep the interpreter from ending, but not for long.
    end = threading.Timer(EXIT_SECONDS, os._exit, [code])
    end.daemon = True
    end.start()
    sys.exit(code)


def serve(words: Sequence[str]) -> int:
    """Serve connectors; return the exit code."""
    try:
        settings = from_environment(**parse(words))
    except (TypeError, ValueError) as error:
        return _fail(MISUSED, str(error))
    # Connectors log with loggers of their own.
    logging.getLogger().addHandler(logger.handlers[0])
    try:
        _serve(settings, words)
    except CannotServe as failure:
        logger.debug("the failure was raised here", exc_info=failure)
        return _fail(FAILED, str(failure))
    return DONE


def _serve(settings: Settings, words: Sequence[str]) -> None:
    from flyte_runtime.service import lifecycle, processes

    if processes.is_member():
        processes.end_with_group()
    if settings.processes == 1 or processes.is_member():
        syncify.block(lifecycle.serve(settings))
    else:
        processes.serve(settings, words)


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
