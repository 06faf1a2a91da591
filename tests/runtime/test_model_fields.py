"""References as fields of pydantic models: what is accepted, written and described."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import pydantic
import pytest

from flyte.io import DataFrame, Dir, File
from flyte.models import NativeInterface
from flyte_runtime.types.engine import from_literal, literal_type, to_literal
from flyte_runtime.types.guesses import python_type


class Table(File[Any]):
    """A file of users."""


@dataclass
class Pair:
    """A dataclass in a model."""

    left: File[Any]
    right: DataFrame


class Stored(pydantic.BaseModel):
    """Every sort of reference, alone and in containers."""

    file: File
    folder: Dir | None = None
    frame: DataFrame | None = None
    tables: list[Table] = []
    named: dict[str, Dir] = {}
    pair: Pair | None = None


class Around(pydantic.BaseModel):
    """A model in a model."""

    inner: list[Stored]


FILE = File[Any](path="s3://b/f.csv", format="csv", hash="h")
FOLDER = Dir[Any](path="s3://b/d")
FRAME = DataFrame(uri="s3://b/t", format="parquet")
STORED = Stored(
    file=FILE,
    folder=FOLDER,
    frame=FRAME,
    tables=[Table(path="t")],
    named={"d": FOLDER},
    pair=Pair(FILE, FRAME),
)


def test_references_are_kept_as_they_are() -> None:
    """A field holds the very reference it was given."""
    assert STORED.file is FILE
    assert STORED.frame is FRAME


@pytest.mark.parametrize("value", [STORED, Around(inner=[STORED])], ids=["", "nested"])
def test_models_come_back(value: pydantic.BaseModel) -> None:
    """Through JSON, plain data and literals the same model is read."""
    kind = type(value)

    assert kind.model_validate_json(value.model_dump_json()) == value
    assert kind.model_validate(value.model_dump()) == value
    assert from_literal(to_literal(value, kind), kind) == value


def test_references_are_written_as_objects() -> None:
    """Only the fields that travel are written."""
    assert STORED.model_dump(include={"file", "frame"}) == {
        "file": {"path": "s3://b/f.csv", "name": "f.csv", "format": "csv", "hash": "h"},
        "frame": {"uri": "s3://b/t", "format": "parquet"},
    }


def test_names_are_completed() -> None:
    """A reference read without a name is named after its path, and may be of a class of users."""
    stored = Stored.model_validate({"file": {"path": "a/b"}, "tables": [{"path": "c"}]})

    assert stored.file == File(path="a/b", name="b")
    assert stored.tables == [Table(path="c", name="c")]


@pytest.mark.parametrize(
    ("value", "where", "message"),
    [
        ("s3://b/f", (), "Input should be a valid dictionary or instance of File"),
        (FOLDER, (), "Input should be a valid dictionary or instance of File"),
        ({"name": "f"}, ("path",), "Field required"),
        ({"path": 1}, ("path",), "Input should be a valid string"),
        ({"path": "a", "format": None}, ("format",), "Input should be a valid string"),
    ],
    ids=repr,
)
def test_other_values_are_refused(
    value: Any, where: tuple[str, ...], message: str
) -> None:
    """pydantic names the field."""
    with pytest.raises(pydantic.ValidationError) as caught:
        Stored(file=value)

    [error] = caught.value.errors()
    assert (error["loc"], error["msg"]) == (("file", *where), message)


@pytest.mark.parametrize("mode", ["validation", "serialization"])
def test_schemas_refer_to_references_by_name(mode: Any) -> None:
    """A reference stands among the definitions, under the name of its class."""
    schema = Stored.model_json_schema(mode=mode)

    assert schema["properties"]["file"] == {"$ref": "#/$defs/File"}
    assert schema["properties"]["tables"]["items"] == {"$ref": "#/$defs/Table"}
    assert list(schema["$defs"]["DataFrame"]["properties"]) == ["uri", "format"]
    assert schema["$defs"]["File"]["title"] == "File"


def test_references_are_recognised_in_schemas() -> None:
    """Where the model is not at hand, its references are read as references."""
    guessed = python_type(literal_type(Stored))
    read = from_literal(to_literal(STORED, Stored), guessed)

    assert (read.file, read.folder, read.frame) == (FILE, FOLDER, FRAME)


CSV: Any = File["csv"]
PARQUET: Any = Dir["parquet"]


class Formats(pydantic.BaseModel):
    """References with formats."""

    file: File[str]
    table: CSV
    folder: Dir[int] | None = None


def test_references_may_have_formats() -> None:
    """The format is part of the name in schemas; values are those of the class itself."""
    schema = Formats.model_json_schema()
    read = Formats.model_validate({"file": {"path": "a"}, "table": {"path": "b"}})

    titles = [one["title"] for one in schema["$defs"].values()]
    assert sorted(titles) == ["Dir[int]", "File[csv]", "File[str]"]
    assert read == Formats(file=File(path="a"), table=CSV(path="b"))
    assert python_type(literal_type(Formats)).__annotations__["table"] is File


def test_formats_may_be_texts_in_interfaces() -> None:
    """A text names a format, not a type."""

    def convert(file: CSV) -> PARQUET:
        return Dir(path=file.path)

    interface = NativeInterface.from_callable(convert)

    assert literal_type(interface.inputs["file"][0]) == literal_type(File)
    assert literal_type(interface.outputs["o0"]) == literal_type(Dir)


def test_pydantic_is_not_needed() -> None:
    """References are imported without it."""
    code = "import sys, flyte.io; flyte.io.File(path='x'); print('pydantic' in sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert json.loads(run.stdout.lower()) is False
