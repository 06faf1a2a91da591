"""The one edge to the disk: read trees, write trees, and remember what was written.

Knows paths, atomic replacement and the cache folder. It must not know what any text means. Nothing else in codegen
opens a file for writing; a test holds that.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

from codegen.diagnostics import Diagnostic, Location
from codegen.state import CACHE_FOLDER, is_spec

_STAGING = ".codegen-staging"
_LARGEST_SPEC = 8 * 1024 * 1024


def digest(data: bytes) -> str:
    """A short content hash."""
    return sha256(data).hexdigest()[:24]


def shown(path: Path) -> str:
    """A path as people should see it: relative to where they are, when it is below."""
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def read_text(
    path: Path, shown: str, *, exact: bool = False
) -> tuple[str | None, list[Diagnostic]]:
    """Read a text file; what keeps it from being read becomes a finding about ``shown``.

    An ``exact`` text keeps its byte order mark and its line ends.
    """
    try:
        size = path.stat().st_size
        if size > _LARGEST_SPEC:
            message = (
                f"the file has {size / 2**20:,.0f} MiB; "
                f"at most {_LARGEST_SPEC // 2**20} are read"
            )
            return None, [Diagnostic(Location(shown), "too-large", message)]
        data = path.read_bytes()
    except OSError as error:
        return None, [_unreadable(shown, error)]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode(errors="replace")) + 1
        message = f"the byte 0x{data[error.start]:02x} is not UTF-8 text"
        place = Location(shown, line, column)
        return None, [Diagnostic(place, "not-utf8", message, "save the file as UTF-8")]
    return text if exact else text.removeprefix("\ufeff").replace("\r\n", "\n"), []


def list_specs(folder: Path, shown: str) -> tuple[list[str], list[Diagnostic]]:
    """The names of the YAML files of a folder, sorted."""
    try:
        names = sorted(entry for entry in os.listdir(folder) if is_spec(entry))
    except NotADirectoryError:
        message = f"'{shown}' is a file; specs stand in a folder, one file a module"
        return [], [Diagnostic(Location(shown), "spec-folder", message)]
    except FileNotFoundError:
        message = f"there is no folder '{shown}'"
        hint = "the setting 'specs' names it; `codegen init DIR` makes a whole project"
        return [], [Diagnostic(Location(shown), "spec-folder", message, hint)]
    except OSError as error:
        return [], [_unreadable(shown, error)]
    if not names:
        message = f"'{shown}' holds no spec"
        hint = "a spec is a file named after its module, such as my_package.yaml"
        return [], [Diagnostic(Location(shown), "no-specs", message, hint)]
    return names, []


def _unreadable(shown: str, error: OSError) -> Diagnostic:
    reason = error.strerror or str(error)
    return Diagnostic(Location(shown), "unreadable", f"cannot be read: {reason}")


def read_tree(root: Path) -> Iterator[str]:
    """The paths of all files below a folder, relative to it, caches and hidden files left out."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(
            name for name in folders if name != "__pycache__" and name[0] != "."
        )
        for name in sorted(names):
            if not name.endswith(".pyc") and name[0] != ".":
                yield Path(folder, name).relative_to(root).as_posix()


def read_bytes(path: Path) -> bytes | None:
    """The content of a file; None when there is none."""
    try:
        return path.read_bytes()
    except OSError:
        return None


def is_file(path: Path) -> bool:
    """Whether a file is there, or may be: reading it tells what a folder without permissions does not."""
    try:
        return path.is_file()
    except PermissionError:
        return True


class WriteError(Exception):
    """Something could not be written; the tree is as it was."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(f"{path}: {error.strerror or error}")
        self.path = path
        self.reason = error.strerror or str(error)
        self._full = error.errno in (errno.ENOSPC, errno.EDQUOT)

    def finding(self) -> Diagnostic:
        """What a run tells that was to write all of it."""
        hint = "free some space and run again" if self._full else ""
        message = f"cannot be written: {self.reason}; nothing was changed"
        return Diagnostic(Location(shown(self.path)), "write-failed", message, hint)


def write_tree(root: Path, texts: Mapping[str, bytes]) -> None:
    """Write files below ``root``, all or none of them.

    Everything is staged beside the target first, so that a full disk or a missing permission leaves the tree as it
    was; then each file is put in its place by one atomic rename. Where one of these is refused, those before it are
    undone. A process that dies in between leaves old and new files, never half a file. Raises WriteError.
    """
    staging = root / _STAGING
    # A run that died may have left it.
    shutil.rmtree(staging, ignore_errors=True)
    if not texts:
        return
    made: list[Path] = []
    placed: dict[str, str] = {}
    target = str(root)
    try:
        _make_folder(staging, made)
        for folder in sorted({os.path.dirname(path) for path in texts}):
            target = os.path.join(root, folder)
            _make_folder(Path(target), made)
            _require_writable(target)
        staged = {os.path.join(staging, str(n)): path for n, path in enumerate(texts)}
        for temporary, path in staged.items():
            target = os.path.join(root, path)
            if os.path.isdir(target):
                raise IsADirectoryError(errno.EISDIR, "is a folder", target)
            with open(temporary, "wb") as file:
                file.write(texts[path])
        for temporary, path in staged.items():
            target = os.path.join(root, path)
            former = f"{temporary}.former"
            _keep(target, former)
            os.replace(temporary, target)
            placed[target] = former
    except OSError as error:
        _undo(placed)
        shutil.rmtree(staging, ignore_errors=True)
        for place in reversed(made):
            with contextlib.suppress(OSError):
                place.rmdir()
        raise WriteError(Path(target), error) from error
    shutil.rmtree(staging, ignore_errors=True)


def _make_folder(folder: Path, made: list[Path]) -> None:
    """Make a folder and its parents; add those that were not there to ``made``."""
    missing: list[Path] = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for path in reversed(missing):
        path.mkdir()
        made.append(path)


def _keep(target: str, former: str) -> None:
    """Give a file that is about to be replaced a second name; nothing where there is no such file."""
    try:
        os.link(target, former)
    except FileNotFoundError:
        return
    except OSError:  # No second names on this file system, or not for this file.
        shutil.copy2(target, former)


def _undo(placed: Mapping[str, str]) -> None:
    """Put back what stood where files were put."""
    for target, former in placed.items():
        with contextlib.suppress(OSError):
            if os.path.exists(former):
                os.replace(former, target)
            else:
                os.unlink(target)


def _require_writable(folder: str) -> None:
    if not os.path.isdir(folder):
        raise NotADirectoryError(errno.ENOTDIR, "is not a folder", folder)
    if not os.access(folder, os.W_OK):
        raise PermissionError(errno.EACCES, "is not writable", folder)


def remove(root: Path, paths: list[str]) -> None:
    """Remove files below ``root`` and the folders that become empty."""
    for path in paths:
        target = root / path
        with contextlib.suppress(OSError):
            target.unlink()
        for parent in target.relative_to(root).parents:
            if parent == Path("."):
                break
            try:
                (root / parent).rmdir()
            except OSError:
                break


def write_cache(root: Path, name: str, data: bytes) -> None:
    """Keep something for the next run; a cache that cannot be written is no error."""
    folder = root / CACHE_FOLDER
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        ignore = folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n")
        staged = folder / f"{name}.{os.getpid()}"
        staged.write_bytes(data)
        os.replace(staged, folder / name)


def user_cache() -> Path:
    """The folder for what is worth keeping between projects."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    # The standard says that a relative one is ignored.
    home = Path(base) if os.path.isabs(base) else Path.home() / ".cache"
    return home / "codegen"


_MOST_KEPT = 1_000


def keep(name: str, data: bytes) -> None:
    """Keep something in the user's cache under ``folder/name``; the oldest goes, and failing is no error."""
    path = user_cache() / name
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        staged = path.with_name(f".{path.name}.{os.getpid()}")
        staged.write_bytes(data)
        os.replace(staged, path)
        kept = [entry for entry in os.scandir(path.parent) if entry.is_file()]
        if len(kept) > _MOST_KEPT:
            kept.sort(key=lambda entry: entry.stat().st_mtime_ns)
            for entry in kept[: _MOST_KEPT // 10]:
                os.unlink(entry)


@contextlib.contextmanager
def temporary() -> Iterator[Path]:
    """A folder outside every project that is gone afterwards, with whatever was written to it."""
    with tempfile.TemporaryDirectory(
        prefix="codegen-", ignore_cleanup_errors=True
    ) as folder:
        yield Path(folder)


def lay_out(root: Path, contents: Mapping[str, bytes]) -> None:
    """Write files below a folder of this process's own, with the same modes whatever the umask is."""
    for path, data in contents.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        target.chmod(0o644)


@contextlib.contextmanager
def making(root: Path) -> Iterator[None]:
    """Let no other run make a project beside this one, where there is no project yet that could hold a lock."""
    folder = root.absolute().parent
    while not os.path.exists(folder) and folder != folder.parent:
        folder = folder.parent
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError, ImportError):
            import fcntl

            handle = os.open(folder, os.O_RDONLY)
            stack.callback(os.close, handle)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def locked(root: Path) -> Iterator[None]:
    """Hold the project's lock: a second run at once waits for the first."""
    folder = root / CACHE_FOLDER
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError, ImportError):
            import fcntl

            folder.mkdir(parents=True, exist_ok=True)
            handle = stack.enter_context(open(folder / "lock", "w"))
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
