"""Doing something again whenever a file of a project is saved, until Ctrl-C."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import click

from codegen.collecting import collected_again


def follow(
    folders: Iterable[Path],
    config: Path,
    again: Callable[[], None],
    shown: Callable[[Path], str],
) -> None:
    """Call ``again`` after every change in the folders or the settings, and say once what is watched."""
    import logging

    from watchfiles import watch

    collected_again()
    # It would comment on Ctrl-C, which is how this ends.
    logging.getLogger("watchfiles").setLevel(logging.ERROR)
    watched = [folder for folder in folders if folder.exists()]
    ready = False
    for changes in watch(
        *watched,
        config,
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
            again()
            names = ", ".join(map(shown, watched))
            click.echo(f"watching {names}; stop with Ctrl-C", err=True)
            ready = True
