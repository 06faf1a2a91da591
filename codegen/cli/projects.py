"""``codegen check``, ``init``, ``explain`` and ``schema``: the commands around a project that write none of its outputs."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from codegen.cli.options import config_option, format_option, open_workspace
from codegen.cli.printing import USAGE, finish, show_findings


@click.command()
@config_option
@format_option
def check(config: Path | None, output_format: str) -> None:
    """Check every spec and every core it names; write nothing."""
    result = open_workspace(config, None, output_format).check()
    code = show_findings(result, output_format)
    if code == 0 and output_format in ("full", "concise"):
        count = len(result.texts)
        click.echo(f"{count} {'spec' if count == 1 else 'specs'} checked, no findings")
    finish(code)


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
        click.echo(f"codegen: {error.path} cannot be written: {error.reason}", err=True)
        sys.exit(USAGE)
    for path in written:
        click.echo(path)
    click.echo(f"{len(written)} written; next: cd {folder} && codegen generate")


@click.command()
@click.argument("rule", required=False)
def explain(rule: str | None) -> None:
    """Tell what RULE finds and what to do about it; list all rules without RULE."""
    from codegen.diagnostics import suggest
    from codegen.rules import RULES

    if rule is None:
        width = max(map(len, RULES))
        for entry in sorted(RULES.values()):
            click.echo(f"{entry.id:<{width}}  {entry.summary}")
        return
    found = RULES.get(rule)
    if found is None:
        hint = suggest(rule, RULES)
        message = f"codegen: there is no rule '{rule}'" + (f"; {hint}" if hint else "")
        click.echo(message, err=True)
        sys.exit(USAGE)
    click.echo(f"{found.id}\n\n{found.summary}\n\n{found.advice}")


@click.command()
def schema() -> None:
    """Print the JSON Schema of a spec, for editors and other tools."""
    from codegen.schema import module_schema

    click.echo(module_schema(), nl=False)
