"""Specs as they were read, kept in a project's cache, so that the next command need not read the same texts again.

Knows a model by the digest of its text, and that another state of the tool might read it otherwise. It must not know who
reads, or what for.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from codegen import files, state
from codegen.model import Module

_NAME = "models"


def load(root: Path) -> dict[str, Module]:
    """The models of specs by the digests of their texts; none where another state of the tool has left them."""
    data = files.read_bytes(root / state.CACHE_FOLDER / _NAME)
    if data is None:
        return {}
    try:
        tool, models = msgspec.msgpack.decode(data, type=tuple[str, dict[str, Module]])
    except msgspec.MsgspecError:
        return {}
    return models if tool == _tool() else {}


def save(root: Path, models: Mapping[str, Module]) -> None:
    """Keep the models of a project's specs, by the digests of their texts, instead of those kept before."""
    files.write_cache(root, _NAME, msgspec.msgpack.encode((_tool(), models)))


def _tool() -> str:
    stamps = [(path, state.stamp(path)) for path in state.tool_files()]
    return files.digest(repr(stamps).encode())
