"""The text shapes of pages: jinja2 templates, compiled once and filled with finished strings.

Knows where templates live and how they are compiled. It must not know what a page shows: templates have loops and
nothing else, every decision is made before one is filled.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment, Template

_FOLDER = Path(__file__).parents[2] / "templates"


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    # Pages are Markdown, not HTML: texts are escaped where they are put together.
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        autoescape=False,
    )
    # No template uses jinja's own functions, and every rendering would copy them.
    environment.globals.clear()
    return environment


@cache
def shape(name: str) -> Template:
    """Return the compiled template ``name``, such as ``plain_table.md``."""
    return _environment().get_template(f"{name}.j2")
