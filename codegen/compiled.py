"""Templates that other runs have compiled: byte code in the user's cache, as Python keeps that of modules.

Knows where byte code is kept; jinja knows which belongs to which text of a template and to which version of itself and of
Python. It must not know what templates there are.
"""

from __future__ import annotations

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from codegen import files


class Compiled(BytecodeCache):
    """The byte code of templates; what an environment with other options has compiled must go by another version."""

    def __init__(self, version: str) -> None:
        self._version = version

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill in what was kept, unless it is of another text or version."""
        data = files.read_bytes(files.user_cache() / self._place(bucket))
        if data is not None:
            bucket.bytecode_from_string(data)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what has been compiled."""
        files.keep(self._place(bucket), bucket.bytecode_to_string())

    def _place(self, bucket: Bucket) -> str:
        return f"templates/{self._version}-{bucket.key}"
