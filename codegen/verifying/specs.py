"""Specs written as YAML and read again. Knows that nothing may be lost on that way."""

from __future__ import annotations

import msgspec

from codegen.agreement import Difference, unequal
from codegen.diagnostics import Location
from codegen.emitters import yaml as writer
from codegen.package import definitions
from codegen.readers import yaml as reader
from codegen.verifying.rows import Project, Row, Side, findings


def row(project: Project) -> Row:
    """Compare each spec with what is read of it once it is written anew."""
    found: list[Difference] = []
    count = 0
    for name, module in project.specs.modules.items():
        count += sum(1 for _ in definitions(module))
        again, _ = reader.read(reader.Document(f"{name}.yaml", writer.emit(module)))
        told = {} if again is None else msgspec.to_builtins(again)
        for path, left, right in unequal(msgspec.to_builtins(module), told):
            found.append(Difference(name, path, left, right, (name, "")))
    places: dict[tuple[str, str], Location] = {}
    side = Side("mirror-spec", "spec that is written anew", places)
    compared = "spec -> YAML -> spec"
    counted = len(project.specs.modules), count
    return Row("specs", compared, counted, findings(found, project, side))
