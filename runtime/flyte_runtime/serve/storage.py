"""Files and folders brought to this machine, from a local path or anything fsspec opens.

Knows locations and fsspec, which is imported only for a location that needs it. It must not know what is fetched.
"""

from __future__ import annotations

import contextlib
import importlib
import shutil
from collections.abc import Generator, Iterable
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import IO, Any
from urllib.parse import urlsplit

from flyte_runtime.serve.failures import Failure

_LOCAL = ("file://", "local://")


@contextlib.contextmanager
def open_location(location: str) -> Generator[IO[bytes]]:
    """Open a file for reading, wherever it is."""
    local = _local_path(location)
    with _explained(location):
        if local is not None:
            stream: IO[bytes] = local.open("rb")
        else:
            filesystem, path = _store(location)
            stream = filesystem.open(path, "rb")
    with stream:
        yield stream


def fetch_file(location: str, folder: Path) -> Path:
    """Copy a file into a folder."""
    target = folder / _file_name(location)
    with open_location(location) as source, _explained(location):
        if _is_same(location, target):
            return target
        folder.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as copy:
            shutil.copyfileobj(source, copy)
    return target


def fetch_folder(location: str, folder: Path, ignored: Iterable[str]) -> Path:
    """Copy what a folder contains into another, except what has a name that matches one of the patterns."""
    patterns = tuple(ignored)
    local = _local_path(location)
    with _explained(location):
        if local is None:
            _fetch_remote_folder(location, folder, patterns)
        elif not _is_same(location, folder):
            shutil.copytree(
                local,
                folder,
                ignore=shutil.ignore_patterns(*patterns),
                dirs_exist_ok=True,
            )
    return folder


def _fetch_remote_folder(
    location: str, folder: Path, patterns: tuple[str, ...]
) -> None:
    filesystem, root = _store(location)
    paths: list[str] = filesystem.find(root)
    if not paths:
        raise FileNotFoundError("no such folder, or an empty one")
    folder.mkdir(parents=True, exist_ok=True)
    for path in paths:
        inner = PurePosixPath(path).relative_to(root)
        # The names come from the store; none of them may lead out of the folder.
        if ".." in inner.parts:
            raise ValueError(f"{path!r} leads out of the folder")
        if any(fnmatchcase(part, one) for part in inner.parts for one in patterns):
            continue
        target = folder / inner
        target.parent.mkdir(parents=True, exist_ok=True)
        filesystem.get_file(path, str(target))


def _local_path(location: str) -> Path | None:
    # fsspec chains protocols, "simplecache::s3://bucket/key".
    if "::" in location:
        return None
    if location.startswith(_LOCAL):
        return Path(location.partition("://")[2])
    return None if "://" in location else Path(location)


def _file_name(location: str) -> str:
    """Name a file after the last part of its path, which in a chain of protocols is not that of the location."""
    local = _local_path(location)
    with _explained(location):
        path = _store(location)[1] if local is None else str(local)
    # Some stores keep the whole address, with a signature behind a question mark.
    name = PurePosixPath(urlsplit(path).path if "://" in path else path).name
    if name in ("", ".."):
        raise Failure(f"{location!r} names no file")
    return name


def _is_same(location: str, target: Path) -> bool:
    local = _local_path(location)
    return local is not None and target.exists() and target.samefile(local)


def _store(location: str) -> tuple[Any, str]:
    """Find the file system of a location, and the path within it."""
    try:
        fsspec: Any = importlib.import_module("fsspec")
    except ModuleNotFoundError as error:
        raise Failure(
            f"{location!r} is not a local path; to fetch it, install the package fsspec"
        ) from error
    found: tuple[Any, str] = fsspec.url_to_fs(location)
    return found


@contextlib.contextmanager
def _explained(location: str) -> Generator[None]:
    """Name the location in the error; fsspec and its backends raise exceptions of any class."""
    try:
        yield
    except Failure:
        raise
    except Exception as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise Failure(f"cannot fetch {location!r}: {reason}") from error
