"""``codegen docs serve``: the site in a browser while specs and guides are being edited."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from codegen.cli.options import config_option, open_workspace, site_out_option
from codegen.cli.printing import USAGE, print_findings
from codegen.cli.watching import follow

if TYPE_CHECKING:
    from codegen.serving import Revision
    from codegen.workspace import Workspace


@click.command("serve")
@config_option
@site_out_option
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="The address to listen on."
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="The port to listen on; 0 takes any that is free.",
)
def serve(config: Path | None, out: Path | None, host: str, port: int) -> None:
    """Build the site, serve it, and build it again whenever a file is saved.

    Browsers load the page they show again when it has changed. What is wrong with a
    spec is shown here and in the browser, and the last good site stays.
    """
    from codegen.serving import Revision, Server

    workspace = open_workspace(config, None, "full")
    folder = out or workspace.root / workspace.settings.docs.out
    revision = Revision()
    try:
        server = Server(folder.absolute(), host, port, revision)
    except OSError as error:
        message = error.strerror or str(error)
        click.echo(f"codegen: cannot listen on {host}:{port}: {message}", err=True)
        sys.exit(USAGE)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        _build(workspace.config, out, revision)
        click.echo(server.address)
        sys.stdout.flush()
        follow(
            _watched(workspace),
            workspace.config,
            lambda: _build(workspace.config, out, revision),
            workspace.shown,
        )
    except KeyboardInterrupt:
        # It came while nothing was being watched, and ends this all the same.
        pass
    finally:
        revision.close()
        server.shutdown()
        server.server_close()


def _watched(workspace: Workspace) -> list[Path]:
    """Where specs, cores, guides and former versions stand."""
    settings = workspace.settings
    guides = settings.docs.guides
    patterns = [guides] if isinstance(guides, str) else guides
    # A pattern stands for files of its folder.
    folders = [path.rpartition("/")[0] if "*" in path else path for path in patterns]
    names = [settings.specs, *folders]
    names += settings.docs.versions.values()
    if settings.cores is not None:
        names.append(settings.cores)
    return [workspace.root / name for name in names]


def _build(config: Path, out: Path | None, revision: Revision) -> None:
    """Bring the site up to date, and tell browsers how that went."""
    from codegen.diagnostics import ordered, render_full
    from codegen.documenting import build_site
    from codegen.workspace import SettingsError, Workspace

    written, removed = 0, 0
    try:
        result = build_site(Workspace(config), out)
        found, texts = result.diagnostics, result.texts
        written, removed = len(result.written), len(result.removed)
    except SettingsError as error:
        found, texts = error.diagnostics, error.texts
    if found:
        print_findings(found, texts, "full")
    if any(finding.severity == "error" for finding in found):
        revision.fail(render_full(ordered(found), texts))
    elif written or removed:
        click.echo(f"{written} written, {removed} removed")
        revision.renew()
    else:
        revision.fail("")
    sys.stdout.flush()
