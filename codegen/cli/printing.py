"""What commands print and how they end: findings, colours, exit codes.

Exit codes: 0 done, 1 findings or drift, 2 usage, settings or unreadable spec, 70 internal error,
130 Ctrl-C.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from codegen.diagnostics import Diagnostic
    from codegen.files import WriteError
    from codegen.importing import Imported
    from codegen.publishing.steps import FindingsError
    from codegen.scaffolding import Scaffolded
    from codegen.verifying.table import Verified
    from codegen.workspace import Result

FINDINGS, USAGE, INTERNAL, INTERRUPTED = 1, 2, 70, 130
FORMATS = ("full", "concise", "json", "github", "sarif")

_COLOURS = {"error": "red", "warning": "yellow"}

# Rules about texts that could not be read at all, as opposed to specs that say something wrong.
_UNREADABLE = frozenset(
    "spec-folder no-specs unreadable too-large not-utf8 empty-spec yaml-syntax "
    "yaml-character no-settings unknown-setting wrong-setting missing-setting "
    "toml-syntax site-version unknown-variant".split()
)


def print_findings(
    findings: list[Diagnostic], texts: dict[str, str], output_format: str
) -> None:
    from codegen.diagnostics import PRINTERS, ordered

    text = PRINTERS[output_format](ordered(findings), texts)
    print_report(text, output_format, _COLOURS)


def print_report(text: str, output_format: str, colours: Mapping[str, str]) -> None:
    """Print what a printer made, in colours where it is for people: each severity in its own."""
    if output_format == "full":
        lines = text.splitlines(keepends=True)
        text = "".join(_coloured(line, colours) for line in lines)
    click.echo(text, nl=False, color=False if os.environ.get("NO_COLOR") else None)


def show_findings(
    result: Result | Imported | Scaffolded | Verified | FindingsError,
    output_format: str,
    consequence: str = "",
) -> int:
    if result.diagnostics or output_format in ("json", "sarif"):
        print_findings(result.diagnostics, result.texts, output_format)
    errors = [found for found in result.diagnostics if found.severity == "error"]
    if not errors:
        return 0
    if output_format in ("full", "concise"):
        count = len(errors)
        click.echo(f"{count} {'error' if count == 1 else 'errors'}{consequence}")
    return USAGE if any(found.rule in _UNREADABLE for found in errors) else FINDINGS


def print_unified(path: str, actual: bytes | None, expected: bytes | None) -> None:
    """Show how a file would change; None stands for no file."""
    import difflib

    def lines(data: bytes | None) -> list[str]:
        return (data or b"").decode(errors="replace").splitlines(keepends=True)

    before = f"a/{path}" if actual is not None else "/dev/null"
    after = f"b/{path}" if expected is not None else "/dev/null"
    for line in difflib.unified_diff(lines(actual), lines(expected), before, after):
        ended = (
            line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
        )
        click.echo(ended, nl=False)


def unwritten(error: WriteError) -> int:
    """Tell that something could not be written."""
    click.echo(f"codegen: {error.path} cannot be written: {error.reason}", err=True)
    return USAGE


def finish(code: int) -> None:
    if code:
        sys.exit(code)


def _coloured(line: str, colours: Mapping[str, str]) -> str:
    for severity, colour in colours.items():
        place, found, rest = line.partition(f": {severity}[")
        if found:
            return click.style(place, bold=True) + click.style(found, colour) + rest
    return click.style(line, "cyan") if line.lstrip(" |").startswith("^") else line
