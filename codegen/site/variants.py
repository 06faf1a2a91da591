"""Variants: which modules, classes and guides a build for some of the readers shows.

Knows what front matter says of variants: ``-NAME`` hides, ``+NAME`` and silence show. It must not know how a page is made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import msgspec

from codegen.diff.changes import Place
from codegen.model import Module
from codegen.package import Package
from codegen.site.sources import Source
from codegen.walk import classes

_FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_VARIANTS = re.compile(r"^variants:\s*(.*?)\s*$", re.MULTILINE)


def mentioned(package: Package, guides: Mapping[str, Source]) -> set[str]:
    """The names of all variants that pages and guides tell apart."""
    found: set[str] = set()
    for module in package.modules.values():
        found.update(module.page.variants)
        for _, cls in classes(module):
            found.update(cls.page.variants)
    for guide in guides.values():
        found.update(_of_guide(guide.text))
    return {signed[1:] for signed in found if signed[:1] in ("+", "-")}


def narrowed(package: Package, variant: str) -> Package:
    """What a variant shows of a package; names of what it hides lead nowhere."""
    modules: dict[str, Module] = {}
    for name, module in package.modules.items():
        common = module.page.variants
        shown = {
            key: cls
            for key, cls in module.classes.items()
            if _is_shown(cls.page.variants or common, variant)
        }
        if _is_shown(common, variant):
            modules[name] = msgspec.structs.replace(module, classes=shown)
        elif shown:
            # The module's own page stays as the way to a class that is shown although its module is not.
            modules[name] = msgspec.structs.replace(
                module, classes=shown, functions={}, variables={}, type_aliases={}
            )
    return package.narrowed(modules)


def shows(package: Package, place: Place) -> bool:
    """Whether what stands at a place of the whole is in what a variant shows of it."""
    module = package.modules.get(place.module)
    if module is None or len(place.path) < 2:
        return module is not None
    named = getattr(module, str(place.path[0]), None)
    return not isinstance(named, dict) or place.path[1] in named


def guides_of(guides: Mapping[str, Source], variant: str) -> dict[str, Source]:
    """The guides that a variant shows."""
    return {
        page: guide
        for page, guide in guides.items()
        if _is_shown(_of_guide(guide.text), variant)
    }


def _is_shown(signed: Iterable[str], variant: str) -> bool:
    return f"-{variant}" not in signed


def _of_guide(text: str) -> list[str]:
    front = _FRONT.match(text)
    said = _VARIANTS.search(front[1]) if front else None
    return said[1].split() if said else []
