"""Layers of images: what each method adds, the tags that follow from them, and what is checked when asked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flyte import Image, Secret
from flyte._image import (
    AptPackages,
    Commands,
    CopyConfig,
    DockerIgnore,
    Env,
    Layer,
    PipPackages,
    PoetryProject,
    Requirements,
    UVProject,
    WorkDir,
)

BASE = Image.from_base("base").clone(name="n", registry="r")
SECRET = Secret("key")


@pytest.mark.parametrize(
    ("image", "layer"),
    [
        (BASE.with_workdir("/w"), WorkDir("/w")),
        (BASE.with_env_vars({"B": "1", "A": "2"}), Env((("B", "1"), ("A", "2")))),
        (
            BASE.with_apt_packages("a", "b", secret_mounts="key"),
            AptPackages(("a", "b"), ("key",)),
        ),
        (
            BASE.with_commands(["a", "b"], secret_mounts=[SECRET, "other"]),
            Commands(("a", "b"), (SECRET, "other")),
        ),
        (
            BASE.with_pip_packages("a", extra_index_urls="x", pre=True),
            PipPackages(packages=("a",), extra_index_urls=("x",), pre=True),
        ),
        (
            BASE.with_pip_packages(index_url="x", extra_args="-v"),
            PipPackages(index_url="x", extra_args="-v"),
        ),
        (
            BASE.with_requirements("r.txt", SECRET),
            Requirements(file=Path("r.txt"), secret_mounts=(SECRET,)),
        ),
        (BASE.with_source_file(Path("/a/f")), CopyConfig(0, Path("/a/f"), ".")),
        (BASE.with_source_folder(Path("/a/f")), CopyConfig(1, Path("/a/f"), "./f")),
        (
            BASE.with_source_folder(Path("/a/f"), copy_contents_only=True),
            CopyConfig(1, Path("/a/f"), "."),
        ),
        (
            BASE.with_source_folder(Path("/a/f"), "/there"),
            CopyConfig(1, Path("/a/f"), "/there"),
        ),
        (BASE.with_dockerignore(Path("i")), DockerIgnore("i")),
        (
            BASE.with_uv_project("p/pyproject.toml", pre=True),
            UVProject(Path("p/pyproject.toml"), Path("p/uv.lock"), pre=True),
        ),
        (
            BASE.with_poetry_project("p/pyproject.toml", Path("l"), "-v"),
            PoetryProject(Path("p/pyproject.toml"), Path("l"), "-v"),
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Layer) else "",
)
def test_methods_add_one_layer(image: Image, layer: Layer) -> None:
    """The image is as before, with one layer on top; nothing on the disk is touched."""
    assert image == BASE.clone(addl_layer=layer)


# Names and tags


@pytest.mark.parametrize(
    ("image", "uri"),
    [
        (Image.from_base("r/x:1"), "r/x:1"),
        (
            Image.from_debian_base(python_version=(3, 12)),
            "ghcr.io/flyteorg/flyte:py3.12-v2.0.0b44",
        ),
        (
            Image.from_debian_base(python_version=(3, 12), flyte_version="v2.1.0"),
            "ghcr.io/flyteorg/flyte:py3.12-v2.1.0",
        ),
        (
            Image.from_debian_base(python_version=(3, 12), install_flyte=False),
            "ghcr.io/flyteorg/flyte:py3.12",
        ),
        (BASE, "r/n:593616de15330c0fb2d55e55410bf994"),
        (
            Image.from_base("base").clone(name="n"),
            "n:593616de15330c0fb2d55e55410bf994",
        ),
        (Image.from_ref_name("gpu").clone(base_image="r/gpu:1"), "r/gpu:1"),
    ],
)
def test_names(image: Image, uri: str) -> None:
    """An existing image keeps its name, the SDK's own has a readable tag, others one that follows from the content."""
    assert image.uri == uri


def test_a_name_is_needed() -> None:
    """The configuration is not read here."""
    with pytest.raises(ValueError, match="the image 'gpu' is one that the configurat"):
        _ = Image.from_ref_name("gpu").uri


def test_tags_follow_from_what_is_in_files(tmp_path: Path) -> None:
    """Another content is another image, wherever it stands; the place of a Dockerfile does not matter."""
    folder = tmp_path / "folder"
    (folder / "below").mkdir(parents=True)
    file = folder / "below" / "requirements.txt"
    file.write_text("a")
    (folder / "uv.lock").write_text("lock")
    (folder / "pyproject.toml").write_text("project")
    (folder / "gone").symlink_to(tmp_path / "nowhere")
    images = [
        BASE.with_source_folder(folder),
        BASE.with_requirements(file),
        BASE.with_uv_project(
            folder / "pyproject.toml", project_install_mode="install_project"
        ),
        BASE.with_poetry_project(
            folder / "pyproject.toml",
            extra_args="-v",
            project_install_mode="install_project",
        ),
        Image.from_dockerfile(file, "r", "n"),
    ]
    locked = BASE.with_uv_project(folder / "pyproject.toml").uri
    before = [image.uri for image in images]
    assert before == [image.uri for image in images]
    file.write_text("b")
    after = [image.uri for image in images]
    assert len({*before, *after}) == 2 * len(images)
    assert BASE.with_uv_project(folder / "pyproject.toml").uri == locked
    moved = file.rename(tmp_path / "Dockerfile")
    assert Image.from_dockerfile(moved, "r", "n").uri == after[-1]


HEADER = """\
# /// script
# requires-python = ">=3.12"
# dependencies = ["httpx", "here @ file://{folder}"]
# ///
"""


def test_tags_follow_from_the_headers_of_scripts(tmp_path: Path) -> None:
    """The header counts and the projects it names, but not the rest of the script."""
    folder, script = tmp_path / "project", tmp_path / "job.py"
    folder.mkdir()
    header = HEADER.format(folder=folder)

    def uri(text: str, project: str = "a") -> str:
        script.write_text(text)
        (folder / "pyproject.toml").write_text(project)
        return Image.from_uv_script(script, name="job").uri

    first = uri(header)
    assert first.startswith("ghcr.io/flyteorg/job:")
    assert uri(f"print(1)\n{header}print(2)\n") == first
    others = [uri(header.replace("httpx", "rich")), uri(header, "b")]
    assert len({first, *others}) == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("print(1)", "job.py has no header: no block '# /// script'"),
        ("# /// script\n# a = \n# ///\n", "the header of job.py is no TOML: "),
        (
            "# /// script\n# dependencies = 'a'\n# ///\n",
            "the dependencies of job.py are no list of texts",
        ),
    ],
)
def test_scripts_without_a_sound_header_are_refused(
    text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names the script, when its header is read."""
    monkeypatch.chdir(tmp_path)
    Path("job.py").write_text(text)
    image = Image.from_uv_script("job.py", name="job")

    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        image.validate()


def test_scripts_and_their_projects_are_looked_for(tmp_path: Path) -> None:
    """A missing script is an error, then a missing project."""
    script = tmp_path / "job.py"
    image = Image.from_uv_script(script, name="job")
    with pytest.raises(FileNotFoundError, match=r"job\.py does not exist, and a layer"):
        image.validate()
    script.write_text(HEADER.format(folder=tmp_path / "project"))
    with pytest.raises(FileNotFoundError, match="project does not exist, and a layer"):
        image.validate()
    (tmp_path / "project").mkdir()
    image.validate()


def test_an_unknown_layer_has_no_tag() -> None:
    """What is in it is not known."""

    class Other(Layer):
        pass

    with pytest.raises(TypeError, match="no tag can be computed for a layer of type O"):
        _ = BASE.clone(addl_layer=Other()).uri


# Refusals

ANY: Any = BASE


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (
            lambda: ANY.with_requirements("r.in"),
            ValueError,
            "a requirements file ends in .txt, got 'r.in'",
        ),
        (
            lambda: Image.from_uv_script("job", name="job"),
            ValueError,
            "a script ends in .py, got 'job'",
        ),
        (
            lambda: ANY.with_env_vars({"A": 1}),
            TypeError,
            "env_vars['A'] must be a str, got int",
        ),
        (
            lambda: ANY.with_env_vars(None),
            TypeError,
            "env_vars must be a dict, got None",
        ),
        (
            lambda: CopyConfig(2, Path("a"), "."),  # type: ignore[arg-type]
            ValueError,
            "path_type must be one of 0, 1, got int 2",
        ),
        (
            lambda: Image.from_base("base").with_workdir("/"),
            ValueError,
            "no layer can be added to an image without a name; "
            "give it one with clone()",
        ),
    ],
)
def test_wrong_layers_are_refused(
    make: Callable[[], object], error: type[Exception], message: str
) -> None:
    """The error names the value and what is allowed."""
    with pytest.raises(error) as caught:
        make()
    assert str(caught.value) == message


def test_files_are_looked_for_when_asked(tmp_path: Path) -> None:
    """A missing file is an error, and so is a folder in place of a file."""
    file, lock = tmp_path / "pyproject.toml", tmp_path / "uv.lock"
    project = BASE.with_uv_project(file).with_poetry_project(file, lock)
    with pytest.raises(FileNotFoundError, match=r"pyproject\.toml does not exist, and"):
        project.validate()
    file.touch()
    lock.touch()
    project.with_workdir("/").with_source_folder(tmp_path).validate()
    with pytest.raises(ValueError, match="is not a file, and a layer needs one"):
        BASE.with_source_file(tmp_path).validate()
    with pytest.raises(ValueError, match="is not a folder, and a layer needs one"):
        BASE.with_source_folder(file).validate()
    with pytest.raises(FileNotFoundError):
        BASE.with_requirements(tmp_path / "none.txt").validate()
