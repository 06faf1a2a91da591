"""The options that several commands share, and the project they lead to."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from codegen.cli.printing import FORMATS, USAGE, print_findings

if TYPE_CHECKING:
    from codegen.workspace import Workspace

config_option = click.option(
    "--config",
    type=click.Path(path_type=Path),
    help="The settings file; by default codegen.toml or pyproject.toml, here or above.",
)
format_option = click.option(
    "--output-format",
    "output_format",
    type=click.Choice(FORMATS),
    default="full",
    show_default=True,
    help="How findings are shown.",
)
out_option = click.option(
    "--out",
    required=True,
    metavar="PROJECT",
    type=click.Path(path_type=Path),
    help="The folder of the project: a new one, or with --merge the one that is there.",
)
site_out_option = click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder to write to; by default the setting 'docs.out'.",
)
strict_option = click.option(
    "--strict", is_flag=True, help="Make every loss and every guess an error."
)


def open_workspace(
    config: Path | None, out: Path | None, output_format: str
) -> Workspace:
    from codegen.workspace import SettingsError, Workspace, find_config

    try:
        return Workspace(config or find_config(Path.cwd()), out)
    except SettingsError as error:
        print_findings(error.diagnostics, error.texts, output_format)
        sys.exit(USAGE)
