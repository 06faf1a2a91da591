"""``codegen diff``: what changed for users between two states of an API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from codegen.cli.printing import (
    FINDINGS,
    USAGE,
    finish,
    print_findings,
    print_report,
)

if TYPE_CHECKING:
    from codegen.diff.changes import Change
    from codegen.diff.printing import Report
    from codegen.sides import Loaded

_FORMATS = ("full", "concise", "json", "markdown", "github")
_COLOURS = {"breaking": "red", "risky": "yellow"}


@click.command()
@click.argument("old")
@click.argument("new", required=False)
@click.option(
    "--fail-on",
    type=click.Choice(("breaking", "any", "none")),
    default="breaking",
    show_default=True,
    help="Which changes make the command fail.",
)
@click.option(
    "--new-version",
    metavar="VERSION",
    help="The version the new side is to have; fail if it is too small for the changes.",
)
@click.option(
    "--output-format",
    type=click.Choice(_FORMATS),
    default="full",
    show_default=True,
    help="How changes are shown; markdown is a fragment of a changelog.",
)
@click.option(
    "--prove",
    is_flag=True,
    help="Try programs from OLD against NEW with mypy and pyright; fail if they see more.",
)
def diff(
    old: str,
    new: str | None,
    fail_on: str,
    new_version: str | None,
    output_format: str,
    prove: bool,
) -> None:
    """Tell what changed for users from OLD to NEW, who breaks, and which version that asks for.

    A side is a project or its settings file, a folder of specs, Python source, git:REV
    or git:REV:PATH (the project at a revision), pypi:NAME==VERSION, or installed:NAME.
    NEW is the project here by default.
    """
    from codegen.versions import is_version

    if new_version is not None and not is_version(new_version):
        raise click.UsageError(f"--new-version: '{new_version}' is no version")
    one, other = _load(old, new, output_format)
    report = _report(one, other, new_version)
    _print(report, {**one.texts, **other.texts}, output_format)
    code = _code(report, fail_on, new_version)
    if prove and not _proved(one, other, report, output_format):
        code = code or FINDINGS
    finish(code)


def _proved(one: Loaded, other: Loaded, report: Report, output_format: str) -> bool:
    from codegen.cli import proving

    changes = [shown.change for shown in report.changes]
    aside = output_format not in ("full", "concise")
    return proving.prove(one.package, other.package, changes, aside=aside)


def _load(old: str, new: str | None, output_format: str) -> tuple[Loaded, Loaded]:
    """Both sides; the command ends here when one of them cannot be read."""
    from codegen.sides import SideError, load
    from codegen.workspace import SettingsError

    shown = output_format if output_format in ("concise", "json", "github") else "full"
    try:
        sides = load(old, new)
    except SideError as error:
        click.echo(f"codegen: {error}", err=True)
        finish(USAGE)
        raise
    except SettingsError as error:
        print_findings(error.diagnostics, error.texts, shown)
        finish(USAGE)
        raise
    found = [finding for side in sides for finding in side.diagnostics]
    texts = {**sides[0].texts, **sides[1].texts}
    if any(finding.severity == "error" for finding in found):
        print_findings(found, texts, shown)
        click.echo("codegen: a side with errors cannot be compared", err=True)
        finish(USAGE)
    for finding in found:
        click.echo(finding.headline, err=True)
    return sides


def _report(old: Loaded, new: Loaded, new_version: str | None) -> Report:
    from codegen import parallel
    from codegen.collecting import collected_later
    from codegen.diagnostics import Location
    from codegen.diff.modules import compare
    from codegen.diff.printing import Report, Shown, ordered

    def work(share: Sequence[Change], own: bool) -> list[tuple[Any, Any]]:
        del own
        return [
            (
                change.old and tuple(old.locate(change.old)),
                change.new and tuple(new.locate(change.new)),
            )
            for change in share
        ]

    version = new_version or new.version
    with collected_later():
        changes = list(compare(old.package, new.package, version=version))
        places = parallel.spread(changes, work, len(changes))
    shown = [
        Shown(change, before and Location(*before), after and Location(*after))
        for change, (before, after) in zip(changes, places, strict=True)
    ]
    return Report(old.name, new.name, old.version, version, ordered(shown))


def _print(report: Report, texts: Mapping[str, str], output_format: str) -> None:

    from codegen.diff.printing import PRINTERS, version_advice

    text = PRINTERS[output_format](report, texts)
    print_report(text, output_format, _COLOURS)
    if output_format in ("markdown", "github"):
        click.echo(version_advice(report), err=True)


def _code(report: Report, fail_on: str, new_version: str | None) -> int:
    if fail_on == "none":
        return 0
    if new_version is not None and report.is_enough is False:
        return FINDINGS
    if fail_on == "any":
        return FINDINGS if report.changes else 0
    breaking = any(one.change.severity == "breaking" for one in report.changes)
    return FINDINGS if breaking else 0
