"""``codegen verify``: whether everything that is generated says what the specs say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from codegen.cli.options import config_option, format_option, open_workspace
from codegen.cli.printing import FINDINGS, USAGE, finish, print_findings, show_findings

if TYPE_CHECKING:
    from codegen.verifying.rows import Row
    from codegen.workspace import Workspace

_HEAD = ("mirror", "what is compared", "files", "facts", "differ", "time", "verdict")


@click.command()
@config_option
@click.option(
    "--only",
    multiple=True,
    metavar="MIRROR",
    help="Only this mirror: specs, package, griffe, stubs, pages, plain, stubtest, mypy, pyright. Repeatable.",
)
@format_option
def verify(config: Path | None, only: tuple[str, ...], output_format: str) -> None:
    """Generate everything elsewhere, read it back, and compare it with the specs.

    What a type checker or the reader of a mirror says is told at its place in the spec.
    Nothing of the project is written.
    """
    from codegen.verifying.table import verify as run

    workspace = open_workspace(config, None, output_format)
    _require_known(workspace, only)
    result = run(workspace, only)
    if not result.rows:
        finish(show_findings(result, output_format) or FINDINGS)
    found = result.diagnostics
    if found or output_format in ("json", "sarif"):
        print_findings(found, result.texts, output_format)
    machine = output_format not in ("full", "concise")
    for line in _table(result.rows):
        click.echo(line, err=machine)
    finish(_code(result.rows, only))


def _require_known(workspace: Workspace, only: tuple[str, ...]) -> None:
    from codegen.diagnostics import suggest
    from codegen.verifying.table import MIRRORS, NAMES

    enabled = frozenset(workspace.settings.outputs)
    for name in only:
        if name not in NAMES:
            hint = suggest(name, NAMES) or f"mirrors: {', '.join(NAMES)}"
            raise click.UsageError(f"--only: '{name}' is not a mirror; {hint}")
        needs = next(mirror.needs for mirror in MIRRORS if mirror.name == name)
        if needs and needs.isdisjoint(enabled):
            kinds = "' or '".join(sorted(needs))
            raise click.UsageError(f"--only: the settings do not enable '{kinds}'")


def _code(rows: list[Row], only: tuple[str, ...]) -> int:
    if any(row.findings for row in rows):
        return FINDINGS
    # What was asked for by name and could not be looked at has not passed.
    return USAGE if any(row.absent for row in rows if row.mirror in only) else 0


def _table(rows: list[Row]) -> list[str]:
    """One line a mirror, in columns."""
    cells: list[tuple[str, ...]] = [_HEAD]
    for row in rows:
        numbers = (
            *map(str, row.counted),
            str(len(row.findings)),
            f"{row.seconds:.1f}s",
        )
        if row.absent:
            numbers = ("", "", "", "")
        cells.append((row.mirror, row.compared, *numbers, row.verdict))
    widths = [max(len(line[column]) for line in cells) for column in range(len(_HEAD))]
    return ["  ".join(map(_aligned, line, widths, range(7))).rstrip() for line in cells]


def _aligned(text: str, width: int, column: int) -> str:
    return text.rjust(width) if 2 <= column <= 5 else text.ljust(width)
