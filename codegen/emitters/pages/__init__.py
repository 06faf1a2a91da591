"""Reference pages in Markdown: model -> text, in the style each module asks for and in the plain one.

Knows which styles exist and what every page shows, whatever its style. It must not know how a style looks: the legacy
styles are in legacy.py, the plain style is in plain.py.
"""

from __future__ import annotations

from codegen.model import Module
from codegen.package import Package


def emit(module_name: str, module: Module, package: Package) -> dict[str, str]:
    """Return the pages of a module in the style it asks for, as relative path -> text."""
    if module.page.style == "plain":
        from codegen.emitters.pages import plain

        # Pages of another style have other anchors, so they are not linked to.
        linked = frozenset(
            name
            for name, other in package.modules.items()
            if other.page.style == "plain"
        )
        return plain.emit(module_name, module, package, linked)
    from codegen.emitters.pages import legacy

    return legacy.emit(module_name, module, package)


def emit_plain(module_name: str, module: Module, package: Package) -> dict[str, str]:
    """Return the pages of a module in the plain style, whatever style it asks for."""
    from codegen.emitters.pages import plain

    return plain.emit(module_name, module, package, frozenset(package.modules))
