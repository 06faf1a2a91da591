"""Code bundles, fetched and unpacked, and the app in them.

Knows the two forms of a bundle and the argument that names an app. It must not know what is done with the app.
"""

from __future__ import annotations

import gzip
import importlib
import pickle
import tarfile
import zlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from flyte_runtime import checks
from flyte_runtime.serve.failures import Failure
from flyte_runtime.serve.storage import open_location

if TYPE_CHECKING:
    from flyte.app._app_environment import AppEnvironment

RESOLVER = "flyte._internal.resolvers.app_env.AppEnvResolver"

_GZIP = b"\x1f\x8b"


# Archives


def unpack_archive(location: str, folder: Path) -> None:
    """Fetch a compressed archive and unpack it; nothing is unpacked if anything in it is refused."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (
            open_location(location) as stream,
            tarfile.open(fileobj=stream, mode="r:*") as archive,
        ):
            members = archive.getmembers()
            _check_members(members, folder.resolve())
            # Python 3.11.4 brought filters; the checks above do without them.
            archive.extraction_filter = getattr(tarfile, "data_filter", None)
            archive.extractall(folder, members)
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise Failure(f"cannot unpack {location!r}: {error}") from error


def _check_members(members: Iterable[tarfile.TarInfo], folder: Path) -> None:
    links: set[PurePosixPath] = set()
    for member in members:
        path = PurePosixPath(member.name)
        if path.is_absolute() or ".." in path.parts:
            raise tarfile.TarError(f"{member.name!r} is outside the folder")
        if not (folder / path).resolve().is_relative_to(folder):
            # A link that was there before.
            raise tarfile.TarError(f"{member.name!r} leads out of the folder")
        if not links.isdisjoint(path.parents):
            raise tarfile.TarError(f"{member.name!r} is below a link")
        if member.issym():
            _check_link(member, path.parent)
            links.add(path)
        elif member.islnk():
            _check_link(member, PurePosixPath())
        elif not (member.isfile() or member.isdir()):
            raise tarfile.TarError(f"{member.name!r} is neither a file nor a folder")


def _check_link(member: tarfile.TarInfo, start: PurePosixPath) -> None:
    """Follow a link by its text; a way up after a way down is refused, because it may pass through another link."""
    target = PurePosixPath(member.linkname)
    ups = target.parts.count("..")
    leads_up_first = all(part == ".." for part in target.parts[:ups])
    if target.is_absolute() or not leads_up_first or ups > len(start.parts):
        raise tarfile.TarError(
            f"link {member.name!r} leads out of the folder: {member.linkname!r}"
        )


# The app


def load_app(resolver: str, argument: str) -> AppEnvironment:
    """Import an app as the resolver finds it."""
    if resolver == RESOLVER:
        return _checked(_load_variable(argument), argument)
    module, _, name = resolver.rpartition(".")
    try:
        loader: Any = getattr(importlib.import_module(module), name)()
    except (AttributeError, ImportError, ValueError) as error:
        raise Failure(f"cannot load resolver {resolver!r}: {error}") from error
    return _checked(loader.load_app_env(argument), argument)


def load_pickle(location: str) -> AppEnvironment:
    """Fetch and load a pickled app.

    A pickle is code: whoever writes it decides what runs here. It is loaded all the same, by this program only, because
    the command line of the deployment names it just as it names archives of code; it never comes with a request.
    """
    with open_location(location) as stream:
        data = stream.read()
    try:
        content = gzip.decompress(data) if data.startswith(_GZIP) else data
        app: object = pickle.loads(content)
    except ModuleNotFoundError as error:
        raise Failure(
            f"cannot load {location!r}: it needs the package {error.name}"
        ) from error
    except Exception as error:
        raise Failure(f"cannot load {location!r}: {error}") from error
    return _checked(app, location)


def _load_variable(argument: str) -> object:
    module_name, colon, variable = argument.partition(":")
    if not (module_name and colon and variable):
        raise Failure(
            f"--resolver-args must be of the form module:variable, got {argument!r}"
        )
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is not None and f"{module_name}.".startswith(f"{error.name}."):
            raise AppNotFound(f"there is no module {error.name!r}") from error
        raise Failure(
            f"module {module_name!r} needs the module {error.name!r}, which is missing"
        ) from error
    except Exception as error:
        raise Failure(
            f"module {module_name!r} failed to import: {type(error).__name__}: {error}"
        ) from error
    if not hasattr(module, variable):
        hint = checks.suggestion(variable, vars(module))
        raise Failure(
            f"module {module_name!r} has no variable {variable!r}{hint and '; ' + hint}"
        )
    return getattr(module, variable)


def _checked(found: object, name: str) -> AppEnvironment:
    from flyte.app._app_environment import AppEnvironment

    if not isinstance(found, AppEnvironment):
        raise Failure(f"{name!r} is not an app, but {checks.describe(found)}")
    return found


class AppNotFound(Failure):
    """The module of the app does not exist here."""
