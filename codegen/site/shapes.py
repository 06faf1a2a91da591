"""The HTML shapes of the site: jinja2 templates with escaping on, compiled once and filled with prepared values.

Knows where templates live and how they are compiled. It must not know what a page shows.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment, Template

_FOLDER = Path(__file__).parents[1] / "templates" / "site"


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        autoescape=True,
    )
    # No template uses jinja's own functions, and every rendering would copy them.
    environment.globals.clear()
    return environment


@cache
def shape(name: str) -> Template:
    """Return the compiled template ``name``, such as ``class.html``."""
    return _environment().get_template(f"{name}.j2")
