"""The generated package and its stubs, read back by the reader of sources and compared with the specs.

Knows what these two can tell of a spec. It must not know how Python is written or read.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping
from typing import Any

from codegen import types
from codegen.agreement import Difference, Facts, Ordered, Tree, differences
from codegen.emitters.python import deprecation
from codegen.emitters.python.members import CALLED_BY_PYTHON, pair_name
from codegen.emitters.python.signatures import is_plain
from codegen.package import Package
from codegen.project import OutputName
from codegen.readers.source.packages import Specs, Text, read_package
from codegen.telling import UNCLEAR, Untold, told_by
from codegen.verifying.rows import Project, Row, Side, findings

_SUFFIXES = {"package": ".py", "stubs": ".pyi"}
_CALLED = {"package": ("mirror-package", "package"), "stubs": ("mirror-stubs", "stub")}


def _is_no_call(value: str) -> bool:
    return not any(
        isinstance(node, ast.Call) for node in ast.walk(types.parse_value(value))
    )


# Of pages and of history; and what a definition is called by is told by the name it is found under.
_ABOUT_PAGES = frozenset(
    "page documented documented_as default_documented_as since notes sections_after "
    "init_notes init_raises init_returns init_doc".split()
)
_PLACE = frozenset(("defined_in", "exported"))
# Code that runs warns of these in ways of its own, and no stub can.
_SILENT = frozenset(("deprecated",))
_BODIES = frozenset(("core", "setter", "stores"))

UNTOLD: dict[OutputName, Untold] = {
    "package": Untold(
        {
            "": _ABOUT_PAGES | _PLACE | _BODIES | {"type_ignore"},
            "attributes": frozenset(("doc", "deprecated")),
            "parameters": _SILENT,
            "variables": _SILENT,
            "type_aliases": _SILENT,
        },
        is_told=_is_no_call,
        only_with_core=CALLED_BY_PYTHON,
    ),
    "stubs": Untold(
        {
            "": _ABOUT_PAGES | _PLACE | _BODIES | {"doc", "raises", "type_ignore"},
            "attributes": frozenset(("factory", "deprecated")),
            "parameters": _SILENT,
            "variables": _SILENT,
            "type_aliases": _SILENT,
        },
        is_told=is_plain,
        defaults_of_fields=False,
        values_beside_types=False,
        bodies_of_overloads=False,
        texts=False,
    ),
}


def read_back(kind: OutputName, project: Project) -> tuple[Specs, Package]:
    """Read generated Python back into specs."""
    root = project.settings.package.partition(".")[0]
    suffix = _SUFFIXES[kind]
    texts: list[Text] = []
    for path, output in project.of_kind(kind, suffix).items():
        parts = [root, *path.partition("/")[2].removesuffix(suffix).split("/")]
        if parts[-1] == "__init__":
            parts.pop()
        shown = project.produced(path).path
        texts.append(Text(".".join(parts), shown, output.text))
    specs = read_package(root, texts, whole=True)
    return specs, Package(specs.modules, external=frozenset(specs.external))


def pairs_folded(
    expected: Mapping[str, Facts], actual: Mapping[str, Facts]
) -> dict[str, Facts]:
    """What a mirror tells, with each callable that can also be awaited in one piece again: it is written as a class."""
    folded = dict(actual)
    for path, facts in expected.items():
        if path not in folded or not facts.path:
            continue
        home, _, name = path.rpartition(".")
        group = facts.path[0]
        tree = folded[path].told
        if facts.told.get("sync_and_async"):
            helper = folded.get(f"{home}.{pair_name('', name)}")
            if helper is not None and "methods" in helper.told:
                del folded[f"{home}.{pair_name('', name)}"]
                told = _function(name, helper.told)
                folded[path] = Facts(folded[path].module, ("functions", name), told)
        elif group == "classes":
            told = _class(home, name, facts.told, tree, folded)
            folded[path] = folded[path]._replace(told=told)
    return folded


def _class(
    home: str, name: str, expected: Tree, tree: Tree, folded: dict[str, Facts]
) -> Tree:
    """A class with its pairs among the methods, and so for the classes inside it."""
    tree = {key: _copied(value) for key, value in tree.items()}
    for key, method in expected.get("methods", {}).items():
        path = f"{home}.{pair_name(name, key)}"
        if not method.get("sync_and_async") or path not in folded:
            continue
        told = _function(f"{name}.{key}", folded.pop(path).told)
        if key not in tree.get("properties", {}):
            # Whether the class is passed on only the body says.
            told["binding"] = method.get("binding")
        for group in ("attributes", "properties"):
            tree.get(group, {}).pop(key, None)
            if not tree.get(group, True):
                del tree[group]
        tree.setdefault("methods", {})[key] = told
    for key, inner in expected.get("classes", {}).items():
        if key in tree.get("classes", {}):
            given = tree["classes"][key]
            tree["classes"][key] = _class(home, f"{name}.{key}", inner, given, folded)
    return tree


def _copied(value: Any) -> Any:
    return dict(value) if type(value) is dict else value


def _function(label: str, helper: Tree) -> Tree:
    """The callable behind the class of a pair; what its two methods say differently stays to be seen."""
    called, awaited = (helper["methods"].get(key, {}) for key in ("__call__", "aio"))
    is_async = awaited.get("async") or "overloads" in awaited
    if {**called, "async": True} != {**awaited, "async": is_async}:
        return helper
    how = f"Call ``{label}`` to block until it is done, or await ``{label}.aio``."
    told = {**called, "sync_and_async": True}
    texts: Tree = {key: helper[key] for key in ("doc", "raises") if key in helper}
    if "doc" in texts:
        texts["doc"] = texts["doc"].removesuffix(how).rstrip()
    if "parameters" in told:
        described = helper.get("parameters", {})
        texts["parameters"] = Ordered(
            (name, _with_text(parameter, described.get(name, {})))
            for name, parameter in told["parameters"].items()
        )
    texts["returns"] = _with_text(told.get("returns", {}), helper.get("returns", {}))
    return {key: value for key, value in {**told, **texts}.items() if value}


def _with_text(told: Tree, described: Tree) -> Tree:
    """What a method tells, with the text that stands in the docstring of its class."""
    return {**told, "doc": described["doc"]} if "doc" in described else told


def row(kind: OutputName, project: Project) -> Row:
    """Compare the specs with what the generated package says, or with what the stubs say."""
    untold = UNTOLD[kind]
    specs, read = read_back(kind, project)
    expected = told_by(project.package, untold)
    # What is there needs no core to be told.
    actual = told_by(read, untold._replace(only_with_core=frozenset()))
    helper = f"{deprecation.helper(project.package)}."
    actual = {p: facts for p, facts in actual.items() if not p.startswith(helper)}
    actual = pairs_folded(expected, actual)
    found = [
        difference
        for difference in differences(expected, actual)
        if not _was_lost(difference, specs)
    ]
    rule, name = _CALLED[kind]
    side = Side(rule, name, specs.locations)
    count = sum(1 for facts in expected.values() if facts.path)
    counted = len(project.of_kind(kind, _SUFFIXES[kind])), count
    compared = f"spec -> {kind} -> source reader -> spec"
    return Row(kind, compared, counted, findings(found, project, side))


def _was_lost(difference: Difference, specs: Specs) -> bool:
    """Whether the reader says that it could not keep what differs: a type, or a value that became ``...``."""
    place = specs.locations.get(difference.found or ("", ""))
    key = difference.path[-1] if difference.path else ""
    if place is None or key not in ("type", "default", "factory", "value"):
        return False
    rule = "loss-type" if key == "type" else "loss-value"
    lines = [p.line for p in specs.locations.values() if p.path == place.path]
    end = min((line for line in lines if line > place.line), default=sys.maxsize)
    is_stand_in = difference.actual in (UNCLEAR, None) or key == "type"
    return is_stand_in and any(
        loss.rule == rule
        and loss.location.path == place.path
        and place.line <= loss.location.line < end
        and (key == "type" or UNCLEAR in loss.message)
        for loss in specs.diagnostics
    )
