"""The parts of `fserve`: archives that are refused, parameters that are, stores that need fsspec, and the installed script."""

from __future__ import annotations

import base64
import gzip
import io
import json
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from flyte.app import Parameter
from flyte.app._parameter import SerializableParameterCollection
from flyte_runtime.serve import bundle, command, storage, values
from flyte_runtime.serve.failures import Failure

REPOSITORY = Path(__file__).parents[2]

# Archives


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    """Describe an entry of an archive."""
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = kind, link
    return entry


def write_archive(path: Path, *members: tarfile.TarInfo) -> str:
    """Write an archive of empty files, links and devices."""
    with tarfile.open(path, "w:gz") as archive:
        for entry in members:
            archive.addfile(entry, io.BytesIO())
    return str(path)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ([member("/etc/x")], "'/etc/x' is outside the folder"),
        ([member("../x")], "'../x' is outside the folder"),
        ([member("a/../../x")], "'a/../../x' is outside the folder"),
        (
            [member("a", tarfile.SYMTYPE, "/etc")],
            "link 'a' leads out of the folder: '/etc'",
        ),
        (
            [member("a", tarfile.SYMTYPE, "..")],
            "link 'a' leads out of the folder: '..'",
        ),
        (
            [member("a/b", tarfile.SYMTYPE, "../../x")],
            "link 'a/b' leads out of the folder: '../../x'",
        ),
        (
            [member("a", tarfile.SYMTYPE, "b/..")],
            "link 'a' leads out of the folder: 'b/..'",
        ),
        (
            [member("a", tarfile.LNKTYPE, "../x")],
            "link 'a' leads out of the folder: '../x'",
        ),
        (
            [member("a", tarfile.SYMTYPE, "b"), member("a/c")],
            "'a/c' is below a link",
        ),
        ([member("a", tarfile.CHRTYPE)], "'a' is neither a file nor a folder"),
        ([member("a", tarfile.BLKTYPE)], "'a' is neither a file nor a folder"),
        ([member("a", tarfile.FIFOTYPE)], "'a' is neither a file nor a folder"),
    ],
)
def test_malicious_archives_are_refused(
    tmp_path: Path, members: list[tarfile.TarInfo], message: str
) -> None:
    """One bad entry is enough: nothing at all is unpacked."""
    location = write_archive(tmp_path / "code.tgz", member("good"), *members)
    folder = tmp_path / "out"
    with pytest.raises(Failure) as caught:
        bundle.unpack_archive(location, folder)
    assert str(caught.value) == f"cannot unpack {location!r}: {message}"
    assert list(folder.iterdir()) == []


def test_a_link_that_was_there_before_is_not_followed(tmp_path: Path) -> None:
    """What leads out of the folder may also be on the disk already."""
    folder, outside = tmp_path / "out", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    (folder / "data").symlink_to(outside)
    location = write_archive(tmp_path / "code.tgz", member("data/x"))
    with pytest.raises(Failure, match="cannot unpack"):
        bundle.unpack_archive(location, folder)
    assert list(outside.iterdir()) == []


def test_links_within_an_archive_are_kept(tmp_path: Path) -> None:
    """A link to a neighbour, also by way of the folder above, is what it was."""
    location = write_archive(
        tmp_path / "code.tgz",
        member("./a/b"),
        member("a/soft", tarfile.SYMTYPE, "../a/b"),
        member("hard", tarfile.LNKTYPE, "a/b"),
    )
    bundle.unpack_archive(location, tmp_path / "out")
    assert (tmp_path / "out" / "a" / "soft").readlink() == Path("../a/b")
    assert (tmp_path / "out" / "hard").is_file()


@pytest.mark.parametrize(
    "content",
    [b"", b"text", gzip.compress(b"text", mtime=0)],
    ids=["nothing", "plain", "compressed"],
)
def test_what_is_no_archive(tmp_path: Path, content: bytes) -> None:
    """Other content is a failure with the location."""
    path = tmp_path / "code.tgz"
    path.write_bytes(content)
    with pytest.raises(Failure, match=r"^cannot unpack '.*code\.tgz': "):
        bundle.unpack_archive(str(path), tmp_path / "out")


def test_a_cut_archive(tmp_path: Path) -> None:
    """Half an archive is a failure."""
    path = tmp_path / "code.tgz"
    write_archive(path, *(member(f"file{number}") for number in range(100)))
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(Failure, match=r"^cannot unpack"):
        bundle.unpack_archive(str(path), tmp_path / "out")


@pytest.mark.parametrize(
    ("resolver", "reason"),
    [
        ("nowhere.Resolver", "No module named 'nowhere'"),
        ("Resolver", "Empty module name"),
        ("json.Resolver", "module 'json' has no attribute 'Resolver'"),
    ],
)
def test_unknown_resolvers(resolver: str, reason: str) -> None:
    """The error names the resolver."""
    with pytest.raises(Failure) as caught:
        bundle.load_app(resolver, "module:app")
    assert str(caught.value) == f"cannot load resolver {resolver!r}: {reason}"


# Parameters


def pack(content: bytes) -> str:
    """Compress as parameters are."""
    return base64.b64encode(gzip.compress(content, mtime=0)).decode()


def pack_parameter(**fields: object) -> str:
    """Pack one parameter, with whatever fields."""
    parameter = {"name": "p", "value": "v", "download": False, **fields}
    return pack(json.dumps({"parameters": [parameter]}).encode())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("%", "not a list of serialized parameters: "),
        ("eA==", "not a list of serialized parameters: "),
        (pack(b"[]"), "not a list of serialized parameters: "),
        (pack_parameter(name=5), "the name of a parameter must be a str, got int 5"),
        (
            pack_parameter(value=None),
            "the value of parameter 'p' must be a str, got None",
        ),
        (pack_parameter(type="xml"), "the type of parameter 'p' must be one of "),
        (
            pack_parameter(download="no"),
            "download of parameter 'p' must be a bool, got str 'no'",
        ),
        (
            pack_parameter(env_var=1),
            "env_var of parameter 'p' must be a str or None, got int 1",
        ),
        (
            pack_parameter(dest=1),
            "dest of parameter 'p' must be a str or None, got int 1",
        ),
        (
            pack_parameter(ignore_patterns="*"),
            "ignore_patterns of parameter 'p' must be a list, got str '*'",
        ),
    ],
)
def test_parameters_that_are_refused(text: str, message: str) -> None:
    """Whatever is not what environments write, or far too large, is a failure."""
    with pytest.raises(Failure) as caught:
        values.decode(text)
    assert str(caught.value).startswith(f"--parameters: {message}")


def test_parameters_that_are_too_large() -> None:
    """Neither the text nor what a small text decompresses to may be huge."""
    with pytest.raises(Failure, match=r"^--parameters: more than 4194304 characters$"):
        values.decode("x" * (4 * 2**20 + 1))
    with pytest.raises(Failure, match=r"^--parameters: more than 67108864 bytes when"):
        values.decode(pack(bytes(64 * 2**20 + 1)))


def test_parameters_are_what_was_given(tmp_path: Path) -> None:
    """Texts stay as they are, empty ones too."""
    given = [Parameter("a", ""), Parameter("b", "/x/../y", env_var="B")]
    text = SerializableParameterCollection.from_parameters(given).to_transport
    found = values.read_values(text, tmp_path)
    assert found.arguments == found.texts == {"a": "", "b": "/x/../y"}
    assert found.variables == {"B": "/x/../y"}


# The command line


def test_values_may_look_like_options() -> None:
    """The word after an option is its value, whatever it looks like."""
    arguments, words = command.parse(
        ["--version", "-x", "--org", "--dest", "--dest", "", "--", "a", "--"]
    )
    assert (arguments.org, arguments.dest) == ("--dest", "")
    assert words == ["a", "--"]


# Stores


class Hostile(MemoryFileSystem):
    """A store whose names lead out of the folder they are listed in."""

    protocol = "hostile"

    def find(self, path: str, *args: Any, **kwargs: Any) -> list[str]:
        """List a file beside the folder."""
        return [f"{path}/../../x"]


@pytest.fixture
def store() -> Iterator[MemoryFileSystem]:
    """Return the store that fsspec keeps in memory, empty before and after."""
    memory = MemoryFileSystem()
    yield memory
    memory.store.clear()
    memory.pseudo_dirs[:] = [""]


def fill(store: MemoryFileSystem, **files: str) -> None:
    """Write files, whose names have two underscores for a slash."""
    for name, content in files.items():
        store.pipe_file(name.replace("__", "/"), content.encode())


def test_a_file_from_a_store(store: MemoryFileSystem, tmp_path: Path) -> None:
    """A remote file is copied under its name."""
    fill(store, b__model="model")
    target = storage.fetch_file("memory://b/model", tmp_path / "new")
    assert target == tmp_path / "new" / "model"
    assert target.read_text() == "model"


def test_a_folder_from_a_store(store: MemoryFileSystem, tmp_path: Path) -> None:
    """A remote folder keeps its structure; ignored names are left out at every level."""
    fill(store, b__d__x__1="one", b__d__2="two", b__d__tmp__3="", b__other="")
    storage.fetch_folder("memory://b/d/", tmp_path, ["t?p"])
    found = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")}
    assert found == {"x", "x/1", "2"}


@pytest.mark.parametrize("scheme", ["", "file://", "local://", "simplecache::file://"])
def test_files_of_this_machine(scheme: str, tmp_path: Path) -> None:
    """Addresses of local files are taken as they are, whatever is in their names."""
    folder = tmp_path / "a b#c?d"
    folder.mkdir()
    (folder / "f%20.txt").write_text("content")

    copy = storage.fetch_file(f"{scheme}{folder}/f%20.txt", tmp_path / "copy")
    storage.fetch_folder(f"{scheme}{folder}", tmp_path / "all", [])

    assert copy == tmp_path / "copy" / "f%20.txt"
    assert (tmp_path / "all" / "f%20.txt").read_text() == copy.read_text() == "content"


def test_files_within_an_archive(tmp_path: Path) -> None:
    """In a chain of protocols the first one says which file is meant."""
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("in/f.txt", "content")
        archive.writestr("in/deep/g.txt", "deep")
    outer = f"::file://{tmp_path / 'all.zip'}"

    copy = storage.fetch_file(f"zip://in/f.txt{outer}", tmp_path / "copy")
    storage.fetch_folder(f"zip://in{outer}", tmp_path / "all", ["f.*"])

    assert (copy.name, copy.read_text()) == ("f.txt", "content")
    assert [path.name for path in (tmp_path / "all").rglob("*")] == ["deep", "g.txt"]


def test_folders_cannot_place_files_elsewhere(tmp_path: Path) -> None:
    """A store whose names lead out of the folder is refused."""
    fsspec.register_implementation("hostile", Hostile, clobber=True)
    with pytest.raises(Failure) as caught:
        storage.fetch_folder("hostile://b/d", tmp_path / "out", [])
    assert str(caught.value) == (
        "cannot fetch 'hostile://b/d': 'hostile://b/d/../../x' leads out of the folder"
    )


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("memory://b/d", "no such folder, or an empty one"),
        ("nowhere://b/d", "Protocol not known: nowhere"),
        ("s3://b/d", "Install s3fs to access S3"),
        ("zip://d::file:///no/such/file", "No such file or directory"),
    ],
)
def test_what_stores_say_is_passed_on(
    store: MemoryFileSystem, tmp_path: Path, location: str, reason: str
) -> None:
    """The error names the location as it was given, and what is wrong with it."""
    with pytest.raises(Failure) as caught:
        storage.fetch_folder(location, tmp_path / "out", [])
    assert str(caught.value) == f"cannot fetch {location!r}: {reason}"


def test_a_store_without_fsspec(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The error says what to install."""
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(Failure) as caught:
        storage.fetch_file("s3://b/f", tmp_path)
    assert str(caught.value) == (
        "'s3://b/f' is not a local path; to fetch it, install the package fsspec"
    )


def test_a_file_that_does_not_exist(tmp_path: Path) -> None:
    """The error names the location as it was given."""
    with pytest.raises(Failure) as caught:
        storage.fetch_file("file:///no/such/file", tmp_path)
    assert str(caught.value) == (
        "cannot fetch 'file:///no/such/file': No such file or directory"
    )


def test_a_file_that_is_there_already(tmp_path: Path) -> None:
    """A file is not copied onto itself."""
    path = tmp_path / "a"
    path.write_text("content")
    assert storage.fetch_file(str(path), tmp_path) == path
    assert path.read_text() == "content"


# The distribution


@pytest.mark.slow
def test_the_installed_script(tmp_path: Path) -> None:
    """The wheel holds both packages, and installing it puts fserve beside the interpreter."""
    offline = ("--quiet", "--no-deps", "--no-index", "--disable-pip-version-check")
    pip = [sys.executable, "-m", "pip"]
    built = [*pip, "wheel", *offline, "--no-build-isolation", "-w", str(tmp_path)]
    subprocess.run([*built, str(REPOSITORY / "runtime")], check=True, timeout=120)
    [wheel] = tmp_path.glob("*.whl")
    home = tmp_path / "home"
    prefix = ["install", *offline, "--prefix", str(home), "--ignore-installed"]
    subprocess.run([*pip, *prefix, str(wheel)], check=True, timeout=120)
    [site] = home.glob("lib/python*/site-packages")
    assert (site / "flyte" / "py.typed").exists()
    assert (site / "flyte_runtime" / "py.typed").exists()
    run = subprocess.run(
        [str(home / "bin" / "fserve"), "--help"],
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    for option in command.OPTIONS:
        assert option in run.stdout
