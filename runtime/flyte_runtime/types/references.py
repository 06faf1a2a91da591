"""Literals that describe or refer: structs, files, folders, data frames and pickles.

Knows their messages. It must not know which Python type has which form, nor what stands inside a struct. Reading never
runs code that came with the data: a pickle is refused wherever it turns up.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, TypeGuard

from flyte_runtime import io
from flyte_runtime.types.errors import failure, kind_of, mismatch, type_name
from flyte_runtime.types.literals import (
    MSGPACK,
    Form,
    content_of,
    pickled_content,
    unreadable,
)
from flyte_runtime.types.shapes import is_dict

if TYPE_CHECKING:
    from flyteidl2.core.literals_pb2 import Literal
    from flyteidl2.core.types_pb2 import LiteralType, StructuredDatasetType

    from flyte_runtime.types.shapes import Schema

PICKLE = "FlytePickle"
PICKLE_FORMAT = "PythonPickle"


# Structs


def struct(
    tag: str,
    schema: Schema | None,
    pack: Callable[[Any, str], bytes],
) -> Form:
    """Make the form of a struct, written as msgpack and described by a JSON Schema; what it reads is msgpack too."""
    from flyteidl2.core.literals_pb2 import Binary, Literal
    from flyteidl2.core.literals_pb2 import Scalar as ScalarMessage
    from flyteidl2.core.types_pb2 import LiteralType, SimpleType, TypeAnnotation
    from google.protobuf.struct_pb2 import Struct

    def write(value: Any, where: str) -> Literal:
        binary = Binary(value=pack(value, where), tag=MSGPACK)
        return Literal(scalar=ScalarMessage(binary=binary))

    def read(literal: Literal, where: str) -> Any:
        raise failure(f"{where}: expected a struct, got {content_of(literal)}")

    annotations = Struct()
    annotations.update({"cache-key-metadata": {"serialization-format": MSGPACK}})
    kind = LiteralType(
        simple=SimpleType.STRUCT, annotation=TypeAnnotation(annotations=annotations)
    )
    if schema is not None:
        kind.metadata.update(schema)
    return Form(tag, kind, write, read)


# Files and folders


def blob(kind: type, tag: str, dimensionality: str) -> Form:
    """Make the form of a reference to a file or a folder."""
    from flyteidl2.core.literals_pb2 import Blob, BlobMetadata, Literal
    from flyteidl2.core.literals_pb2 import Scalar as ScalarMessage
    from flyteidl2.core.types_pb2 import BlobType, LiteralType

    size = BlobType(dimensionality=dimensionality).dimensionality

    def write(value: Any, where: str) -> Literal:
        if not isinstance(value, kind):
            raise mismatch(value, kind, where)
        form = BlobType(format=text(value, "format", where), dimensionality=size)
        found = Blob(metadata=BlobMetadata(type=form), uri=text(value, "path", where))
        return Literal(
            scalar=ScalarMessage(blob=found), hash=text(value, "hash", where)
        )

    def read(literal: Literal, where: str) -> Any:
        found = literal.scalar.blob
        if not literal.scalar.HasField("blob") or (
            found.metadata.type.dimensionality != size
        ):
            raise unreadable(literal, kind, where)
        if found.metadata.type.format == PICKLE_FORMAT:
            raise pickled_content(where)
        return kind(
            path=found.uri,
            name=PurePosixPath(found.uri).name,
            format=found.metadata.type.format,
            hash=literal.hash or None,
        )

    return Form(
        tag,
        LiteralType(blob=BlobType(format="", dimensionality=size)),
        write,
        read,
    )


def text(reference: object, name: str, where: str) -> str | None:
    """Return a field of a reference, which is a text or None."""
    value: object = getattr(reference, name)
    if value is not None and not isinstance(value, str):
        raise mismatch(value, str, f"{where}.{name}")
    return value


# Data frames


def dataset(kind: type, declared: StructuredDatasetType) -> Form:
    """Make the form of a reference to tabular data."""
    from flyteidl2.core.literals_pb2 import (
        Literal,
        StructuredDataset,
        StructuredDatasetMetadata,
    )
    from flyteidl2.core.literals_pb2 import Scalar as ScalarMessage
    from flyteidl2.core.types_pb2 import LiteralType, StructuredDatasetType

    def write(value: Any, where: str) -> Literal:
        if not isinstance(value, kind):
            raise mismatch(value, kind, where)
        uri = text(value, "uri", where)
        if not uri:
            raise failure(f"{where}: the data frame is not stored yet, it has no uri")
        written = StructuredDatasetType()
        written.CopyFrom(declared)
        written.format = declared.format or text(value, "format", where) or ""
        stored = StructuredDataset(
            uri=uri,
            metadata=StructuredDatasetMetadata(structured_dataset_type=written),
        )
        return Literal(scalar=ScalarMessage(structured_dataset=stored))

    def read(literal: Literal, where: str) -> Any:
        if not literal.scalar.HasField("structured_dataset"):
            raise unreadable(literal, kind, where)
        stored = literal.scalar.structured_dataset
        form = stored.metadata.structured_dataset_type.format
        frame = kind(uri=stored.uri, format=form)
        io.remember_literal(frame, stored)
        return frame

    return Form(
        "DataFrame Transformer",
        LiteralType(structured_dataset_type=declared),
        write,
        read,
    )


def declared(annotations: Sequence[Any], where: str) -> StructuredDatasetType:
    """Read the columns and the storage format of a data frame off its annotations."""
    from flyteidl2.core.types_pb2 import StructuredDatasetType

    found = StructuredDatasetType()
    for annotation in annotations:
        if isinstance(annotation, str):
            found.format = annotation
        columns = _columns(annotation)
        if columns:
            del found.columns[:]
            found.columns.extend(
                StructuredDatasetType.DatasetColumn(
                    name=name, literal_type=_column_type(hint, f"{where}[{name!r}]")
                )
                for name, hint in columns.items()
            )
    return found


def _columns(annotation: Any) -> dict[str, Any]:
    """List the columns, those of nested tables with dots in their names."""
    columns: dict[str, Any] = {}
    if is_dict(annotation):
        columns = annotation
    elif hasattr(annotation, "__annotations__"):
        columns = typing.get_type_hints(annotation)
    flat: dict[str, Any] = {}
    for name, hint in columns.items():
        if isinstance(hint, dict):
            inner = _columns(hint)
            flat |= {f"{name}.{part}": one for part, one in inner.items()}
        else:
            flat[name] = hint
    return flat


def _column_type(hint: Any, where: str) -> LiteralType:
    from flyteidl2.core.types_pb2 import LiteralType

    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is list:
        return LiteralType(collection_type=_column_type(arguments[0], where))
    if origin is dict:
        return LiteralType(map_value_type=_column_type(arguments[1], where))
    name = (
        COLUMN_TYPES.get((hint.__module__, hint.__name__)) if _is_type(hint) else None
    )
    if name is None:
        raise failure(f"{where}: a column cannot hold {type_name(hint)}")
    return LiteralType(simple=name)


def _is_type(hint: object) -> TypeGuard[type]:
    return isinstance(hint, type)


# By name, so that numpy need not be installed.
COLUMN_TYPES = {
    ("builtins", "int"): "INTEGER",
    ("builtins", "float"): "FLOAT",
    ("builtins", "bool"): "BOOLEAN",
    ("builtins", "str"): "STRING",
    ("datetime", "datetime"): "DATETIME",
    ("datetime", "timedelta"): "DURATION",
    **{("numpy", name): "INTEGER" for name in ("int32", "int64", "uint32", "uint64")},
    **{("numpy", name): "FLOAT" for name in ("float32", "float64")},
    **{("numpy", name): "BOOLEAN" for name in ("bool", "bool_")},
    **{("numpy", name): "STRING" for name in ("bytes_", "str_", "object_")},
    ("numpy", "datetime64"): "DATETIME",
    ("numpy", "timedelta64"): "DURATION",
}


# Pickles


def pickled(hint: Any) -> Form:
    """Make the form of a type nothing is known about, for callers that switched pickling on; it is never read."""
    from flyteidl2.core.literals_pb2 import Binary, Literal
    from flyteidl2.core.literals_pb2 import Scalar as ScalarMessage
    from flyteidl2.core.types_pb2 import (
        BlobType,
        LiteralType,
        SimpleType,
        TypeStructure,
        UnionType,
    )

    def write(value: Any, where: str) -> Literal:
        if value is None:
            raise failure(f"{where}: None cannot be pickled")
        return Literal(scalar=ScalarMessage(binary=Binary(value=_dump(value, where))))

    def read(literal: Literal, where: str) -> Any:
        raise pickled_content(where)

    structure = TypeStructure(tag=PICKLE)
    file = BlobType(
        format=PICKLE_FORMAT, dimensionality=BlobType.BlobDimensionality.SINGLE
    )
    kind = LiteralType(
        union_type=UnionType(
            variants=[
                LiteralType(blob=file, structure=structure),
                LiteralType(simple=SimpleType.BINARY, structure=structure),
            ]
        )
    )
    kind.metadata.update({"python_class_name": str(hint)})
    return Form(PICKLE, kind, write, read)


def _dump(value: Any, where: str) -> bytes:
    import importlib
    import pickle

    try:
        # It can also pickle functions and classes of the main module.
        library: Any = importlib.import_module("cloudpickle")
    except ImportError:
        library = pickle
    try:
        data: bytes = library.dumps(value)
    except Exception as error:
        raise failure(
            f"{where}: {kind_of(value)} cannot be pickled: {error}"
        ) from error
    return data
