"""What commands print and how they end: findings, colours, exit codes.

Exit codes: 0 done, 1 findings or drift, 2 usage, settings or unreadable spec, 70 internal error.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from codegen.diagnostics import Diagnostic
    from codegen.importing import Imported
    from codegen.scaffolding import Scaffolded
    from codegen.verifying.table import Verified
    from codegen.workspace import Result

FINDINGS, USAGE, INTERNAL = 1, 2, 70
FORMATS = ("full", "concise", "json", "github", "sarif")

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
    if output_format == "full":
        text = "".join(_coloured(line) for line in text.splitlines(keepends=True))
    click.echo(text, nl=False, color=None if _wants_colour() else False)


def show_findings(
    result: Result | Imported | Scaffolded | Verified,
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


def finish(code: int) -> None:
    if code:
        sys.exit(code)


def _wants_colour() -> bool:
    return not os.environ.get("NO_COLOR")


def _coloured(line: str) -> str:
    for word, colour in ((": error[", "red"), (": warning[", "yellow")):
        place, found, rest = line.partition(word)
        if found:
            return click.style(place, bold=True) + click.style(found, colour) + rest
    return click.style(line, "cyan") if line.lstrip(" |").startswith("^") else line
