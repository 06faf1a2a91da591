"""Specs as they were at a revision of the repository somebody is in, with the settings of that revision.

Knows git's plumbing commands. Nothing is checked out, and attributes that would change what an archive holds play no part.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from codegen import project
from codegen.diagnostics import Diagnostic, Location
from codegen.project import Settings
from codegen.sides.specs import project_version
from codegen.sides.texts import SideError, SpecTexts
from codegen.state import is_spec
from codegen.versions import parsed_or_none
from codegen.workspace import CONFIG_NAMES, SettingsError

_SECONDS = 60
_PREFIX = "git:"


def of_revision(name: str, base: Path | None = None) -> SpecTexts:
    """The specs of ``git:REV`` or ``git:REV:path``, seen from ``base``, which is here without one.

    Raises SideError, or SettingsError for settings of no use.
    """
    revision, _, path = name.removeprefix(_PREFIX).partition(":")
    repository = _Repository(base or Path.cwd())
    commit = repository.commit(revision)
    tree = _Tree(repository, commit, revision)
    folder = PurePosixPath(path.strip("/")) if path else repository.prefix
    config, settings = _settings(tree, folder, search=not path)
    if settings is None:
        if not path:
            raise SideError(
                f"'{name}' holds no project here: no codegen.toml and no pyproject.toml with [tool.codegen] at that revision"
            )
        specs = folder
    else:
        specs = PurePosixPath(os.path.normpath(config.parent / settings.specs))
    names = [entry for entry in tree.names(specs) if is_spec(PurePosixPath(entry).name)]
    if not names:
        raise SideError(f"'{name}' holds no specs in '{specs}'")
    pyproject = tree.read([str(config.parent / CONFIG_NAMES[1])])
    version = project_version(next(iter(pyproject.values()), None), settings)
    texts, problems = _decoded(tree, names)
    return SpecTexts(texts, problems, settings, version or _tag_version(revision))


def _decoded(tree: _Tree, names: list[str]) -> tuple[dict[str, str], list[Diagnostic]]:
    texts: dict[str, str] = {}
    problems: list[Diagnostic] = []
    for path, data in tree.read(names).items():
        shown = tree.shown(path)
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            message = f"the byte 0x{data[error.start]:02x} is not UTF-8 text"
            problems.append(Diagnostic(Location(shown, line), "not-utf8", message))
            continue
        texts[shown] = text.removeprefix("\ufeff").replace("\r\n", "\n")
    return texts, problems


def _settings(
    tree: _Tree, folder: PurePosixPath, *, search: bool
) -> tuple[PurePosixPath, Settings | None]:
    """The settings file of a project, and what it says; the nearest one above where one may search."""
    for place in (folder, *folder.parents) if search else (folder,):
        for name in CONFIG_NAMES:
            path = place / name
            data = tree.read([str(path)]).get(str(path))
            if data is None or (
                name == CONFIG_NAMES[1] and b"[tool.codegen" not in data
            ):
                continue
            shown, text = tree.shown(str(path)), data.decode("utf-8", "replace")
            settings, problems = project.read(str(path), text)
            if settings is None:
                moved = [
                    f._replace(location=f.location._replace(path=shown))
                    for f in problems
                ]
                raise SettingsError(moved, {shown: text})
            return path, settings
    return folder / CONFIG_NAMES[0], None


def _tag_version(revision: str) -> str | None:
    """The version a tag names, such as v1.2.0."""
    version = parsed_or_none(revision.rpartition("/")[2])
    return None if version is None else str(version)


class _Repository:
    """The repository a folder belongs to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        found = self.run("rev-parse", "--show-prefix")
        if found is None:
            raise SideError(
                "'git:' needs a git repository, and there is none here or above"
            )
        self.prefix = PurePosixPath(os.fsdecode(found.rstrip(b"\n")))

    def commit(self, revision: str) -> str:
        """The hash of a revision; raises SideError when there is no such revision."""
        if not revision:
            raise SideError("'git:' needs a revision, such as git:main or git:v1.2")
        words = ("rev-parse", "--verify", "--quiet", "--end-of-options")
        found = self.run(*words, f"{revision}^{{commit}}")
        if found is None:
            raise SideError(
                f"there is no revision '{revision}' in this repository; a shallow clone may lack it"
            )
        return found.decode().strip()

    def run(self, *words: str, sent: bytes | None = None) -> bytes | None:
        """What a git command prints; None when it fails."""
        command = ["git", "-C", str(self._folder), *words]
        try:
            ran = subprocess.run(
                command, input=sent, capture_output=True, timeout=_SECONDS, check=False
            )
        except FileNotFoundError:
            raise SideError(
                "'git:' needs the command git, which is not installed"
            ) from None
        except subprocess.TimeoutExpired:
            raise SideError(f"git did not answer within {_SECONDS} seconds") from None
        return ran.stdout if ran.returncode == 0 else None


class _Tree:
    """The files of a commit, by their paths from the top of the repository."""

    def __init__(self, repository: _Repository, commit: str, revision: str) -> None:
        self._repository = repository
        self._commit = commit
        self._revision = revision

    def shown(self, path: str) -> str:
        """A file of the commit as ``git show`` calls it."""
        return f"{self._revision}:{path}"

    def names(self, folder: PurePosixPath) -> list[str]:
        """The files that stand in a folder, sorted."""
        where = "" if str(folder) == "." else str(folder)
        listed = self._repository.run(
            "ls-tree", "-z", "--full-tree", f"{self._commit}:{where}"
        )
        found: list[str] = []
        for entry in (listed or b"").split(b"\0"):
            facts, _, name = entry.partition(b"\t")
            # Links and submodules hold no text of their own.
            if facts.startswith(b"100"):
                found.append(str(folder / os.fsdecode(name)))
        return sorted(found)

    def read(self, paths: list[str]) -> dict[str, bytes]:
        """The contents of those files that exist."""
        wanted = [path for path in paths if "\n" not in path]
        sent = b"".join(os.fsencode(f"{self._commit}:{path}\n") for path in wanted)
        output = self._repository.run("cat-file", "--batch", sent=sent) or b""
        return {
            path: data
            for path, data in zip(wanted, _contents(output), strict=False)
            if data is not None
        }


def _contents(output: bytes) -> Iterator[bytes | None]:
    """What ``git cat-file --batch`` printed, object by object; None for one that does not exist."""
    start = 0
    while start < len(output):
        end = output.index(b"\n", start)
        header = output[start:end].split(b" ")
        start = end + 1
        if header[-1] == b"missing" or len(header) < 3:
            yield None
            continue
        size = int(header[-1])
        yield output[start : start + size] if header[-2] == b"blob" else None
        start += size + 1
