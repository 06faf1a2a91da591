"""Editions: the complete sites that one site consists of, one for each version and variant, and the way between them.

Knows the folders of editions and the scripts that fill the switch. Each edition works alone; it must not be known here how
one is made, or where old versions come from.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from codegen.site.places import ASSETS

_SWITCH = Path(__file__).with_name("switch.js")

VERSIONS = "versions"
VARIANTS = "variants"


class Edition(NamedTuple):
    """One complete site: its version, its variant, which is empty for the whole, and its folder with a slash behind it."""

    version: str
    variant: str
    folder: str


def planned(
    newest: str, older: Sequence[str], variants: Sequence[str]
) -> list[Edition]:
    """All editions, those of the newest version first; the first one stands at the root."""
    return [
        Edition(
            version,
            variant,
            (f"{VERSIONS}/{version}/" if number else "")
            + (f"{VARIANTS}/{variant}/" if variant else ""),
        )
        for number, version in enumerate((newest, *older))
        for variant in ("", *variants)
    ]


def way(start: Edition, end: Edition) -> str:
    """The way from the root of one edition to that of another, with a slash behind it unless it is empty."""
    path = posixpath.relpath(end.folder or ".", start.folder or ".")
    return "" if path == "." else f"{path}/"


def script(editions: Iterable[Edition], here: Edition) -> str:
    """What fills the switch of an edition: all others, and what makes controls of them."""
    data = {
        "version": here.version,
        "variant": here.variant,
        "editions": [[it.version, it.variant, way(here, it)] for it in editions],
    }
    return f"window.siteEditions={_json(data)};\n{_switch()}"


def files(switch: str, pages: Iterable[str]) -> dict[str, bytes]:
    """The files of a switch: its script, and the pages that are here, for which the switch of another edition asks."""
    known = f"window.sitePages={_json(sorted(pages))};\n"
    return {
        f"{ASSETS}/versions.js": switch.encode(),
        f"{ASSETS}/pages.js": known.encode(),
    }


@cache
def _switch() -> str:
    return _SWITCH.read_text(encoding="utf-8")


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=True, separators=(",", ":"))
