"""The command line of `fserve`, and the order in which it does things.

Knows every option that `AppEnvironment.container_cmd` writes. It must not know how any of the steps is done.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from flyte_runtime.parameters import VALUES_FILE
from flyte_runtime.serve import bundle, lifecycle
from flyte_runtime.serve.failures import Failure, UsageFailure
from flyte_runtime.serve.values import Values, read_values

if TYPE_CHECKING:
    from flyte.app._app_environment import AppEnvironment

OPTIONS = {
    "--version": "the version the app is deployed with",
    "--project": "the project of the app",
    "--domain": "the domain of the app",
    "--org": "the organization of the app",
    "--image-cache": "the images that were built for the deployment",
    "--tgz": "where the code is, as a compressed archive",
    "--pkl": "where the app is, as a pickled object",
    "--dest": "the folder the code is unpacked to (default: the current one)",
    "--parameters": "the parameters of the app: JSON, compressed with gzip, in base64",
    "--resolver": "the class that finds the app in the code",
    "--resolver-args": "what that class is told: module:variable",
}
# Under these names programs within the platform find out where they run.
_IDENTITY = {
    "project": "FLYTE_INTERNAL_EXECUTION_PROJECT",
    "domain": "FLYTE_INTERNAL_EXECUTION_DOMAIN",
    "org": "_U_ORG_NAME",
}
# What `c0` reads, and which address it is to listen on: within a container, its loopback address is of no use.
_CONNECTOR_HOST = "FLYTE_CONNECTOR_HOST"
_ALL_INTERFACES = "0.0.0.0"


class _Arguments(argparse.Namespace):
    project: str | None
    domain: str | None
    org: str | None
    tgz: str | None
    pkl: str | None
    dest: str | None
    parameters: str | None
    resolver: str | None
    resolver_args: str | None


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageFailure(message)


def main() -> None:
    """Run an app as the command line says, and exit with its exit code."""
    sys.exit(serve(sys.argv[1:]))


def serve(words: Sequence[str]) -> int:
    """Run an app; return the exit code."""
    signals = lifecycle.Signals()
    signals.listen()
    try:
        arguments, command = parse(words)
        with tempfile.TemporaryDirectory(prefix="fserve-") as scratch:
            with signals.reacting(signals.stop):
                app, values = _prepare(arguments, command, Path(scratch))
            return lifecycle.run(app, command, values, signals)
    except lifecycle.Stopped:
        return signals.exit_code
    except UsageFailure as failure:
        lifecycle.report(failure)
        return 2
    except Failure as failure:
        lifecycle.report(failure)
        return 1


# Arguments


def parse(words: Sequence[str]) -> tuple[_Arguments, list[str]]:
    """Separate the options from the command after ``--``, which is left as it is."""
    parser = _Parser(
        prog="fserve",
        description="Serve an app: fetch its code, then run its server function or the command.",
        usage="fserve --version VERSION [option ...] -- [command ...]",
        allow_abbrev=False,
    )
    for option, description in OPTIONS.items():
        parser.add_argument(
            option, help=description, metavar="X", required=option == "--version"
        )
    options, command = _separate(words)
    return parser.parse_args(options, _Arguments()), command


def _separate(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Tie each value to its option: argparse would take a version that begins with "-" for an option."""
    index = 0
    options: list[str] = []
    while index < len(words) and words[index] != "--":
        word = words[index]
        end = index + 1
        if word in OPTIONS and end < len(words) and words[end] != "--":
            word = f"{word}={words[end]}"
            end += 1
        options.append(word)
        index = end
    return options, list(words[index + 1 :])


# Steps


def _prepare(
    arguments: _Arguments, command: Sequence[str], scratch: Path
) -> tuple[AppEnvironment | None, Values]:
    _check(arguments)
    folder = Path(arguments.dest or ".").absolute()
    values = (
        read_values(arguments.parameters, folder) if arguments.parameters else Values()
    )
    _set_variables(arguments, values, scratch)
    _put_on_path(folder)
    app = _load(arguments, command, folder)
    if not command and (app is None or lifecycle.hook(app, "server") is None):
        raise UsageFailure(
            "there is nothing to run: give a command after --, "
            "or name an app that has a server function"
        )
    return app, values


def _check(arguments: _Arguments) -> None:
    if arguments.tgz and arguments.pkl:
        raise UsageFailure("--tgz and --pkl exclude each other")
    if bool(arguments.resolver) != bool(arguments.resolver_args):
        raise UsageFailure("--resolver and --resolver-args need each other")


def _set_variables(arguments: _Arguments, values: Values, scratch: Path) -> None:
    for option, variable in _IDENTITY.items():
        value: str | None = getattr(arguments, option)
        if value:
            os.environ[variable] = value
    os.environ.setdefault(_CONNECTOR_HOST, _ALL_INTERFACES)
    os.environ.update(values.variables)
    file = scratch / "parameters.json"
    values.write(file)
    os.environ[VALUES_FILE] = str(file)


def _put_on_path(folder: Path) -> None:
    """Let the app, and programs it starts, import the code."""
    sys.path.insert(0, str(folder))
    earlier = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(folder), earlier]))


def _load(
    arguments: _Arguments, command: Sequence[str], folder: Path
) -> AppEnvironment | None:
    if arguments.pkl:
        return bundle.load_pickle(arguments.pkl)
    if arguments.tgz:
        bundle.unpack_archive(arguments.tgz, folder)
        importlib.invalidate_caches()
    if not (arguments.resolver and arguments.resolver_args):
        return None
    try:
        return bundle.load_app(arguments.resolver, arguments.resolver_args)
    except bundle.AppNotFound:
        # Without a bundle the image holds the code, maybe only that of the command.
        if arguments.tgz or not command:
            raise
        return None
