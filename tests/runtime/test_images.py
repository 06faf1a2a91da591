"""Images: how they are made and copied, that they are values, and every refusal."""

from __future__ import annotations

import copy
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flyte import Image, Secret
from flyte._image import AptPackages, DockerLines, Env, Layer, PipPackages

HERE = sys.version_info[:2]
BOTH = ("linux/amd64", "linux/arm64")


def values(image: Image) -> dict[str, Any]:
    """Return what an image holds, except what is not set."""
    return {name: value for name, value in vars(image).items() if value}


def test_the_class_cannot_be_called() -> None:
    """Images are made by methods; the error names them."""
    with pytest.raises(TypeError) as caught:
        Image()
    assert str(caught.value) == (
        "Image cannot be called; make an image with one of "
        "from_base, from_debian_base, from_dockerfile or from_ref_name"
    )


def test_from_base() -> None:
    """An existing image is its URI."""
    assert values(Image.from_base("ghcr.io/a/b:c")) == {
        "base_image": "ghcr.io/a/b:c",
        "platform": ("linux/amd64",),
        "python_version": HERE,
    }


def test_from_ref_name() -> None:
    """An image of the configuration is its name; the default one is called default."""
    assert values(Image.from_ref_name()) == {
        "name": "default",
        "_ref_name": "default",
        "platform": ("linux/amd64",),
        "python_version": HERE,
    }
    assert Image.from_ref_name("gpu").name == "gpu"


def test_from_dockerfile() -> None:
    """A Dockerfile describes the image; one architecture is as good as a tuple."""
    expected = {
        "dockerfile": Path("/a/Dockerfile"),
        "registry": "ghcr.io/a",
        "name": "b",
        "python_version": HERE,
    }
    file = Path("/a/Dockerfile")
    default = Image.from_dockerfile(file, "ghcr.io/a", "b")
    assert values(default) == {**expected, "platform": ("linux/amd64",)}
    one = Image.from_dockerfile(file, "ghcr.io/a", "b", platform="linux/arm64")
    assert values(one) == {**expected, "platform": ("linux/arm64",)}
    both = Image.from_dockerfile(file, "ghcr.io/a", "b", ("linux/amd64", "linux/arm64"))
    assert values(both) == {**expected, "platform": BOTH}


def debian(*more: Layer) -> dict[str, Any]:
    """Return the values of an image on top of Debian: its own layers, and some more."""
    own = vars(Image.from_debian_base(install_flyte=False))["_layers"]
    return {"_layers": (*own, *more)}


def test_from_debian_base() -> None:
    """The default image is for the running Python and both architectures, with the SDK."""
    assert values(Image.from_debian_base()) == {
        "base_image": f"python:{HERE[0]}.{HERE[1]}-slim-bookworm",
        "registry": "ghcr.io/flyteorg",
        "name": "flyte",
        "platform": BOTH,
        "python_version": HERE,
        "_tag": f"py{HERE[0]}.{HERE[1]}-v2.0.0b44",
        **debian(PipPackages(packages=("flyte==2.0.0b44",), pre=True)),
    }
    kinds = [type(layer) for layer in debian()["_layers"]]
    assert kinds == [DockerLines, Env, AptPackages]


def test_from_debian_base_with_everything() -> None:
    """Every parameter ends in the image, the secret also without registry and name."""
    image = Image.from_debian_base(
        python_version=(3, 12),
        flyte_version="v2.0.0b44",
        registry="ghcr.io/a",
        registry_secret="key",
        name="b",
        platform=("linux/arm64",),
    )
    assert values(image) == {
        "base_image": "python:3.12-slim-bookworm",
        "registry": "ghcr.io/a",
        "name": "b",
        "platform": ("linux/arm64",),
        "python_version": (3, 12),
        "_image_registry_secret": Secret("key"),
        **debian(PipPackages(packages=("flyte==v2.0.0b44",), pre=True)),
    }
    secret = Secret("key", group="group")
    only_secret = Image.from_debian_base(registry_secret=secret)
    assert values(only_secret)["_image_registry_secret"] is secret
    released = Image.from_debian_base(flyte_version="2.1.0")
    layers = debian(PipPackages(packages=("flyte==2.1.0",)))["_layers"]
    assert values(released)["_layers"] == layers


def test_images_are_values() -> None:
    """Equal images are equal, hashable, copyable and immutable."""
    first, second = Image.from_debian_base(), Image.from_debian_base()
    assert first == second
    assert len({first, second, Image.from_base("a"), Image.from_base("a")}) == 2
    assert Image.from_debian_base(flyte_version="1") != first
    assert copy.deepcopy(first) == first
    assert pickle.loads(pickle.dumps(first)) == first
    changing: Any = first
    with pytest.raises(AttributeError):
        changing.name = "other"


def test_clone_replaces_what_is_given() -> None:
    """Everything else is kept, and the original is not changed."""
    original = Image.from_debian_base(platform=("linux/arm64",))
    clone = original.clone(
        registry="r",
        registry_secret="s",
        name="n",
        base_image="b",
        python_version=(3, 13),
    )
    assert values(clone) == {
        **{key: value for key, value in values(original).items() if key != "_tag"},
        "registry": "r",
        "name": "n",
        "base_image": "b",
        "python_version": (3, 13),
        "_image_registry_secret": Secret("s"),
    }
    assert original == Image.from_debian_base(platform=("linux/arm64",))
    assert original.clone() == original
    assert clone.clone(name="m").clone(name="n") == clone


def test_clone_adds_layers_on_top() -> None:
    """Layers follow one another."""
    first, second = PipPackages(packages=("a",)), PipPackages(packages=("b",))
    image = Image.from_base("base").clone(name="n", addl_layer=first)
    image = image.clone(addl_layer=second)
    assert values(image)["_layers"] == (first, second)


# Without its types, which the wrong values would offend.
ANY: Any = Image


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (
            lambda: ANY.from_base(""),
            ValueError,
            "image_uri must be an address without white space, got ''",
        ),
        (
            lambda: ANY.from_base("a b"),
            ValueError,
            "image_uri must be an address without white space, got 'a b'",
        ),
        (
            lambda: ANY.from_base("a\n"),
            ValueError,
            "image_uri must be an address without white space, got 'a\\n'",
        ),
        (
            lambda: ANY.from_base(Layer()),
            TypeError,
            "image_uri must be a str, got Layer Layer()",
        ),
        (
            lambda: ANY.from_debian_base(python_version=(3,)),
            TypeError,
            "python_version must be a pair of integers such as (3, 12), got tuple (3,)",
        ),
        (
            lambda: ANY.from_debian_base(python_version="3.12"),
            TypeError,
            "python_version must be a pair of integers such as (3, 12), got str '3.12'",
        ),
        (
            lambda: ANY.from_debian_base(platform=("linux/arm",)),
            ValueError,
            "platform must be one of 'linux/amd64', 'linux/arm64', got str 'linux/arm'; "
            "did you mean 'linux/arm64'?",
        ),
        (
            lambda: ANY.from_dockerfile(5, "r", "n"),
            TypeError,
            "file must be a Path, got int 5",
        ),
        (
            lambda: ANY.from_base("base").clone(addl_layer=Layer()),
            ValueError,
            "no layer can be added to an image without a name; "
            "give it one with clone()",
        ),
        (
            lambda: ANY.from_dockerfile(Path("D"), "r", "n").clone(addl_layer=Layer()),
            ValueError,
            "no layer can be added to the image that D describes; "
            "write it into the Dockerfile",
        ),
        (
            lambda: ANY.from_ref_name("n").clone(addl_layer="RUN"),
            TypeError,
            "addl_layer must be a Layer, got str 'RUN'",
        ),
    ],
)
def test_wrong_images_are_refused(
    make: Callable[[], object], error: type[Exception], message: str
) -> None:
    """The error names the value and what is allowed."""
    with pytest.raises(error) as caught:
        make()
    assert str(caught.value) == message


def test_making_an_image_touches_nothing(tmp_path: Path) -> None:
    """A Dockerfile that does not exist makes an image all the same: it may be built elsewhere."""
    file = tmp_path / "Dockerfile"
    assert Image.from_dockerfile(file, "r", "n").dockerfile == file
