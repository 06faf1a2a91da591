"""``codegen import``: make a project from published pages or Python source."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from codegen.cli.options import format_option, out_option, strict_option
from codegen.cli.printing import FINDINGS, USAGE, finish, show_findings, unwritten

if TYPE_CHECKING:
    from codegen.importing import Imported


@click.group("import")
def import_() -> None:
    """Make a project from what exists: published pages or Python source."""


merge_option = click.option(
    "--merge",
    is_flag=True,
    help="Merge into the project that is there: texts from pages, facts from source.",
)


@import_.command("pages")
@click.argument(
    "paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(path_type=Path)
)
@out_option
@merge_option
@strict_option
@format_option
def import_pages(
    paths: tuple[Path, ...], out: Path, merge: bool, strict: bool, output_format: str
) -> None:
    """Read reference pages, files or folders of them, into a project that writes the same pages."""
    from codegen import importing_pages

    def run() -> Imported:
        if not merge:
            return importing_pages.import_pages(paths, out, strict=strict)
        from codegen.importing_merge import merge_pages

        return merge_pages(importing_pages.read_tree(paths), out, strict=strict)

    finish(_import(run, output_format, merge))


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
@merge_option
@strict_option
@format_option
def import_source(
    source: str,
    out: Path,
    search_paths: tuple[Path, ...],
    version: str | None,
    merge: bool,
    strict: bool,
    output_format: str,
) -> None:
    """Read a package, a module or stubs, without running them, into a project that generates the same API."""
    from codegen import importing_source
    from codegen.readers.source.branches import Target

    target = Target() if version is None else Target(version=_version(version))

    def run() -> Imported:
        if not merge:
            return importing_source.import_source(
                source, out, search_paths=search_paths, target=target, strict=strict
            )
        from codegen.importing_merge import merge_source

        read = importing_source.read_source(source, search_paths, target)
        return merge_source(read, out, strict=strict)

    finish(_import(run, output_format, merge))


def _version(text: str) -> tuple[int, int]:
    major, dot, minor = text.partition(".")
    if not (dot and major.isdecimal() and minor.isdecimal()):
        raise click.UsageError(f"--python: '{text}' is no version such as 3.12")
    return int(major), int(minor)


def _import(run: Callable[[], Imported], output_format: str, merge: bool) -> int:
    """Run an import; print what it found and wrote."""
    from codegen.files import WriteError
    from codegen.importing import ImportError_

    try:
        result = run()
    except ImportError_ as error:
        click.echo(f"codegen: {error}", err=True)
        return USAGE
    except WriteError as error:
        return unwritten(error)
    code = show_findings(result, output_format)
    written = f"{len(result.written)} written"
    click.echo(written, err=output_format not in ("full", "concise"))
    # Whatever the findings are, nothing has been imported; a merge may well change nothing.
    nothing = not result.written and not merge
    return code or (FINDINGS if nothing else 0)
