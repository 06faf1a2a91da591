"""``codegen check``, ``init``, ``explain`` and ``schema``: the commands around a project that write none of its outputs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from codegen.cli.options import config_option, format_option, open_workspace
from codegen.cli.printing import USAGE, finish, show_findings, unwritten

if TYPE_CHECKING:
    from codegen.workspace import Workspace


@click.command()
@config_option
@click.option(
    "--accept-sources",
    is_flag=True,
    help="First note published pages that have changed as they are now.",
)
@format_option
def check(config: Path | None, accept_sources: bool, output_format: str) -> None:
    """Check every spec, every core it names and every page it was made from."""
    workspace = open_workspace(config, None, output_format)
    if accept_sources:
        _accept_sources(workspace, output_format)
    result = workspace.check()
    code = show_findings(result, output_format)
    if code == 0 and output_format in ("full", "concise"):
        count = len(result.texts)
        click.echo(f"{count} {'spec' if count == 1 else 'specs'} checked, no findings")
    finish(code)


def _accept_sources(workspace: Workspace, output_format: str) -> None:
    from codegen.files import WriteError

    try:
        for path in workspace.accept_sources():
            message = f"{path}: accepted as it is now"
            click.echo(message, err=output_format not in ("full", "concise"))
    except WriteError as error:
        sys.exit(unwritten(error))


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=True))
@click.option("--name", help="The package to generate; by default the folder's name.")
def init(folder: Path, name: str | None) -> None:
    """Make a small project in FOLDER that generates, checks and type-checks."""
    from codegen import starter
    from codegen.files import WriteError

    try:
        written = starter.init(folder, name)
    except starter.InitError as error:
        click.echo(f"codegen: {error}", err=True)
        sys.exit(USAGE)
    except WriteError as error:
        sys.exit(unwritten(error))
    for path in written:
        click.echo(path)
    click.echo(f"{len(written)} written; next: cd {folder} && codegen generate")


@click.command()
@click.argument("rule", required=False)
def explain(rule: str | None) -> None:
    """Tell what RULE finds and what to do about it; list all rules without RULE."""
    from codegen.diagnostics import suggest
    from codegen.diff.rules import RULES as CHANGES
    from codegen.diff.rules import ChangeRule
    from codegen.rules import RULES, Rule

    known: dict[str, Rule | ChangeRule] = {**RULES, **CHANGES}
    if rule is None:
        width = max(map(len, known))
        for name in sorted(known):
            click.echo(f"{name:<{width}}  {known[name].summary}")
        return
    found = known.get(rule)
    if found is None:
        hint = suggest(rule, known)
        message = f"codegen: there is no rule '{rule}'" + (f"; {hint}" if hint else "")
        click.echo(message, err=True)
        sys.exit(USAGE)
    click.echo(f"{found.id}\n\n{found.summary}\n\n{found.advice}")
    if rule in CHANGES:
        click.echo(f"\n{CHANGES[rule].verdict}")


@click.command()
def schema() -> None:
    """Print the JSON Schema of a spec, for editors and other tools."""
    from codegen.schema import module_schema

    click.echo(module_schema(), nl=False)
