"""``codegen docs``: the documentation site of a project."""

from __future__ import annotations

from pathlib import Path

import click

from codegen.cli.options import (
    config_option,
    format_option,
    open_workspace,
    site_out_option,
)
from codegen.cli.printing import finish, show_findings
from codegen.cli.serving import serve


@click.group()
def docs() -> None:
    """Make the documentation site of a project from its specs and guides."""


docs.add_command(serve)


@docs.command("build")
@config_option
@site_out_option
@click.option(
    "--variant",
    default="",
    metavar="NAME",
    help="Build what this variant shows, instead of the whole and the setting 'docs.variants'.",
)
@format_option
def build(
    config: Path | None, out: Path | None, variant: str, output_format: str
) -> None:
    """Write the site: pages, search, inventories and feeds.

    Nothing is written when a spec is wrong or a link leads nowhere. Unchanged
    files are not touched, and files that a former run wrote and this one does
    not are removed.
    """
    same = _nothing_changed(config, out, variant)
    if same is not None and output_format in ("full", "concise"):
        click.echo(f"0 written, {same} unchanged, 0 removed")
        return
    workspace = open_workspace(config, None, output_format)
    from codegen.documenting import build_site

    result = build_site(workspace, out, variant)
    code = show_findings(result, output_format, "; nothing was written")
    if code == 0:
        written, removed = len(result.written), len(result.removed)
        click.echo(
            f"{written} written, {result.unchanged} unchanged, {removed} removed",
            err=output_format not in ("full", "concise"),
        )
    finish(code)


def _nothing_changed(config: Path | None, out: Path | None, variant: str) -> int | None:
    """How many files a site has that needs nothing; None when it must be looked at properly."""
    import os

    from codegen import state

    if "CODEGEN_NO_CACHE" in os.environ:
        return None
    root = Path.cwd() if config is None else Path(os.path.abspath(config)).parent
    name = state.file_name(None if out is None else str(out)).replace("state", "site")
    last = state.load(str(root / state.CACHE_FOLDER / name))
    if last is None or (config and os.path.abspath(config) not in last.inputs):
        return None
    if any(record[2] != f"site {variant}" for record in last.outputs.values()):
        return None
    return len(last.outputs) if last.unchanged() else None
