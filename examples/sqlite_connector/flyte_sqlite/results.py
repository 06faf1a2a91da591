"""Rows to files, here or in an object store.

Knows the two formats and fsspec, which is imported only for a URL. It must not know SQL.
"""

from __future__ import annotations

import csv
import importlib
import json
import shutil
import tempfile
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from flyte_sqlite.query import Format, Value

Row = Sequence[Value]
WriteRow = Callable[[Row], object]


@contextmanager
def stored(location: str) -> Generator[TextIO, None, None]:
    """Open a text file that appears at a path or URL once it is complete; after an error there is none."""
    with tempfile.TemporaryDirectory(prefix="flyte-sqlite-") as folder:
        draft = Path(folder) / "draft"
        with draft.open("w", encoding="utf-8", newline="") as file:
            yield file
        _store(draft, location)


def _store(draft: Path, location: str) -> None:
    if "://" not in location:
        Path(location).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(draft, location)
        return
    fsspec: Any = importlib.import_module("fsspec.core")
    filesystem, path = fsspec.url_to_fs(location)
    filesystem.put_file(str(draft), path)


def row_writer(file: TextIO, format: Format, columns: Sequence[str]) -> WriteRow:
    """Return the function that writes a row; ValueError if the format cannot hold the columns."""
    make = _csv_writer if format is Format.CSV else _json_writer
    return make(file, columns)


def _csv_writer(file: TextIO, columns: Sequence[str]) -> WriteRow:
    writer = csv.writer(file, lineterminator="\n")
    if columns:
        writer.writerow(columns)
    return lambda row: writer.writerow(map(_printable, row))


def _json_writer(file: TextIO, columns: Sequence[str]) -> WriteRow:
    doubles = {name for name in columns if columns.count(name) > 1}
    if doubles:
        raise ValueError(
            f"columns with the same name: {', '.join(sorted(doubles))}; tell them apart with AS"
        )

    def write(row: Row) -> None:
        values = dict(zip(columns, map(_printable, row), strict=True))
        print(json.dumps(values, ensure_ascii=False, allow_nan=False), file=file)

    return write


def _printable(value: Value) -> str | int | float | None:
    return value.hex() if isinstance(value, bytes) else value
