"""The JSON Schema of a spec, derived from the model, for editors and other tools.

Knows JSON Schema's words for what the model declares. It must not know the spec language better than the model does.
"""

from __future__ import annotations

import inspect
import json
from typing import Any

import msgspec

from codegen.model import Module

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def module_schema() -> str:
    """The schema of one spec file as JSON text, the same bytes every time."""
    (root,), components = msgspec.json.schema_components(
        [Module], ref_template="#/$defs/{name}"
    )
    for definition in components.values():
        _as_written(definition)
    schema = {
        "$schema": DIALECT,
        "title": "A spec of one module",
        **root,
        "$defs": components,
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _as_written(node: Any) -> None:
    """Say what people may write: any plain scalar where the model keeps its text."""
    if isinstance(node, list):
        for item in node:
            _as_written(item)
    elif isinstance(node, dict):
        if isinstance(node.get("description"), str):
            # Python 3.13 strips the indentation of docstrings, older ones do not.
            node["description"] = inspect.cleandoc(node["description"])
        if (
            node.get("type") == "string"
            and "enum" not in node
            and "pattern" not in node
        ):
            node["type"] = ["string", "number", "boolean"]
        for value in node.values():
            _as_written(value)
