"""Container images as immutable values, and what the SDK's own image consists of.

Knows `flyte._image` except the methods that add layers, which are in `image_layers`. It must not build, tag or look for
anything: an image that exists nowhere yet is a valid value.
"""

from __future__ import annotations

import dataclasses
import re
import sys
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, get_args

from flyte_runtime import checks
from flyte_runtime.wire import versions

if TYPE_CHECKING:
    from flyte._image import Architecture, Image, Layer
    from flyte._secret import Secret

    ImageType = TypeVar("ImageType", bound=Image)

_REGISTRY = "ghcr.io/flyteorg"
_NAME = "flyte"
# Every tag of an image on top of the SDK's own follows from these lines.
_DEBIAN_LINES = (
    "LABEL org.opencontainers.image.authors='Union.AI <info@union.ai>'",
    "LABEL org.opencontainers.image.source=https://github.com/flyteorg/flyte",
    "RUN useradd --create-home --shell /bin/bash flytekit"
    " && chown -R flytekit /root && chown -R flytekit /home",
    "WORKDIR /root",
)
_DEBIAN_VARIABLES = (
    ("VIRTUAL_ENV", "/opt/venv"),
    ("PATH", "/opt/venv/bin:$PATH"),
    ("PYTHONPATH", "/root"),
    ("UV_LINK_MODE", "copy"),
)
_DEBIAN_PACKAGES = ("build-essential", "ca-certificates")
_PRERELEASE = re.compile(r"\d\.?(a|b|rc|dev)")


def refuse_construction(self: Image) -> NoReturn:
    """Point to the methods that make images."""
    makers = "from_base, from_debian_base, from_dockerfile or from_ref_name"
    raise TypeError(
        f"{type(self).__name__} cannot be called; make an image with one of {makers}"
    )


def detect_python_version() -> tuple[int, int]:
    """Return the major and minor version of the running interpreter."""
    return sys.version_info[:2]


@cache
def default_image() -> Image:
    """Return the image of environments that have none of their own; they all share it."""
    from flyte._image import Image

    return Image.from_debian_base()


def from_base(cls: type[ImageType], image_uri: str) -> ImageType:
    """Use an existing image."""
    checks.require("image_uri", image_uri, str, "a str")
    if not image_uri or image_uri != "".join(image_uri.split()):
        raise ValueError(
            f"image_uri must be an address without white space, got {image_uri!r}"
        )
    return _make(cls, base_image=image_uri)


def from_debian_base(
    cls: type[ImageType],
    python_version: tuple[int, int] | None = None,
    flyte_version: str | None = None,
    install_flyte: bool = True,
    registry: str | None = None,
    registry_secret: str | Secret | None = None,
    name: str | None = None,
    platform: tuple[Architecture, ...] | None = None,
) -> ImageType:
    """Start from Debian with Python."""
    values = _debian_values(
        _check_version(python_version or detect_python_version()),
        (flyte_version or versions.RELEASE) if install_flyte else None,
        registry or None,
        name or None,
        _check_platform(platform or ("linux/amd64", "linux/arm64")),
    )
    return _make(cls, **values, _image_registry_secret=_as_secret(registry_secret))


# Every environment without an image of its own has this one, and nothing in it can change.
@lru_cache(maxsize=64)
def _debian_values(
    version: tuple[int, int],
    release: str | None,
    registry: str | None,
    name: str | None,
    platform: tuple[Architecture, ...],
) -> dict[str, Any]:
    return {
        "base_image": f"python:{version[0]}.{version[1]}-slim-bookworm",
        "registry": registry or _REGISTRY,
        "name": name or _NAME,
        "platform": platform,
        "python_version": version,
        "_layers": _debian_layers(release),
        # Under another name it is another image, whose tag follows from its content.
        "_tag": None if registry or name else _debian_tag(version, release),
    }


def _debian_layers(release: str | None) -> tuple[Layer, ...]:
    from flyte._image import AptPackages, DockerLines, Env, PipPackages

    layers = (
        DockerLines(lines=_DEBIAN_LINES),
        Env(env_vars=_DEBIAN_VARIABLES),
        AptPackages(packages=_DEBIAN_PACKAGES),
    )
    if release is None:
        return layers
    is_prerelease = _PRERELEASE.search(release) is not None
    return (
        *layers,
        PipPackages(packages=(f"flyte=={release}",), pre=is_prerelease),
    )


def _debian_tag(python: tuple[int, int], release: str | None) -> str:
    tag = f"py{python[0]}.{python[1]}"
    return tag if release is None else f"{tag}-v{release.removeprefix('v')}"


def from_ref_name(cls: type[ImageType], name: str = "default") -> ImageType:
    """Use an image that the configuration names."""
    checks.require("name", name, str, "a str")
    # The name as well, so that layers can be added.
    return _make(cls, name=name, _ref_name=name)


def from_dockerfile(
    cls: type[ImageType],
    file: Path,
    registry: str,
    name: str,
    platform: Architecture | tuple[Architecture, ...] | None = None,
) -> ImageType:
    """Let a Dockerfile describe the image."""
    checks.require("file", file, (Path, str), "a Path")
    architectures = (
        platform if isinstance(platform, tuple) else (platform or "linux/amd64",)
    )
    return _make(
        cls,
        dockerfile=Path(file),
        registry=registry,
        name=name,
        platform=_check_platform(architectures),
    )


def clone(
    self: ImageType,
    registry: str | None = None,
    registry_secret: str | Secret | None = None,
    name: str | None = None,
    base_image: str | None = None,
    python_version: tuple[int, int] | None = None,
    addl_layer: Layer | None = None,
) -> ImageType:
    """Copy an image, with some values replaced and optionally one layer more."""
    changes = {
        "registry": registry,
        "name": name,
        "base_image": base_image,
        "python_version": python_version and _check_version(python_version),
        "_image_registry_secret": _as_secret(registry_secret),
    }
    values: dict[str, Any] = vars(self) | {
        field: value for field, value in changes.items() if value
    }
    # A copy is another image, whose tag follows from its content.
    values["_tag"] = None
    if addl_layer is not None:
        _check_layer(values, addl_layer)
        values["_layers"] = (*values["_layers"], addl_layer)
    return _make(type(self), **values)


def _make(cls: type[ImageType], **values: Any) -> ImageType:
    """Make an image past its constructor, which refuses to."""
    image = object.__new__(cls)
    # Classes are hashable, which type checkers do not believe of type variables.
    kind: Any = cls
    # Not by assignment, which is refused.
    vars(image).update(
        (name, values.get(name, default)) for name, default in _defaults(kind).items()
    )
    return image


@cache
def _defaults(cls: type[Any]) -> dict[str, Any]:
    """Return the default of each field; images may share them, as they cannot be changed."""
    return {
        field.name: (
            field.default
            if field.default_factory is dataclasses.MISSING
            else field.default_factory()
        )
        for field in dataclasses.fields(cls)
    }


def _check_layer(values: dict[str, Any], layer: object) -> None:
    from flyte._image import Layer

    checks.require("addl_layer", layer, Layer, "a Layer")
    if values["dockerfile"] is not None:
        raise ValueError(
            f"no layer can be added to the image that {values['dockerfile']} describes; "
            "write it into the Dockerfile"
        )
    if not values["name"]:
        raise ValueError(
            "no layer can be added to an image without a name; give it one with clone()"
        )


def _check_version(version: object) -> tuple[int, int]:
    match version:
        case (int(major), int(minor)):
            return major, minor
        case _:
            raise TypeError(
                "python_version must be a pair of integers such as (3, 12), "
                f"got {checks.describe(version)}"
            )


def _check_platform(platform: tuple[Architecture, ...]) -> tuple[Architecture, ...]:
    from flyte._image import Architecture

    checks.require("platform", platform, tuple, "a tuple")
    for architecture in platform:
        checks.require_choice("platform", architecture, get_args(Architecture))
    return platform


def _as_secret(secret: str | Secret | None) -> Secret | None:
    from flyte._secret import Secret

    return Secret(key=secret) if isinstance(secret, str) else secret
