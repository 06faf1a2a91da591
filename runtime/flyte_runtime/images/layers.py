"""The layers of images: the methods that add one or begin with one, and the checks of what they need on this machine.

Knows the layers of `flyte._image`. It must not know tags, nor how an image is built.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from flyte_runtime import checks
from flyte_runtime.images import scripts

if TYPE_CHECKING:
    from flyte._image import Architecture, CopyConfig, Env, Image, Layer
    from flyte._secret import Secret, SecretRequest

    ImageType = TypeVar("ImageType", bound=Image)
    EnvType = TypeVar("EnvType", bound=Env)


# Construction


def check_copy(self: CopyConfig) -> None:
    """Insist on one of the two kinds."""
    checks.require_choice("path_type", self.path_type, (0, 1))


def env_from_dict(cls: type[EnvType], envs: dict[str, str]) -> EnvType:
    """Keep the order of the names."""
    checks.require("env_vars", envs, dict, "a dict")
    checks.require_strings_by_name("env_vars", envs)
    return cls(env_vars=tuple(envs.items()))


# Methods of images


def with_workdir(self: ImageType, workdir: str) -> ImageType:
    """Add the working directory."""
    from flyte._image import WorkDir

    return self.clone(addl_layer=WorkDir(workdir=workdir))


def with_requirements(
    self: ImageType, file: str | Path, secret_mounts: SecretRequest | None = None
) -> ImageType:
    """Add the packages of a file."""
    from flyte._image import Requirements

    path = Path(file)
    if path.suffix != ".txt":
        raise ValueError(f"a requirements file ends in .txt, got {str(path)!r}")
    return self.clone(
        addl_layer=Requirements(file=path, secret_mounts=_mounts(secret_mounts))
    )


def with_pip_packages(
    self: ImageType,
    *packages: str,
    index_url: str | None = None,
    extra_index_urls: str | list[str] | tuple[str, ...] | None = None,
    pre: bool = False,
    extra_args: str | None = None,
    secret_mounts: SecretRequest | None = None,
) -> ImageType:
    """Add Python packages."""
    from flyte._image import PipPackages

    layer = PipPackages(
        packages=packages or None,
        index_url=index_url,
        extra_index_urls=_as_tuple(extra_index_urls),
        pre=pre,
        extra_args=extra_args,
        secret_mounts=_mounts(secret_mounts),
    )
    return self.clone(addl_layer=layer)


def with_env_vars(self: ImageType, env_vars: dict[str, str]) -> ImageType:
    """Add environment variables."""
    from flyte._image import Env

    return self.clone(addl_layer=Env.from_dict(env_vars))


def with_source_folder(
    self: ImageType, src: Path, dst: str = ".", copy_contents_only: bool = False
) -> ImageType:
    """Add a folder, under its own name unless told otherwise."""
    from flyte._image import CopyConfig

    source = Path(src)
    if dst == "." and not copy_contents_only:
        dst = f"./{source.name}"
    return self.clone(addl_layer=CopyConfig(path_type=1, src=source, dst=dst))


def with_source_file(self: ImageType, src: Path, dst: str = ".") -> ImageType:
    """Add a file."""
    from flyte._image import CopyConfig

    return self.clone(addl_layer=CopyConfig(path_type=0, src=Path(src), dst=dst))


def with_dockerignore(self: ImageType, path: Path) -> ImageType:
    """Add the file that keeps others out."""
    from flyte._image import DockerIgnore

    return self.clone(addl_layer=DockerIgnore(path=str(path)))


def with_uv_project(
    self: ImageType,
    pyproject_file: str | Path,
    uvlock: Path | None = None,
    index_url: str | None = None,
    extra_index_urls: list[str] | tuple[str, ...] | None = None,
    pre: bool = False,
    extra_args: str | None = None,
    secret_mounts: SecretRequest | None = None,
    project_install_mode: Literal[
        "dependencies_only", "install_project"
    ] = "dependencies_only",
) -> ImageType:
    """Add the dependencies of a project."""
    from flyte._image import UVProject

    pyproject = Path(pyproject_file)
    layer = UVProject(
        pyproject=pyproject,
        uvlock=uvlock or pyproject.parent / "uv.lock",
        index_url=index_url,
        extra_index_urls=_as_tuple(extra_index_urls),
        pre=pre,
        extra_args=extra_args,
        secret_mounts=_mounts(secret_mounts),
        project_install_mode=project_install_mode,
    )
    return self.clone(addl_layer=layer)


def from_uv_script(
    cls: type[ImageType],
    script: Path | str,
    *,
    name: str,
    registry: str | None = None,
    registry_secret: str | Secret | None = None,
    python_version: tuple[int, int] | None = None,
    index_url: str | None = None,
    extra_index_urls: str | list[str] | tuple[str, ...] | None = None,
    pre: bool = False,
    extra_args: str | None = None,
    platform: tuple[Architecture, ...] | None = None,
    secret_mounts: SecretRequest | None = None,
) -> ImageType:
    """Add the dependencies of a script to an image without the SDK."""
    from flyte._image import UVScript

    path = Path(script)
    if path.suffix != ".py":
        raise ValueError(f"a script ends in .py, got {str(path)!r}")
    layer = UVScript(
        script=path,
        index_url=index_url,
        extra_index_urls=_as_tuple(extra_index_urls),
        pre=pre,
        extra_args=extra_args,
        secret_mounts=_mounts(secret_mounts),
    )
    image = cls.from_debian_base(
        python_version=python_version,
        install_flyte=False,
        registry=registry,
        registry_secret=registry_secret,
        name=name,
        platform=platform,
    )
    return image.clone(addl_layer=layer)


def with_poetry_project(
    self: ImageType,
    pyproject_file: str | Path,
    poetry_lock: Path | None = None,
    extra_args: str | None = None,
    secret_mounts: SecretRequest | None = None,
    project_install_mode: Literal[
        "dependencies_only", "install_project"
    ] = "dependencies_only",
) -> ImageType:
    """Add the dependencies of a project."""
    from flyte._image import PoetryProject

    pyproject = Path(pyproject_file)
    layer = PoetryProject(
        pyproject=pyproject,
        poetry_lock=poetry_lock or pyproject.parent / "poetry.lock",
        extra_args=extra_args,
        secret_mounts=_mounts(secret_mounts),
        project_install_mode=project_install_mode,
    )
    return self.clone(addl_layer=layer)


def with_apt_packages(
    self: ImageType, *packages: str, secret_mounts: SecretRequest | None = None
) -> ImageType:
    """Add Debian packages."""
    from flyte._image import AptPackages

    layer = AptPackages(packages=packages, secret_mounts=_mounts(secret_mounts))
    return self.clone(addl_layer=layer)


def with_commands(
    self: ImageType, commands: list[str], secret_mounts: SecretRequest | None = None
) -> ImageType:
    """Add commands."""
    from flyte._image import Commands

    layer = Commands(
        commands=_as_tuple(commands) or (), secret_mounts=_mounts(secret_mounts)
    )
    return self.clone(addl_layer=layer)


def _as_tuple(
    texts: str | list[str] | tuple[str, ...] | None,
) -> tuple[str, ...] | None:
    if not texts:
        return None
    return (texts,) if isinstance(texts, str) else tuple(texts)


def _mounts(secrets: SecretRequest | None) -> tuple[str | Secret, ...] | None:
    if not secrets:
        return None
    return tuple(secrets) if isinstance(secrets, list) else (secrets,)


# Checks


def validate(self: Image) -> None:
    """Look for what each layer reads."""
    layers: tuple[Layer, ...] = vars(self)["_layers"]
    for layer in layers:
        for path, is_folder in _needed(layer):
            _check_exists(path, is_folder)


def _needed(layer: Any) -> Iterable[tuple[Path, bool]]:
    """List the paths a layer reads, each with whether it is a folder."""
    from flyte._image import (
        CopyConfig,
        PoetryProject,
        Requirements,
        UVProject,
        UVScript,
    )

    match layer:
        case CopyConfig():
            return [(layer.src, layer.path_type == 1)]
        case Requirements():
            return [(layer.file, False)]
        case UVProject():
            return [(layer.pyproject, False), (layer.uvlock, False)]
        case PoetryProject():
            return [(layer.pyproject, False), (layer.poetry_lock, False)]
        case UVScript():
            return _needed_by_script(layer.script)
        case _:
            return []


def _needed_by_script(script: Path) -> Iterator[tuple[Path, bool]]:
    # One by one: what else is needed can be read only if the script is there.
    yield script, False
    for folder in scripts.projects(script):
        yield folder, True


def _check_exists(path: Path, is_folder: bool) -> None:
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist, and a layer needs it")
    if path.is_dir() != is_folder:
        wanted = "folder" if is_folder else "file"
        raise ValueError(f"{path} is not a {wanted}, and a layer needs one")
