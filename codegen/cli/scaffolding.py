"""``codegen scaffold``: write missing cores and change signatures that are out of date."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from codegen.cli.options import config_option, format_option, open_workspace
from codegen.cli.printing import USAGE, finish, print_unified, show_findings, unwritten

if TYPE_CHECKING:
    from codegen.scaffolding import Scaffolded
    from codegen.workspace import Workspace


@click.command()
@config_option
@click.option("--dry-run", is_flag=True, help="Write nothing; show what would change.")
@click.option(
    "--all-types",
    is_flag=True,
    help="Change every annotation that differs, not only those whose documented type has changed.",
)
@format_option
def scaffold(
    config: Path | None, dry_run: bool, all_types: bool, output_format: str
) -> None:
    """Write missing cores, and change the signatures of others to what specs document.

    A new core raises NotImplementedError. Of an existing one only the header
    changes, never its body; what has to be looked at is pointed out. Nothing is
    written when something could not be brought into agreement.
    """
    from codegen.files import WriteError
    from codegen.scaffolding import scaffold as run

    workspace = open_workspace(config, None, output_format)
    if workspace.settings.cores is None:
        message = "the settings name no folder of cores; set 'cores'"
        click.echo(f"codegen: {message}", err=True)
        sys.exit(USAGE)
    try:
        result = run(workspace, dry_run=dry_run, every_type=all_types)
    except WriteError as error:
        sys.exit(unwritten(error))
    finish(_show(workspace, result, dry_run, output_format))


def _show(
    workspace: Workspace, result: Scaffolded, dry_run: bool, output_format: str
) -> int:
    code = show_findings(result, output_format, "; nothing was written")
    if code:
        return code
    machine_readable = output_format not in ("full", "concise")
    folder = workspace.settings.cores
    for path, before, after in result.rewritten if dry_run else ():
        former = None if before is None else before.encode()
        print_unified(f"{folder}/{path}", former, after.encode())
    for path, (wanted, words, _) in () if dry_run else result.updated:
        name = wanted.reference.partition(":")[2]
        click.echo(f"{folder}/{path}: {name}: {', '.join(words)}", err=machine_readable)
    for line in _summary(result, dry_run):
        click.echo(line, err=machine_readable)
    return 0


def _summary(result: Scaffolded, dry_run: bool) -> Iterator[str]:
    if result.own_types:
        types = "1 type" if result.own_types == 1 else f"{result.own_types} types"
        yield f"{types} of cores, unlike the documented, left alone; --all-types changes them"
    new = sum(update.words == ("new",) for _, update in result.updated)
    changed = len(result.updated) - new
    files = len(result.rewritten)
    would = "would be " if dry_run else ""
    counted = f"{files} {'file' if files == 1 else 'files'}"
    yield f"{new} {would}written, {changed} {would}changed, in {counted}"
