"""The command line: arguments, printing and exit codes; nothing else. One module a group of commands."""

from __future__ import annotations

import os
import sys

import click

from codegen import __version__
from codegen.cli import (
    diffing,
    docs,
    generating,
    importing,
    projects,
    publishing,
    scaffolding,
    verifying,
)
from codegen.cli.printing import INTERNAL


def main() -> None:
    """Run the command line; a bug ends with exit code 70 and a request to report it."""
    try:
        commands(prog_name="codegen")
    except Exception as error:
        if "CODEGEN_TRACEBACK" in os.environ:
            raise
        kind = type(error).__name__
        click.echo(f"codegen: internal error: {kind}: {error}", err=True)
        click.echo("This is a bug. Set CODEGEN_TRACEBACK=1 to see where.", err=True)
        sys.exit(INTERNAL)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="codegen")
def commands() -> None:
    """Generate a typed Python SDK, its stubs and its reference pages from specs."""


for _command in (
    generating.generate,
    projects.check,
    projects.init,
    projects.explain,
    projects.schema,
    importing.import_,
    docs.docs,
    verifying.verify,
    scaffolding.scaffold,
    diffing.diff,
    publishing.publish,
):
    commands.add_command(_command)
