"""``codegen publish``: build, try out and upload distributions of the stubs and of the SDK."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from codegen.cli.options import config_option, open_workspace
from codegen.cli.printing import FINDINGS, USAGE, show_findings, unwritten

if TYPE_CHECKING:
    from codegen.publishing.steps import What

_OPTIONS = (
    config_option,
    click.option(
        "--repository",
        metavar="URL|NAME",
        help="Where to: an address, or a section of ~/.pypirc; by default as twine does.",
    ),
    click.option(
        "--index",
        "index_url",
        metavar="URL",
        help="Where the index shows what it has, if not at simple/ below the repository.",
    ),
    click.option(
        "--version",
        metavar="VERSION",
        help="The version; by default what the settings or the SDK's pyproject.toml say.",
    ),
    click.option(
        "--against",
        metavar="SIDE",
        help="What the API is compared with, as in `codegen diff`; by default the former version on the index.",
    ),
    click.option(
        "--dist",
        metavar="DIR",
        type=click.Path(path_type=Path),
        help="Keep the built files in this folder.",
    ),
    click.option("--dry-run", is_flag=True, help="Do everything but the upload."),
)


@click.group()
def publish() -> None:
    """Build, try out and upload distributions, from the specs as they are.

    Credentials come from TWINE_USERNAME and TWINE_PASSWORD, ~/.pypirc or the keyring, and are never shown.
    """


def _with_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@publish.command("stubs")
@_with_options
def stubs(**options: Any) -> None:
    """Publish the stubs as a distribution of their own (PEP 561)."""
    _publish("stubs", **options)


@publish.command("sdk")
@_with_options
def sdk(**options: Any) -> None:
    """Publish the generated package with the cores it calls and its commands."""
    _publish("sdk", **options)


def _publish(
    what: What, *, config: Path | None, version: str | None, **others: Any
) -> None:
    from codegen.files import WriteError
    from codegen.publishing import Options, OptionsError, PublishError
    from codegen.publishing import publish as run
    from codegen.publishing.steps import FindingsError
    from codegen.versions import is_version

    if version is not None and not is_version(version):
        raise click.UsageError(f"--version: '{version}' is no version")
    workspace = open_workspace(config, None, "full")
    try:
        for line in run(workspace, what, Options(version=version, **others)):
            click.echo(line)
    except FindingsError as error:
        sys.exit(show_findings(error, "full", "; nothing was published"))
    except OptionsError as error:
        click.echo(f"codegen: {error}", err=True)
        sys.exit(USAGE)
    except PublishError as error:
        click.echo(f"codegen: {error}", err=True)
        sys.exit(FINDINGS)
    except WriteError as error:
        sys.exit(unwritten(error))
