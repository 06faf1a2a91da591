"""The command line: arguments, printing and exit codes; nothing else. One module a group of commands."""

from __future__ import annotations

import contextlib
import errno
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
from codegen.cli.printing import INTERNAL, INTERRUPTED, USAGE
from codegen.collecting import never_collected

# What a machine refuses is no bug, whichever file it is about.
_REFUSED = frozenset(
    (
        errno.EACCES,
        errno.EDQUOT,
        errno.EIO,
        errno.ELOOP,
        errno.EMFILE,
        errno.ENAMETOOLONG,
        errno.ENOSPC,
        errno.EPERM,
        errno.EROFS,
    )
)


def main() -> None:
    """Run the command line; a bug ends with exit code 70 and a request to report it."""
    try:
        with never_collected():
            commands(prog_name="codegen")
    except Exception as error:
        if "CODEGEN_TRACEBACK" in os.environ:
            raise
        if isinstance(error, OSError) and error.errno in _REFUSED:
            place = error.filename or "the output"
            click.echo(f"codegen: {place}: {error.strerror}", err=True)
            _give_up_output()
            sys.exit(USAGE)
        kind = type(error).__name__
        click.echo(f"codegen: internal error: {kind}: {error}", err=True)
        click.echo("This is a bug. Set CODEGEN_TRACEBACK=1 to see where.", err=True)
        sys.exit(INTERNAL)


def _give_up_output() -> None:
    """Let Python find no fault with what could not be printed when it ends, which would change the exit code."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Commands(click.Group):
    """The commands, any of which Ctrl-C ends with an exit code that is not that of findings."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("\nAborted!", err=True)
            sys.exit(INTERRUPTED)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
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
