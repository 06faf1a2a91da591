"""The names images are pulled by, and the tags computed from what is in them.

Knows what of every layer decides whether an image must be built anew. Tags computed here must not change without need:
a new tag is a new build, and an image that was built by another client is no longer found.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flyte_runtime.images import scripts

if TYPE_CHECKING:
    from flyte._image import Image, Layer, PipOption
    from flyte._secret import Secret


def uri(self: Image) -> str:
    """Name the image in full."""
    layers, tag = vars(self)["_layers"], vars(self)["_tag"]
    is_configured = vars(self)["_ref_name"] is not None and not layers
    if self.name and self.registry:
        return f"{self.registry}/{self.name}:{tag or digest(self)}"
    if self.name and not is_configured:
        return f"{self.name}:{tag or digest(self)}"
    if self.base_image:
        return self.base_image
    if is_configured:
        raise ValueError(
            f"the image {self.name!r} is one that the configuration names, which is not "
            "read here; use Image.from_base with its address"
        )
    raise ValueError("an image needs a name or a base image")


def digest(image: Image) -> str:
    """Hash everything that the content of the image follows from."""
    hasher = hashlib.md5(usedforsecurity=False)
    if image.base_image:
        hasher.update(image.base_image.encode())
    if image.dockerfile:
        hasher.update(image.dockerfile.read_bytes())
    layers: tuple[Layer, ...] = vars(image)["_layers"]
    for layer in layers:
        for part in _parts(layer):
            hasher.update(part.encode() if isinstance(part, str) else part)
    return hasher.hexdigest()


def _parts(layer: Any) -> Iterable[str | bytes]:
    """Return what a layer adds to the hash, in order; how it is divided makes no difference."""
    from flyte import _image as layers

    match layer:
        case layers.UVProject():
            files = (layer.uvlock, layer.pyproject)
            return (*_pip_options(layer), *_project(layer, files))
        case layers.UVScript():
            header = scripts.header_as_published(layer.script)
            trees = map(_tree, scripts.projects(layer.script))
            return (header, *_pip_options(layer), *chain.from_iterable(trees))
        case layers.PoetryProject():
            files = (layer.poetry_lock, layer.pyproject)
            options = (layer.extra_args or "", *_secrets(layer.secret_mounts))
            return (*options, *_project(layer, files))
        case layers.Requirements():
            packages = layer.packages or ()
            return (*_pip_options(layer), *packages, layer.file.read_bytes())
        case layers.PipPackages():
            return (*_pip_options(layer), *(layer.packages or ()))
        case layers.AptPackages():
            return (*layer.packages, *_secrets(layer.secret_mounts))
        case layers.Commands():
            return (*layer.commands, *_secrets(layer.secret_mounts))
        case layers.CopyConfig():
            return (*_tree(layer.src), layer.dst)
        case layers.Env():
            return (" ".join(f"{name}={value}" for name, value in layer.env_vars),)
        case layers.WorkDir():
            return (layer.workdir,)
        case layers.DockerIgnore():
            return (layer.path,)
        case layers.DockerLines():
            return layer.lines
        case _:
            raise TypeError(
                f"no tag can be computed for a layer of type {type(layer).__name__}"
            )


def _pip_options(options: PipOption) -> Iterator[str]:
    yield options.index_url or ""
    yield from options.extra_index_urls or ()
    yield "True" if options.pre else ""
    yield options.extra_args or ""
    yield from _secrets(options.secret_mounts)


def _secrets(secrets: tuple[str | Secret, ...] | None) -> Iterator[str]:
    return (str(secret) for secret in secrets or ())


def _project(layer: Any, files: tuple[Path, Path]) -> Iterable[str | bytes]:
    if layer.project_install_mode == "dependencies_only":
        return [file.read_bytes() for file in files]
    return _tree(layer.pyproject.parent)


def _tree(source: Path) -> Iterator[str | bytes]:
    """Return content and relative path of every file below a folder, in a fixed order.

    Below a single file there is nothing: its content has never been part of a tag.
    """
    for folder, subfolders, files in os.walk(source):
        # Otherwise the order, and with it the tag, depends on the file system.
        subfolders.sort()
        for name in sorted(files):
            path = Path(folder, name)
            if path.exists() and not stat.S_ISSOCK(path.stat().st_mode):
                yield path.read_bytes()
                yield "".join(path.relative_to(source).parts)
