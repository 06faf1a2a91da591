"""The synthetic project: one API of plain records, said in the language of each tool that is measured.

Every record has ten typed parameters with texts: text, numbers, a list, a mapping, optional values and other records,
within its module and of the module before. A module has fifty records.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

RECORDS_PER_MODULE = 50


@dataclass(frozen=True)
class Field:
    """A parameter of a record: its name and text, and its type and default for each tool."""

    name: str
    text: str
    python: str
    default: str | None
    schema: dict[str, object]
    proto: str
    reference: tuple[int, str] | None = None


@dataclass(frozen=True)
class Record:
    """A class of the synthetic project."""

    name: str
    text: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Part:
    """A module of the synthetic project."""

    number: int
    records: tuple[Record, ...]

    @property
    def name(self) -> str:
        """The module's own name."""
        return part_name(self.number)


def part_name(number: int) -> str:
    """The name of the module with this number."""
    return f"part{number:03}"


def record_name(number: int) -> str:
    """The name of the record with this number, counted over all modules."""
    return f"Record{number:04}"


def parts(records: int) -> Iterator[Part]:
    """The modules of a project with so many records."""
    for number in range(records // RECORDS_PER_MODULE):
        first = number * RECORDS_PER_MODULE
        yield Part(
            number,
            tuple(record(index) for index in range(first, first + RECORDS_PER_MODULE)),
        )


def record(index: int) -> Record:
    """The record with this number."""
    part, place = divmod(index, RECORDS_PER_MODULE)
    sibling = (part, record_name(index - 1 if place else index))
    # A module uses a handful of another's classes. The first one has none before it.
    former = (part - 1) * RECORDS_PER_MODULE + index % 10
    stranger = (part - 1, record_name(former)) if part else sibling
    return Record(
        record_name(index),
        f"Holds what is known about sample {index}.\n\n"
        "A sample is described once and never changed afterwards; a corrected one gets a new number.",
        (
            Field("name", f"The name of sample {index}, unique within its series.", "str", None, {"type": "string"}, "string"),
            Field("count", "How many items it holds.", "int", "1", {"type": "integer", "default": 1}, "int64"),
            Field("ratio", "The share that passed, between 0 and 1.", "float", "0.5", {"type": "number", "default": 0.5}, "double"),
            Field("enabled", "Whether it takes part in the evaluation.", "bool", "True", {"type": "boolean", "default": True}, "bool"),
            Field("tags", "Free labels, in the order in which they were given.", "list[str]", "list", {"type": "array", "items": {"type": "string"}}, "repeated string"),
            Field("sizes", "The size of each part in bytes, by the name of the part.", "dict[str, int]", "dict", {"type": "object", "additionalProperties": {"type": "integer"}}, "map<string, int64>"),
            Field("title", "A heading for people, if it has one.", "Optional[str]", "None", {"type": ["string", "null"], "default": None}, "optional string"),
            Field("limit", "The highest count that is accepted; none means no limit.", "Optional[int]", "None", {"type": ["integer", "null"], "default": None}, "optional int64"),
            reference("previous", "The sample before this one, in the same series.", sibling),
            reference("origin", "The sample of the former series that this one was taken from.", stranger),
        ),
    )  # fmt: skip


def reference(name: str, text: str, target: tuple[int, str]) -> Field:
    """An optional parameter that holds another record."""
    part, record = target
    return Field(
        name,
        text,
        f"Optional[{record}]",
        "None",
        {"$ref": f"{part_name(part)}.json#/$defs/{record}"},
        f"optional {part_name(part)}.{record}",
        target,
    )


def write_specs(folder: Path, records: int) -> Path:
    """Write the project as specs of this generator; return its settings file."""
    specs = folder / "specs"
    specs.mkdir(parents=True)
    (specs / "sample.yaml").write_text(
        "module: sample\ndoc: |\n  A synthetic package of plain records.\n"
    )
    for part in parts(records):
        (specs / f"sample.{part.name}.yaml").write_text("".join(spec_lines(part)))
    settings = folder / "codegen.toml"
    settings.write_text(
        'package = "sample"\nspecs = "specs"\nout = "out"\n'
        'outputs = ["package", "stubs", "plain"]\n'
    )
    return settings


def spec_lines(part: Part) -> Iterator[str]:
    """The spec of one module."""
    imports = {
        f"sample.{part_name(field.reference[0])}.{field.reference[1]}"
        for record in part.records
        for field in record.fields
        if field.reference and field.reference[0] != part.number
    }
    yield f"module: sample.{part.name}\ndoc: |\n  Part {part.number} of the records.\n"
    if imports:
        yield f"imports: [{', '.join(sorted(imports))}]\n"
    yield "classes:\n"
    for record in part.records:
        text = record.text.replace("\n\n", "\n\n      ")
        yield f"  {record.name}:\n    doc: |\n      {text}\n"
        yield "    dataclass: {}\n    parameters:\n"
        for field in record.fields:
            yield f"      {field.name}:\n        type: {field.python}\n"
            if field.default in {"list", "dict"}:
                yield f"        factory: {field.default}\n"
            elif field.default is not None:
                yield f"        default: {field.default}\n"
            yield f"        doc: {field.text}\n"


def write_schemas(folder: Path, records: int) -> Path:
    """Write the project as JSON Schemas, one file a module; return their folder."""
    folder.mkdir(parents=True)
    for part in parts(records):
        schema = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": part.name.title(),
            "$defs": {
                record.name: {
                    "type": "object",
                    "description": record.text,
                    "properties": {
                        field.name: {**field.schema, "description": field.text}
                        for field in record.fields
                    },
                    "required": [
                        field.name for field in record.fields if field.default is None
                    ],
                }
                for record in part.records
            },
        }
        (folder / f"{part.name}.json").write_text(json.dumps(schema, indent=2))
    return folder


def write_protos(folder: Path, records: int) -> Path:
    """Write the project as protocol buffers, one file a module; return their folder."""
    folder.mkdir(parents=True)
    for part in parts(records):
        (folder / f"{part.name}.proto").write_text("".join(proto_lines(part)))
    return folder


def proto_lines(part: Part) -> Iterator[str]:
    """The protocol buffers of one module."""
    yield f'syntax = "proto3";\npackage {part.name};\n'
    if part.number:
        yield f'import "{part_name(part.number - 1)}.proto";\n'
    for record in part.records:
        yield "\n" + "".join(f"// {line}\n" for line in record.text.splitlines())
        yield f"message {record.name} {{\n"
        for number, field in enumerate(record.fields, start=1):
            yield f"  // {field.text}\n  {field.proto} {field.name} = {number};\n"
        yield "}\n"
