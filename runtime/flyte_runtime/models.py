"""Identities, paths, code bundles and image caches: construction, validation and the text forms they travel in.

Knows the values of `flyte.models` that tasks, apps and their serialization share. It must not know tasks or
environments; what it makes is plain data.
"""

from __future__ import annotations

import base64
import dataclasses
import gzip
import hashlib
import io
import json
import os
import pathlib
import tempfile
import uuid
import zlib
from typing import TYPE_CHECKING, Any, TypeGuard, TypeVar

if TYPE_CHECKING:
    from flyte._internal.imagebuild.image_builder import ImageCache
    from flyte.models import (
        ActionID,
        CodeBundle,
        PathRewrite,
        RawDataPath,
        SerializationContext,
    )

    ActionIDType = TypeVar("ActionIDType", bound=ActionID)

BASE36_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
ENTRYPOINT = "runtime.py"


# Actions


def complete_action_id(self: ActionID) -> None:
    """Let an action without a run be the root of a run of the same name."""
    if self.run_name is None:
        object.__setattr__(self, "run_name", self.name)


def random_action_id(cls: type[ActionIDType]) -> ActionIDType:
    """Create an identity with a random name."""
    name = _random_name()
    return cls(name=name, run_name=name)


def new_sub_action(self: ActionID, name: str | None = None) -> ActionID:
    """Create the identity of another action in the same run."""
    return dataclasses.replace(self, name=_random_name() if name is None else name)


def new_sub_action_from(
    self: ActionID,
    task_call_seq: int,
    task_hash: str,
    input_hash: str,
    group: str | None,
) -> ActionID:
    """Create the identity of another action in the same run, named after a digest of the arguments."""
    parts = [self.name, input_hash, task_hash, str(task_call_seq)]
    if group:
        parts.append(group)
    digest = hashlib.md5("-".join(parts).encode(), usedforsecurity=False).digest()
    return new_sub_action(self, _base36(digest))


def _random_name() -> str:
    return str(uuid.uuid4())


def _base36(data: bytes) -> str:
    number = int.from_bytes(data, "big")
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = BASE36_DIGITS[digit] + digits
    return digits


# Code bundles


def check_code_bundle(self: CodeBundle) -> None:
    """Insist on a location of the code."""
    if self.tgz is None and self.pkl is None:
        raise ValueError("a code bundle needs tgz or pkl, the location of the code")


def with_downloaded_path(self: CodeBundle, path: pathlib.Path) -> CodeBundle:
    """Return a copy that knows where the code was downloaded to."""
    return dataclasses.replace(self, downloaded_path=path)


# Paths


def check_path_rewrite(self: PathRewrite) -> None:
    """Insist on a rule that changes something."""
    if not self.old_prefix or not self.new_prefix:
        raise ValueError("both prefixes of a path rewrite must be given")
    if self.old_prefix == self.new_prefix:
        raise ValueError(
            f"a path rewrite needs two different prefixes, got {self.old_prefix!r} twice"
        )


def parse_path_rewrite(cls: type[PathRewrite], pattern: str) -> PathRewrite:
    """Read a rule of the form `old_prefix->new_prefix`."""
    prefixes = pattern.split("->")
    if len(prefixes) != 2:
        raise ValueError(
            f"a path rewrite has the form old_prefix->new_prefix, got {pattern!r}"
        )
    return cls(old_prefix=prefixes[0], new_prefix=prefixes[1])


def represent_path_rewrite(self: PathRewrite) -> str:
    """Return the rule in the form it is read in."""
    return f"{self.old_prefix}->{self.new_prefix}"


def raw_data_from_local_folder(
    cls: type[RawDataPath], local_folder: str | pathlib.Path | None = None
) -> RawDataPath:
    """Use a folder of this machine, a temporary one by default."""
    return cls(path=_local_folder(local_folder))


def _local_folder(folder: object) -> str:
    if folder is None:
        return tempfile.mkdtemp()
    if isinstance(folder, str):
        return folder
    if not isinstance(folder, pathlib.Path):
        raise ValueError(
            f"a local folder is a str or a Path, got {type(folder).__name__}"
        )
    folder.mkdir(parents=True, exist_ok=True)
    return str(folder)


def random_remote_path(self: RawDataPath, file_name: str | None = None) -> str:
    """Return a new path below the location, and see to it that a local one can be written."""
    part = uuid.uuid4().hex
    protocol, separator, rest = self.path.partition("://")
    if separator and protocol != "file":
        return "/".join(filter(None, [self.path.rstrip("/"), part, file_name]))
    folder = pathlib.Path(rest if separator else self.path)
    folder.mkdir(parents=True, exist_ok=True)
    if file_name is None:
        return str((folder / part).absolute())
    (folder / part).mkdir()
    return str((folder / part / file_name).absolute())


def entrypoint_path(
    self: SerializationContext, interpreter_path: str | None = None
) -> str:
    """Return the path of the program that runs tasks: the neighbour of the interpreter."""
    interpreter = (
        self.interpreter_path if interpreter_path is None else interpreter_path
    )
    return os.path.join(os.path.dirname(interpreter), ENTRYPOINT)


# Images


def image_cache_to_transport(self: ImageCache) -> str:
    """Write the lookup as gzip-compressed JSON in base64, the same text for the same lookup."""
    if self.serialized_form:
        return self.serialized_form
    text = json.dumps(
        {"image_lookup": self.image_lookup}, separators=(",", ":"), ensure_ascii=False
    )
    buffer = io.BytesIO()
    # Not gzip.compress, whose header depends on the platform and the version of Python.
    with gzip.GzipFile(mode="wb", fileobj=buffer, mtime=0) as compressed:
        compressed.write(text.encode())
    return base64.b64encode(buffer.getvalue()).decode()


def image_cache_from_transport(cls: type[ImageCache], s: str) -> ImageCache:
    """Read a lookup, and keep the text to pass it on unchanged."""
    try:
        content = json.loads(gzip.decompress(base64.b64decode(s, validate=True)))
    except (EOFError, OSError, ValueError, zlib.error) as error:
        raise ValueError(f"not an image lookup: {error}") from error
    lookup = content.get("image_lookup") if _is_dict(content) else None
    if not _is_dict(lookup) or not all(isinstance(one, str) for one in lookup.values()):
        raise ValueError(
            "not an image lookup: image_lookup must map names to references"
        )
    return cls(image_lookup=lookup, serialized_form=s)


def _is_dict(value: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)
