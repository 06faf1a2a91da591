"""Whether a version can be published: the index does not have it, and it is as much later as the API has changed.

Knows versions on an index and the API diff. It must not know how anything is built or uploaded.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from codegen import files
from codegen.publishing.describing import Described
from codegen.publishing.errors import OptionsError, PublishError
from codegen.publishing.index import File, Index
from codegen.versions import parsed


def predecessor(published: list[File], version: str) -> File | None:
    """The wheel of the latest version before this one; None when there is none."""
    wheels = [
        (parsed(file.version), file)
        for file in published
        if file.version is not None and file.name.endswith(".whl")
    ]
    earlier = [item for item in wheels if item[0] < parsed(version)]
    return max(earlier, key=lambda item: item[0])[1] if earlier else None


def of_version(published: list[File], version: str) -> list[File]:
    """The files of one version."""
    return [
        file
        for file in published
        if file.version is not None and parsed(file.version) == parsed(version)
    ]


def unpacked(index: Index, file: File, described: Described, folder: Path) -> Path:
    """The package in a published wheel, below a folder."""
    roots = (f"{described.package}/", f"{described.package}-stubs/")
    contents: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(index.fetch(file))) as packed:
            for name in packed.namelist():
                python = name.startswith(roots) and name.endswith((".py", ".pyi"))
                if python and ".." not in name.split("/"):
                    contents[name] = packed.read(name)
    except zipfile.BadZipFile:
        raise PublishError(f"{file.name} on the index is no wheel") from None
    files.lay_out(folder, contents)
    return folder


def own(described: Described, folder: Path) -> Path:
    """The package that is about to be published, below a folder, as ``unpacked`` has the former one."""
    roots = (f"{described.package}/", f"{described.package}-stubs/")
    contents = {p: d for p, d in described.files.items() if p.startswith(roots)}
    files.lay_out(folder, contents)
    return folder


def judged(old: str, new: str, old_version: str | None, version: str) -> str:
    """Compare two states of the API; return what the comparison says of the version.

    What the old state says of its own version goes before ``old_version``, the latest one that is published.
    Raises PublishError when the version is too small for what changed, or when a side cannot be read.
    """
    from codegen.diff.modules import compare
    from codegen.diff.versions import advice, is_enough, least
    from codegen.sides import SideError, load
    from codegen.workspace import SettingsError

    try:
        before, after = load(old, new)
    except (SideError, SettingsError) as error:
        raise OptionsError(f"the API cannot be compared: {error}") from None
    changes = list(compare(before.package, after.package, version=version))
    count = f"{len(changes)} {'change' if len(changes) == 1 else 'changes'}"
    former = before.version or old_version
    if former is None:
        return f"{count}; the former version is not known"
    if not is_enough(changes, former, version):
        raise PublishError(
            f"{version} is too small after {former}: {count}, {advice(changes, former)} version needed, "
            f"at least {least(changes, former)}; `codegen diff` shows them"
        )
    return f"{count} since {former}, {version} is enough"
