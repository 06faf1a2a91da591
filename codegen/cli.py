"""The command line: arguments, printing and exit codes; nothing else.

Exit codes: 0 done, 1 findings or drift, 2 usage, settings or unreadable spec, 70 internal error.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from codegen import __version__

if TYPE_CHECKING:
    from codegen.diagnostics import Diagnostic
    from codegen.importing import Imported
    from codegen.outputs import Unit
    from codegen.workspace import Drift, Result, Workspace

FINDINGS, USAGE, INTERNAL = 1, 2, 70
_LONG_WORK = 50  # modules, about a second
FORMATS = ("full", "concise", "json", "github", "sarif")

# Rules about texts that could not be read at all, as opposed to specs that say something wrong.
_UNREADABLE = frozenset(
    "spec-folder no-specs unreadable too-large not-utf8 empty-spec yaml-syntax "
    "yaml-character no-settings unknown-setting wrong-setting missing-setting "
    "toml-syntax".split()
)


def main() -> None:
    """Run the command line; a bug ends with exit code 70 and a request to report it."""
    try:
        commands(prog_name="codegen")
    except Exception as error:
        if "CODEGEN_TRACEBACK" in os.environ:
            raise
        kind = type(error).__name__
        click.echo(f"codegen: internal error: {kind}: {error}", err=True)
        click.echo("This is a bug. Set CODEGEN_TRACEBACK=1 to see where.", err=True)
        sys.exit(INTERNAL)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="codegen")
def commands() -> None:
    """Generate a typed Python SDK, its stubs and its reference pages from specs."""


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
    help="The folder of the new project.",
)
strict_option = click.option(
    "--strict", is_flag=True, help="Make every loss and every guess an error."
)


@commands.command()
@config_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The folder to write to; by default the setting 'out'.",
)
@click.option("--check", is_flag=True, help="Write nothing; fail if files are stale.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
@click.option(
    "--only",
    multiple=True,
    metavar="KIND|GLOB",
    help="Only outputs of this kind (package, stubs, pages, plain) or path. Repeatable.",
)
@click.option("--watch", is_flag=True, help="Generate again whenever a spec is saved.")
@format_option
def generate(
    config: Path | None,
    out: Path | None,
    check: bool,
    diff: bool,
    only: tuple[str, ...],
    watch: bool,
    output_format: str,
) -> None:
    """Write the package, stubs and pages that the specs describe.

    Nothing is written when a spec is wrong. Unchanged files are not touched, and
    files that a former run wrote and this one does not are removed.
    """
    if watch and (check or diff):
        raise click.UsageError("--watch writes; it does not go with --check or --diff")
    workspace = _workspace(config, out, output_format)
    _require_known(workspace, only)
    if check or diff:
        drifts, result = workspace.drift(only)
        _finish(_show_drift(workspace, drifts, result, diff, output_format))
    elif watch:
        _watch(workspace, config, out, only, output_format)
    else:
        from codegen.incremental import generate as run

        _finish(_show_result(run(workspace, only, _progress), output_format))


@commands.command()
@config_option
@format_option
def check(config: Path | None, output_format: str) -> None:
    """Check every spec and every core it names; write nothing."""
    result = _workspace(config, None, output_format).check()
    code = _show_findings(result, output_format)
    if code == 0 and output_format in ("full", "concise"):
        count = len(result.texts)
        click.echo(f"{count} {'spec' if count == 1 else 'specs'} checked, no findings")
    _finish(code)


@commands.command()
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


@commands.command()
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


@commands.command()
def schema() -> None:
    """Print the JSON Schema of a spec, for editors and other tools."""
    from codegen.schema import module_schema

    click.echo(module_schema(), nl=False)


@commands.group("import")
def import_() -> None:
    """Make a project from what exists: published pages or Python source."""


@import_.command("pages")
@click.argument(
    "paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(path_type=Path)
)
@out_option
@strict_option
@format_option
def import_pages(
    paths: tuple[Path, ...], out: Path, strict: bool, output_format: str
) -> None:
    """Read reference pages, files or folders of them, into a project that writes the same pages."""
    from codegen.importing_pages import import_pages as run

    _finish(_import(lambda: run(paths, out, strict=strict), output_format))


@import_.command("source")
@click.argument("source", metavar="PATH|PACKAGE")
@out_option
@click.option(
    "--search-path",
    "search_paths",
    multiple=True,
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Where the package is looked for; by default where this Python installs packages.",
)
@click.option(
    "--python",
    "version",
    metavar="VERSION",
    help="The Python that is read for, such as 3.12; by default the one that runs.",
)
@strict_option
@format_option
def import_source(
    source: str,
    out: Path,
    search_paths: tuple[Path, ...],
    version: str | None,
    strict: bool,
    output_format: str,
) -> None:
    """Read a package, a module or stubs, without running them, into a project that generates the same API."""
    from codegen.importing_source import import_source as run
    from codegen.readers.source.branches import Target

    target = Target() if version is None else Target(version=_version(version))
    _finish(
        _import(
            lambda: run(
                source, out, search_paths=search_paths, target=target, strict=strict
            ),
            output_format,
        )
    )


def _version(text: str) -> tuple[int, int]:
    major, dot, minor = text.partition(".")
    if not (dot and major.isdecimal() and minor.isdecimal()):
        raise click.UsageError(f"--python: '{text}' is no version such as 3.12")
    return int(major), int(minor)


def _import(run: Callable[[], Imported], output_format: str) -> int:
    """Run an import; print what it found and wrote."""
    from codegen.files import WriteError
    from codegen.importing import ImportError_

    try:
        result = run()
    except ImportError_ as error:
        click.echo(f"codegen: {error}", err=True)
        return USAGE
    except WriteError as error:
        click.echo(f"codegen: {error.path} cannot be written: {error.reason}", err=True)
        return USAGE
    code = _show_findings(result, output_format)
    written = f"{len(result.written)} written"
    click.echo(written, err=output_format not in ("full", "concise"))
    # Whatever the findings are, nothing has been imported.
    return FINDINGS if code or not result.written else 0


def _workspace(config: Path | None, out: Path | None, output_format: str) -> Workspace:
    from codegen.workspace import SettingsError, Workspace, find_config

    try:
        return Workspace(config or find_config(Path.cwd()), out)
    except SettingsError as error:
        _print_findings(error.diagnostics, error.texts, output_format)
        sys.exit(USAGE)


def _require_known(workspace: Workspace, only: tuple[str, ...]) -> None:
    from codegen.diagnostics import suggest
    from codegen.project import OUTPUT_NAMES

    for entry in only:
        is_word = entry.replace("-", "").replace("_", "").isalnum()
        if is_word and entry not in OUTPUT_NAMES:
            hint = suggest(entry, OUTPUT_NAMES) or f"kinds: {', '.join(OUTPUT_NAMES)}"
            raise click.UsageError(f"--only: '{entry}' is not a kind of output; {hint}")
        if entry in OUTPUT_NAMES and entry not in workspace.settings.outputs:
            raise click.UsageError(f"--only: the settings do not enable '{entry}'")


def _progress(units: Iterator[Unit], count: int) -> Iterator[Unit]:
    """Show a bar on a terminal while many modules are being written."""
    if count < _LONG_WORK or not sys.stderr.isatty():
        yield from units
        return
    with click.progressbar(
        units, length=count, label="generating", file=sys.stderr
    ) as bar:
        yield from bar


def _print_findings(
    findings: list[Diagnostic], texts: dict[str, str], output_format: str
) -> None:
    from codegen.diagnostics import PRINTERS, ordered

    text = PRINTERS[output_format](ordered(findings), texts)
    if output_format == "full":
        text = "".join(_coloured(line) for line in text.splitlines(keepends=True))
    click.echo(text, nl=False, color=None if _wants_colour() else False)


def _wants_colour() -> bool:
    return not os.environ.get("NO_COLOR")


def _coloured(line: str) -> str:
    for word, colour in ((": error[", "red"), (": warning[", "yellow")):
        place, found, rest = line.partition(word)
        if found:
            return click.style(place, bold=True) + click.style(found, colour) + rest
    return click.style(line, "cyan") if line.lstrip(" |").startswith("^") else line


def _show_findings(
    result: Result | Imported, output_format: str, consequence: str = ""
) -> int:
    if result.diagnostics or output_format in ("json", "sarif"):
        _print_findings(result.diagnostics, result.texts, output_format)
    errors = [found for found in result.diagnostics if found.severity == "error"]
    if not errors:
        return 0
    if output_format in ("full", "concise"):
        count = len(errors)
        click.echo(f"{count} {'error' if count == 1 else 'errors'}{consequence}")
    return USAGE if any(found.rule in _UNREADABLE for found in errors) else FINDINGS


def _show_result(result: Result, output_format: str) -> int:
    code = _show_findings(result, output_format, "; nothing was written")
    if code == 0:
        # Machine-readable findings go to stdout alone.
        click.echo(_summary(result), err=output_format not in ("full", "concise"))
    return code


def _summary(result: Result) -> str:
    written, removed = len(result.written), len(result.removed)
    return f"{written} written, {result.unchanged} unchanged, {removed} removed"


def _show_drift(
    workspace: Workspace,
    drifts: list[Drift],
    result: Result,
    diff: bool,
    output_format: str,
) -> int:
    from codegen.diagnostics import Diagnostic, Location

    code = _show_findings(result, output_format)
    if code:
        return code
    if diff:
        for drift in drifts:
            click.echo("".join(_unified(drift)), nl=False)
    findings = []
    for drift in drifts:
        reason = "differs from the specs"
        if drift.actual is None:
            reason = "is missing"
        elif drift.expected is None:
            reason = "is not generated by any spec"
        place = Location(workspace.shown(workspace.out / drift.path))
        findings.append(Diagnostic(place, "drift", reason, "run `codegen generate`"))
    if findings and not diff:
        _print_findings(
            findings, {}, "concise" if output_format == "full" else output_format
        )
    stale, fresh = len(drifts), result.unchanged
    click.echo(
        f"{stale} stale, {fresh} up to date",
        err=output_format not in ("full", "concise"),
    )
    return FINDINGS if drifts else 0


def _unified(drift: Drift) -> Iterator[str]:
    import difflib

    def lines(data: bytes | None) -> list[str]:
        return (data or b"").decode(errors="replace").splitlines(keepends=True)

    before = f"a/{drift.path}" if drift.actual is not None else "/dev/null"
    after = f"b/{drift.path}" if drift.expected is not None else "/dev/null"
    for line in difflib.unified_diff(
        lines(drift.actual), lines(drift.expected), before, after
    ):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _watch(
    workspace: Workspace,
    config: Path | None,
    out: Path | None,
    only: tuple[str, ...],
    output_format: str,
) -> None:
    from watchfiles import watch

    from codegen.incremental import generate as run

    def again(*, quiet: bool = False) -> None:
        fresh = _workspace(config or workspace.config, out, output_format)
        result = run(fresh, only)
        if result.written or result.removed or result.diagnostics or not quiet:
            _show_result(result, output_format)
        sys.stdout.flush()

    again()
    folders = [workspace.specs_folder]
    if workspace.settings.cores is not None:
        folders.append(workspace.root / workspace.settings.cores)
    watched = [folder for folder in folders if folder.is_dir()]
    ready = False
    for changes in watch(
        *watched,
        workspace.config,
        debounce=50,
        step=20,
        rust_timeout=200,
        yield_on_timeout=True,
        raise_interrupt=False,
    ):
        if changes:
            again()
        elif not ready:
            # What was saved before the first event could be seen is not lost.
            again(quiet=True)
            names = ", ".join(map(workspace.shown, watched))
            click.echo(f"watching {names}; stop with Ctrl-C", err=True)
            ready = True


def _finish(code: int) -> None:
    if code:
        sys.exit(code)
