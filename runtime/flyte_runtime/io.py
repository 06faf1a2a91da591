"""References to stored data: their names and construction.

Knows paths as text. It must not touch storage: a reference is made without looking whether anything is there.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from flyte.io._dataframe.dataframe import DataFrame
    from flyte.io._dir import Dir
    from flyte.io._file import File

    DirType = TypeVar("DirType", bound=Dir[Any])
    FileType = TypeVar("FileType", bound=File[Any])
    DataFrameType = TypeVar("DataFrameType", bound=DataFrame)


def complete_name(self: Dir[Any] | File[Any]) -> None:
    """Name a reference without a name after the last part of its path."""
    if self.name is None:
        self.name = PurePosixPath(self.path).name


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
