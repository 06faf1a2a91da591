"""References to stored data: their names and construction.

Knows paths as text. It must not touch storage: a reference is made without looking whether anything is there.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

if TYPE_CHECKING:
    from flyteidl2.core.literals_pb2 import (
        StructuredDataset,
        StructuredDatasetMetadata,
    )

    from flyte.io._dataframe.dataframe import DataFrame
    from flyte.io._dir import Dir
    from flyte.io._file import File
    from flyte.io._hashing_io import HashMethod

    DirType = TypeVar("DirType", bound=Dir[Any])
    FileType = TypeVar("FileType", bound=File[Any])
    DataFrameType = TypeVar("DataFrameType", bound=DataFrame)

FIELDS = ("path", "name", "format", "hash", "hash_method")


def initialize_dir(
    self: Dir[Any],
    *,
    path: str,
    name: str | None = None,
    format: str = "",
    hash: str | None = None,
) -> None:
    """Keep the fields, named after the last part of the path unless there is a name."""
    self.path = path
    self.name = PurePosixPath(path).name if name is None else name
    self.format = format
    self.hash = hash


def initialize_file(
    self: File[Any],
    *,
    path: str,
    name: str | None = None,
    format: str = "",
    hash: str | None = None,
    hash_method: HashMethod | None = None,
) -> None:
    """Keep the fields, named after the last part of the path unless there is a name."""
    self.path = path
    self.name = PurePosixPath(path).name if name is None else name
    self.format = format
    self.hash = hash
    self.hash_method = hash_method


def with_format(cls: type[Any], typevar_values: Any) -> Any:
    """Make the generic type; a text, which would be taken for the name of a type, becomes a literal one."""
    is_text = isinstance(typevar_values, str)
    value: Any = Literal[typevar_values] if is_text else typevar_values
    # The method of typing.Generic, which the class itself overrides.
    make = vars(Generic)["__class_getitem__"].__get__(None, cls)
    return make(value)


def equal(self: Dir[Any] | File[Any], other: object) -> bool:
    """Compare the fields of references of the same class."""
    return type(self) is type(other) and _fields(self) == _fields(other)


def represent(self: Dir[Any] | File[Any]) -> str:
    """Write the reference as the call that makes it."""
    fields = ", ".join(f"{name}={value!r}" for name, value in _fields(self).items())
    return f"{type(self).__name__}({fields})"


def _fields(reference: object) -> dict[str, Any]:
    # Not all there is: typing notes the format on instances that are made with one.
    return {
        name: getattr(reference, name) for name in FIELDS if hasattr(reference, name)
    }


def dir_from_existing_remote(
    cls: type[DirType], remote_path: str, dir_cache_key: str | None = None
) -> DirType:
    """Refer to a folder that is already stored."""
    return cls(path=remote_path, hash=dir_cache_key)


def file_from_existing_remote(
    cls: type[FileType], remote_path: str, file_cache_key: str | None = None
) -> FileType:
    """Refer to a file that is already stored."""
    return cls(path=remote_path, hash=file_cache_key)


def dataframe_from_existing_remote(
    cls: type[DataFrameType],
    remote_path: str,
    format: str | None = None,
    **kwargs: Any,
) -> DataFrameType:
    """Refer to tabular data that is already stored."""
    return cls(uri=remote_path, format=format or "", **kwargs)


def dataframe_from_df(
    cls: type[DataFrameType], val: Any = None, uri: str | None = None
) -> DataFrameType:
    """Keep data beside the reference."""
    frame = cls(uri=uri)
    vars(frame)["_value"] = val
    return frame


def dataframe_value(self: DataFrame) -> Any:
    """Return the data."""
    return vars(self).get("_value")


def remember_literal(frame: DataFrame, literal: StructuredDataset) -> None:
    """Keep what a reference was read from."""
    vars(frame)["_literal"] = literal


def dataframe_literal(self: DataFrame) -> StructuredDataset | None:
    """Return what the reference was read from."""
    literal: StructuredDataset | None = vars(self).get("_literal")
    return literal


def dataframe_metadata(self: DataFrame) -> StructuredDatasetMetadata | None:
    """Return the part of the literal about columns and format."""
    return None if self.literal is None else self.literal.metadata


def dataframe_columns(cls: type[DataFrame]) -> dict[str, type[Any]]:
    """Know no columns."""
    return {}


def dataframe_column_names(cls: type[DataFrame]) -> list[str]:
    """Name the columns of the class."""
    return list(cls.columns())
