"""A release from the index that pip knows: downloaded once, its modules read from the archive.

Knows pip's command line, wheels and source archives. Nothing of the release is installed; pip asks a source archive for its
metadata, which a wheel has ready, so a wheel is taken where there is one.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path, PurePosixPath

from codegen import files
from codegen.sides.python import from_files
from codegen.sides.texts import SideError, SourceTexts

_PREFIX = "pypi:"
_SECONDS = 600
_NAME = re.compile(
    r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?:==([A-Za-z0-9.!+_-]+))?"
)
_LARGEST_FILE = 8 * 1024 * 1024
_NOT_THE_PACKAGE = frozenset(
    "test tests doc docs example examples benchmark benchmarks scripts".split()
)


def archive(name: str) -> tuple[str, bytes]:
    """The file name and content of a release, ``pypi:name==version``, from the cache if it is there.

    Without a version, the index says which is the newest. Raises SideError when there is no such release or no index.
    """
    match = _NAME.fullmatch(name.removeprefix(_PREFIX))
    if match is None:
        raise SideError(f"'{name}' is no release; write pypi:name==version")
    project, version = match[1], match[2]
    if version is None:
        return _download(project)
    key = re.sub(r"[-_.]+", "-", project).lower()
    folder = files.user_cache() / "pypi" / f"{key}-{version}"
    kept = next((p for p in sorted(folder.glob("*")) if p.name[0] != "."), None)
    if kept is not None:
        return kept.name, kept.read_bytes()
    found, data = _download(match[0])
    files.keep(f"pypi/{key}-{version}/{found}", data)
    return found, data


def _download(requirement: str) -> tuple[str, bytes]:
    complaint = ""
    for form in ("--only-binary=:all:", "--no-binary=:all:"):
        with files.temporary() as folder:
            words = ["-m", "pip", "download", "--no-deps", "--no-input", "--quiet"]
            words += ["--disable-pip-version-check", "--dest", str(folder)]
            try:
                ran = subprocess.run(
                    [sys.executable, *words, form, "--", requirement],
                    capture_output=True,
                    text=True,
                    timeout=_SECONDS,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                raise SideError(
                    f"pip did not answer within {_SECONDS} seconds"
                ) from None
            found = next(iter(sorted(folder.iterdir())), None)
            if ran.returncode == 0 and found is not None:
                return found.name, found.read_bytes()
            complaint = complaint or _complaint(ran.stderr, requirement)
    raise SideError(complaint)


def _complaint(output: str, requirement: str) -> str:
    """What pip said, in one sentence."""
    if "No module named pip" in output:
        return f"'pypi:' needs pip, which {sys.executable} does not have"
    versions = re.search(r"\(from versions: (.*)\)", output)
    if versions is not None and versions[1] != "none":
        newest = ", ".join(versions[1].split(", ")[-5:])
        return (
            f"the index has no '{requirement}' for this Python; the latest are {newest}"
        )
    trouble = re.search(
        r"(Name or service not known|Temporary failure in name resolution|Connection refused|Network is unreachable|timed out|Max retries exceeded|SSLError)",
        output,
    )
    if trouble is not None:
        return f"the index cannot be reached, and '{requirement}' is not in the cache: {trouble[0]}"
    if "No matching distribution" in output:
        return f"the index has no '{requirement}'"
    lines = [line for line in output.splitlines() if line.startswith("ERROR: ")]
    reason = lines[-1].removeprefix("ERROR: ") if lines else "pip gave no reason"
    return f"'{requirement}' cannot be downloaded: {reason}"


def modules(name: str, file: str, data: bytes) -> SourceTexts:
    """The modules of an archive; raises SideError when it is none, or holds none."""
    contents = _wheel(data) if file.endswith(".whl") else _source(file, data)
    roots = from_files(contents, file)
    project, version = project_and_version(file)
    same = project.replace("-", "_").lower().removesuffix("_stubs")
    named = [root for root in roots if root.lower() == same]
    chosen = named or [root for root in roots if root not in _NOT_THE_PACKAGE]
    if not chosen:
        raise SideError(f"'{name}' holds no Python modules")
    return SourceTexts({root: roots[root] for root in chosen}, version)


def project_and_version(file: str) -> tuple[str, str]:
    """The project and version a file name gives."""
    stem = re.sub(r"\.(whl|zip|tar\.\w+|tgz)$", "", file)
    if file.endswith(".whl"):
        project, version, *_ = stem.split("-")
        return project, version
    project, _, version = stem.rpartition("-")
    return project, version


def _wheel(data: bytes) -> dict[str, str]:
    contents: dict[str, str] = {}
    with _opened_zip(data) as found:
        for entry in found.infolist():
            path = re.sub(r"^[^/]+\.data/(?:purelib|platlib)/", "", entry.filename)
            if _is_python(path) and entry.file_size <= _LARGEST_FILE:
                contents[path] = found.read(entry).decode("utf-8", "replace")
    return contents


def _source(file: str, data: bytes) -> dict[str, str]:
    """The packages of a source archive, wherever in it they stand."""
    contents: dict[str, str] = {}
    if file.endswith(".zip"):
        with _opened_zip(data) as zipped:
            contents = {
                entry.filename.partition("/")[2]: zipped.read(entry).decode(
                    "utf-8", "replace"
                )
                for entry in zipped.infolist()
                if _is_python(entry.filename) and entry.file_size <= _LARGEST_FILE
            }
    else:
        try:
            with tarfile.open(fileobj=io.BytesIO(data)) as packed:
                for member in packed:
                    read = packed.extractfile(member) if member.isfile() else None
                    if (
                        read
                        and _is_python(member.name)
                        and member.size <= _LARGEST_FILE
                    ):
                        path = member.name.partition("/")[2]
                        contents[path] = read.read().decode("utf-8", "replace")
        except (tarfile.TarError, OSError, EOFError) as error:
            raise SideError(f"'{file}' is no archive: {error}") from None
    return _importable(contents)


def _importable(contents: dict[str, str]) -> dict[str, str]:
    """The files of packages, by the paths they would be installed at: ``src`` and the like are left out."""
    folders = {
        PurePosixPath(path).parent
        for path in contents
        if PurePosixPath(path).stem == "__init__"
    }
    tops = {folder for folder in folders if folder.parent not in folders}
    tops = {top for top in tops if _NOT_THE_PACKAGE.isdisjoint(top.parts)} or tops
    found: dict[str, str] = {}
    for path, text in contents.items():
        pure = PurePosixPath(path)
        for top in tops:
            if pure.is_relative_to(top):
                found[str(pure.relative_to(top.parent))] = text
    if found:
        return found
    return {
        PurePosixPath(path).name: text
        for path, text in contents.items()
        if PurePosixPath(path).name not in ("setup.py", "conftest.py", "noxfile.py")
    }


def _opened_zip(data: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile as error:
        raise SideError(f"the archive cannot be opened: {error}") from None


def _is_python(path: str) -> bool:
    return Path(path).suffix in (".py", ".pyi")
