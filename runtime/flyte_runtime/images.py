"""Container images as immutable values.

Knows `flyte._image`. It must not build, tag or look for anything: an image that exists nowhere yet is a valid value.
"""

from __future__ import annotations

import dataclasses
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, get_args

from flyte_runtime import checks

if TYPE_CHECKING:
    from flyte._image import Architecture, Image, Layer
    from flyte._secret import Secret

    ImageType = TypeVar("ImageType", bound=Image)

_REGISTRY = "ghcr.io/flyteorg"
_NAME = "flyte"
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
    from flyte._image import PipPackages

    version = _check_version(python_version or detect_python_version())
    layers: tuple[Layer, ...] = ()
    if install_flyte:
        # Without a version, whoever builds the image installs its own.
        pin = "" if flyte_version is None else f"=={flyte_version.removeprefix('v')}"
        layers = (PipPackages(packages=(f"flyte{pin}",), pre=_is_prerelease(pin)),)
    return _make(
        cls,
        base_image=f"python:{version[0]}.{version[1]}-slim-bookworm",
        registry=registry or _REGISTRY,
        name=name or _NAME,
        platform=_check_platform(platform or ("linux/amd64", "linux/arm64")),
        python_version=version,
        _layers=layers,
        _image_registry_secret=_as_secret(registry_secret),
    )


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
    if addl_layer is not None:
        _check_layer(values, addl_layer)
        values["_layers"] = (*values["_layers"], addl_layer)
    return _make(type(self), **values)


def _make(cls: type[ImageType], **values: Any) -> ImageType:
    """Make an image past its constructor, which refuses to."""
    image = object.__new__(cls)
    for field in dataclasses.fields(cls):
        value = values[field.name] if field.name in values else _default(field)
        object.__setattr__(image, field.name, value)
    return image


def _default(field: dataclasses.Field[Any]) -> object:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


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


def _is_prerelease(pin: str) -> bool:
    return _PRERELEASE.search(pin) is not None
