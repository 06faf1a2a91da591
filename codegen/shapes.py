"""The shapes of pages and of the site: jinja2 templates, compiled once and filled with prepared values.

Knows where templates live and how they are compiled. It must not know what a page shows: every decision is made before a
template is filled.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from codegen import __version__

if TYPE_CHECKING:
    from jinja2 import Environment, Template

_FOLDER = Path(__file__).parent / "templates"


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from codegen.compiled import Compiled

    environment = Environment(
        loader=FileSystemLoader((_FOLDER, _FOLDER / "site")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        bytecode_cache=Compiled(__version__),
        autoescape=_is_html,
    )
    # No template uses jinja's own functions, and every rendering would copy them.
    environment.globals.clear()
    return environment


def _is_html(name: str | None) -> bool:
    """Whether a template escapes what it is filled with; texts of Markdown are escaped where they are put together."""
    return name is not None and name.endswith(".html.j2")


@cache
def shape(name: str) -> Template:
    """Return the compiled template ``name``, such as ``plain_entry.md`` or ``class.html``."""
    return _environment().get_template(f"{name}.j2")
