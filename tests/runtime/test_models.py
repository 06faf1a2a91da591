"""Identities, paths, interfaces, image caches, docstrings and references to data."""

from __future__ import annotations

import base64
import dataclasses
import enum
import gzip
import inspect
import json
import math
import re
import typing
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pytest
from flyteidl2.core.literals_pb2 import Literal as LiteralMessage

from flyte._docstring import Docstring
from flyte._internal.imagebuild.image_builder import ImageCache
from flyte.errors import (
    BaseRuntimeError,
    InitializationError,
    RuntimeSystemError,
    RuntimeUnknownError,
    RuntimeUserError,
)
from flyte.io import PARQUET, DataFrame, Dir, File
from flyte.io._hashing_io import HashMethod
from flyte.models import (
    MAX_INLINE_IO_BYTES,
    ActionID,
    Checkpoints,
    CodeBundle,
    GroupData,
    NativeInterface,
    PathRewrite,
    RawDataPath,
    SerializationContext,
)

REQUIRED = inspect.Parameter.empty


# Actions


def test_an_action_is_the_root_of_its_own_run() -> None:
    """The run has the name of the action unless it is given."""
    assert ActionID(name="a").run_name == "a"
    assert ActionID(name="a", run_name="r").run_name == "r"


def test_random_actions_differ() -> None:
    """Each random identity is another one."""
    first, second = ActionID.create_random(), ActionID.create_random()

    assert first.name == first.run_name != second.name


def test_a_sub_action_belongs_to_the_same_run() -> None:
    """Only the name changes, to the given or to a random one."""
    action = ActionID(name="a", run_name="r", project="p", domain="d", org="o")

    named, random = action.new_sub_action("b"), action.new_sub_action()

    assert named == dataclasses.replace(action, name="b")
    assert random == dataclasses.replace(action, name=random.name)
    assert random.name not in ("a", "b")


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ((0, "th", "ih", None), "17mxidmf92u77eo5kpuitpvh"),
        ((0, "th", "ih", ""), "17mxidmf92u77eo5kpuitpvh"),
        ((1, "th", "ih", "g"), "5yiyqlr5mu7osj3t6tlacpp8c"),
    ],
)
def test_names_of_sub_actions_follow_from_the_call(
    arguments: tuple[Any, ...], name: str
) -> None:
    """The same call has the same name in every process and every version of the SDK."""
    action = ActionID(name="a1", run_name="r1")

    assert action.new_sub_action_from(*arguments).name == name
    assert action.new_sub_action_from(*arguments).run_name == "r1"


# Code bundles and contexts


def test_a_code_bundle_needs_a_location() -> None:
    """A bundle without an archive and without a pickled object holds no code."""
    with pytest.raises(ValueError, match="needs tgz or pkl, the location of the code"):
        CodeBundle(computed_version="1")

    bundle = CodeBundle(computed_version="1", tgz="s3://b/c.tgz")

    assert (bundle.destination, bundle.pkl, bundle.files) == (".", None, None)


def test_a_downloaded_bundle_is_a_copy() -> None:
    """The bundle itself does not change."""
    bundle = CodeBundle(computed_version="1", pkl="s3://b/c.pkl")

    downloaded = bundle.with_downloaded_path(Path("/code/c.pkl"))

    assert downloaded.downloaded_path == Path("/code/c.pkl")
    assert bundle.downloaded_path is None


def test_defaults_of_a_serialization_context() -> None:
    """Only the version is required; the backend fills in the paths of the data."""
    context = SerializationContext("v1")

    assert dataclasses.asdict(context) == {
        "version": "v1",
        "project": None,
        "domain": None,
        "org": None,
        "code_bundle": None,
        "input_path": "{{.input}}",
        "output_path": "{{.outputPrefix}}",
        "interpreter_path": "/opt/venv/bin/python",
        "image_cache": None,
        "root_dir": None,
    }


def test_the_entrypoint_is_next_to_the_interpreter() -> None:
    """The interpreter may be given; by default it is that of the context."""
    context = SerializationContext("v1")

    assert context.get_entrypoint_path() == "/opt/venv/bin/runtime.py"
    assert context.get_entrypoint_path("/usr/bin/python3") == "/usr/bin/runtime.py"


def test_small_values() -> None:
    """The constants and plain values are what they are documented to be."""
    assert MAX_INLINE_IO_BYTES == 10 * 1024 * 1024
    assert GroupData("g").name == "g"
    assert Checkpoints(None, "next").checkpoint_path == "next"


# Paths


def test_a_path_rewrite_reads_what_it_writes() -> None:
    """A rule in text form is the same rule."""
    rule = PathRewrite.from_str("s3://old->/mnt/new")

    assert rule == PathRewrite(old_prefix="s3://old", new_prefix="/mnt/new")
    assert PathRewrite.from_str(repr(rule)) == rule


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("a", "a path rewrite has the form old_prefix->new_prefix, got 'a'"),
        (
            "a->b->c",
            "a path rewrite has the form old_prefix->new_prefix, got 'a->b->c'",
        ),
        ("a->", "both prefixes of a path rewrite must be given"),
        ("->b", "both prefixes of a path rewrite must be given"),
        ("a->a", "a path rewrite needs two different prefixes, got 'a' twice"),
    ],
)
def test_bad_path_rewrites_are_refused(pattern: str, message: str) -> None:
    """A rule must have two different prefixes."""
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        PathRewrite.from_str(pattern)


def test_local_folders_for_raw_data(tmp_path: Path) -> None:
    """A Path is created, a text is taken as it is, and without either there is a temporary folder."""
    folder = tmp_path / "a" / "b"

    assert RawDataPath.from_local_folder(folder).path == str(folder)
    assert folder.is_dir()
    assert RawDataPath.from_local_folder("not/created") == RawDataPath(
        path="not/created"
    )
    temporary = Path(RawDataPath.from_local_folder().path)
    assert temporary.is_dir()
    temporary.rmdir()


def test_other_things_are_no_folder() -> None:
    """What is neither text nor Path is refused."""
    folder: Any = 1
    with pytest.raises(
        ValueError, match=r"^a local folder is a str or a Path, got int$"
    ):
        RawDataPath.from_local_folder(folder)


@pytest.mark.parametrize("location", ["s3://bucket/data", "s3://bucket/data/"])
def test_random_remote_paths(location: str) -> None:
    """A remote path is the location, a random part, and the name if there is one."""
    raw = RawDataPath(path=location)

    folder, file = raw.get_random_remote_path(), raw.get_random_remote_path("x.txt")

    assert folder.startswith("s3://bucket/data/")
    assert len(folder) == len("s3://bucket/data/") + 32
    assert file.startswith("s3://bucket/data/")
    assert file.endswith("/x.txt")
    assert file.split("/")[-2] != folder.split("/")[-1]


@pytest.mark.parametrize("prefix", ["", "file://"])
def test_random_local_paths_can_be_written(tmp_path: Path, prefix: str) -> None:
    """The folder of a new local path exists, the path itself does not."""
    raw = RawDataPath(path=f"{prefix}{tmp_path}/new")

    path = Path(raw.get_random_remote_path())
    file = Path(raw.get_random_remote_path("x.txt"))

    assert path.parent == tmp_path / "new"
    assert file.parent.parent == tmp_path / "new"
    assert file.parent.is_dir()
    assert not path.exists()
    assert not file.exists()


# Image caches

TRANSPORT = "H4sIAAAAAAAC/6tWysxNTE+Nz8nPzy4tULKqVkrNK1OyUkrPSC7Sy8zXr7AyVNJROrwHKJSkVFsLAKTc/+QvAAAA"
LOOKUP = {"env": "ghcr.io/x:1", "ü": "b"}


def test_image_caches_travel_as_text() -> None:
    """The text is the same in every version of the SDK, and reads back."""
    cache = ImageCache.from_transport(TRANSPORT)

    assert ImageCache(image_lookup=LOOKUP).to_transport == TRANSPORT
    assert cache.image_lookup == LOOKUP
    assert cache.serialized_form == cache.to_transport == TRANSPORT


def transport(content: Any) -> str:
    """Write any content the way image caches are written."""
    return base64.b64encode(
        gzip.compress(json.dumps(content).encode(), mtime=0)
    ).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?",
        "AAAA",
        TRANSPORT[:40],
        base64.b64encode(gzip.compress(b"\xff", mtime=0)).decode(),
        base64.b64encode(gzip.compress(b"{", mtime=0)).decode(),
        transport([]),
        transport({}),
        transport({"image_lookup": {"a": 1}}),
    ],
)
def test_other_texts_are_no_image_cache(text: str) -> None:
    """Anything else is refused with one kind of error."""
    with pytest.raises(ValueError, match=r"^not an image lookup: "):
        ImageCache.from_transport(text)


# Interfaces


def function(
    a: int,
    b: list[str],
    c: float | None = None,
    *,
    d: Literal["x", "X", "y"] = "x",
) -> tuple[int, str]:
    """Do something.

    Args:
        a: a number
    """
    raise NotImplementedError


class Outputs(NamedTuple):
    """Named results."""

    p: int
    q: Literal["x"]


def test_an_interface_is_read_off_a_function() -> None:
    """Inputs keep their order, types and defaults; results are numbered."""
    interface = NativeInterface.from_callable(function)

    kind = interface.inputs.pop("d")[0]
    assert interface.inputs == {
        "a": (int, REQUIRED),
        "b": (list[str], REQUIRED),
        "c": (float | None, None),
    }
    assert interface.outputs == {"o0": int, "o1": str}
    assert issubclass(kind, enum.Enum)
    assert [one.value for one in kind] == ["x", "X", "y"]
    assert interface.docstring is not None
    assert interface.docstring.input_descriptions == {"a": "a number"}


def test_interfaces_are_shown_as_signatures() -> None:
    """The representation shows names, types and defaults."""
    assert repr(NativeInterface.from_callable(function)) == (
        "(a: int, b: list[str], c: float | None = None, d: LiteralEnum = x) -> (o0: int, o1: str):"
    )
    assert repr(NativeInterface({}, {})) == "():"
    assert repr(NativeInterface({"a": (int, NativeInterface.has_default)}, {})) == (
        "(a: int = ...):"
    )
    text: Any = "a.B"
    assert repr(NativeInterface({}, {"o0": text})) == "() -> o0: a.B:"


def returning(annotation: Any) -> Any:
    """Make a function with a return annotation."""

    def made() -> None: ...

    made.__annotations__["return"] = annotation
    return made


@pytest.mark.parametrize(
    ("annotation", "outputs"),
    [
        (None, {}),
        (type(None), {}),
        (int, {"o0": int}),
        (list[int], {"o0": list[int]}),
        (tuple, {"o0": tuple}),
        (tuple[int, str], {"o0": int, "o1": str}),
        ((int, str), {"o0": int, "o1": str}),
        (Outputs, {"p": int, "q": Literal["x"]}),
        (typing.Annotated[int, "unit"], {"o0": typing.Annotated[int, "unit"]}),
        (Literal[1], {"o0": Any}),
    ],
    ids=str,
)
def test_results_are_named(annotation: Any, outputs: dict[str, Any]) -> None:
    """One result is o0, those of a tuple are numbered, those of a named tuple keep their names."""
    assert NativeInterface.from_callable(returning(annotation)).outputs == outputs


@pytest.mark.parametrize(
    ("annotation", "message"),
    [
        (
            tuple[int],
            "A tuple stands for several results; annotate one result with its type alone.",
        ),
        (
            (int,),
            "A tuple stands for several results; annotate one result with its type alone.",
        ),
        (
            tuple[int, ...],
            "Variable length tuples are not supported as return types.",
        ),
    ],
    ids=str,
)
def test_tuples_without_a_fixed_length_are_refused(
    annotation: Any, message: str
) -> None:
    """A task returns a certain number of results."""
    with pytest.raises(TypeError, match=f"^{message}$"):
        NativeInterface.from_callable(returning(annotation))


def test_a_function_without_annotation_has_no_outputs() -> None:
    """Nothing said means nothing returned."""

    untyped: Any = eval("lambda: None")

    assert not NativeInterface.from_callable(untyped).has_outputs()


def with_arguments(*args: int) -> None: ...
def with_keywords(**kwargs: int) -> None: ...


@pytest.mark.parametrize("variadic", [with_arguments, with_keywords])
def test_variadic_functions_are_refused(variadic: Any) -> None:
    """A task has a fixed number of inputs."""
    message = f"Function {variadic.__name__} cannot have variable positional or keyword arguments."
    with pytest.raises(ValueError, match=re.escape(message)):
        NativeInterface.from_callable(variadic)


def test_unknown_annotations_are_refused() -> None:
    """An annotation must name something."""
    with pytest.raises(NameError):
        NativeInterface.from_callable(returning("Undefined"))


def test_inputs_without_type_are_accepted_with_a_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A parameter without annotation is an input of any type."""
    untyped: Any = eval("lambda x: None")

    interface = NativeInterface.from_callable(untyped)

    assert interface.inputs == {"x": (REQUIRED, REQUIRED)}
    assert [one.getMessage() for one in caplog.records] == [
        "Function <lambda> has parameter x without type annotation."
    ]


def test_required_inputs() -> None:
    """Inputs without default are required, whatever the default is otherwise."""
    interface = NativeInterface(
        {
            "a": (int, REQUIRED),
            "b": (int, None),
            "c": (int, NativeInterface.has_default),
            "d": (str, REQUIRED),
        },
        {},
    )

    assert interface.required_inputs() == ["a", "d"]
    assert interface.num_required_inputs() == 2
    assert interface.get_input_types() == {"a": int, "b": int, "c": int, "d": str}


def test_interfaces_from_types() -> None:
    """A default that only the deployed task knows must be given in its stored form."""
    default = LiteralMessage()
    inputs: dict[str, tuple[type[Any], Any]] = {
        "a": (int, NativeInterface.has_default),
        "b": (int, REQUIRED),
    }

    interface = NativeInterface.from_types(inputs, {"o0": int}, {"a": default})

    assert vars(interface)["_remote_defaults"] == {"a": default}
    assert interface.has_outputs()
    with pytest.raises(
        ValueError, match=r"^Input a has a default value but no default"
    ):
        NativeInterface.from_types(inputs, {})


def test_calls_are_named_after_the_inputs() -> None:
    """Positional arguments take the names of the inputs in order."""
    interface = NativeInterface({"a": (int, REQUIRED), "b": (int, REQUIRED)}, {})

    assert interface.convert_to_kwargs(1, b=2) == {"a": 1, "b": 2}
    assert interface.convert_to_kwargs() == {}


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [
        (
            (1, 2, 3),
            {},
            "Too many positional arguments provided, expected inputs a, b, got 3",
        ),
        (
            (1,),
            {"b": 2, "c": 3},
            "Too many keyword arguments provided, expected inputs a, b, got b, c, a",
        ),
    ],
)
def test_too_many_arguments_are_refused(
    args: tuple[int, ...], kwargs: dict[str, int], message: str
) -> None:
    """There are not more arguments than inputs."""
    interface = NativeInterface({"a": (int, REQUIRED), "b": (int, REQUIRED)}, {})

    with pytest.raises(ValueError, match=f"^{message}$"):
        interface.convert_to_kwargs(*args, **kwargs)


# Docstrings

PARAMETERS = {"x": "the x\nmore of it", "y": "the y"}


@pytest.mark.parametrize(
    ("text", "long", "results"),
    [
        (
            """Do it.

            Longer text
            here.

            :param int x: the x
                more of it
            :param y: the y
            :returns: the result
            :raises ValueError: never
            """,
            "Longer text\nhere.",
            {},
        ),
        (
            """Do it.
            Second line.

            Args:
                x (int): the x
                    more of it
                y: the y

            Returns:
                str: the result

            Raises:
                ValueError: never
            """,
            "Second line.",
            {},
        ),
        (
            """Do it.

            Parameters
            ----------
            x : int
                the x
                more of it
            y
                the y

            Returns
            -------
            out : str
                the result
            """,
            None,
            {"out": "the result"},
        ),
    ],
    ids=["sphinx", "google", "numpy"],
)
def test_docstrings_are_taken_apart(
    text: str, long: str | None, results: dict[str, str]
) -> None:
    """All three styles give the same facts."""
    docstring = Docstring(text)

    assert docstring.short_description == "Do it."
    assert docstring.long_description == long
    assert docstring.input_descriptions == PARAMETERS
    assert docstring.output_descriptions == results


@pytest.mark.parametrize("text", [None, "", "  \n"])
def test_no_text_is_no_documentation(text: str | None) -> None:
    """Without a text there is nothing to describe."""
    docstring = Docstring(text)

    assert docstring.short_description is None
    assert docstring.long_description is None
    assert docstring.input_descriptions == {}


def test_the_text_of_a_function_is_used() -> None:
    """A function brings its own text; a given text comes first."""
    assert Docstring(callable_=math.sqrt).short_description == (
        "Return the square root of x."
    )
    assert Docstring("Other.", math.sqrt).short_description == "Other."


# References to data


@pytest.mark.parametrize("kind", [File, Dir])
@pytest.mark.parametrize(
    ("path", "name"),
    [("s3://bucket/a/b.csv", "b.csv"), ("/data/a/", "a"), ("c", "c")],
)
def test_references_are_named_after_their_path(kind: Any, path: str, name: str) -> None:
    """The last part of the path is the name unless one is given."""
    assert kind(path=path).name == name
    assert kind(path=path, name="other").name == "other"
    assert kind.from_existing_remote(path, "key") == kind(path=path, hash="key")


def test_defaults_of_references() -> None:
    """Format and hash are empty to begin with, and arguments are keywords."""
    assert (File[Any](path="a").format, Dir[Any](path="a").hash) == ("", None)
    assert DataFrame() == DataFrame(uri=None, format="")
    for kind in (File, Dir, DataFrame):
        kinds = {one.kind for one in inspect.signature(kind).parameters.values()}
        assert kinds == {inspect.Parameter.KEYWORD_ONLY}


def test_references_to_stored_tables() -> None:
    """A table has a location and perhaps a format."""
    assert DataFrame.from_existing_remote("s3://b/t") == DataFrame(uri="s3://b/t")
    assert DataFrame.from_existing_remote("s3://b/t", PARQUET).format == "parquet"


def test_hash_methods_are_recognized() -> None:
    """Anything with the three methods is a hash method."""

    class Constant:
        """Always the same hash."""

        def update(self, data: memoryview, /) -> None:
            """Ignore the data."""

        def result(self) -> str:
            """Return the hash."""
            return "x"

        def reset(self) -> None:
            """Do nothing."""

    method = Constant()

    assert isinstance(method, HashMethod)
    assert File[Any](path="a", hash_method=method).hash_method is method
    assert not isinstance(object(), HashMethod)


# Errors


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (RuntimeUserError("Code", "what", "w1"), "user"),
        (RuntimeSystemError("Code", "what", worker="w1"), "system"),
        (RuntimeUnknownError("Code", "what", "w1"), "unknown"),
        (BaseRuntimeError("Code", "user", "what", "w1"), "user"),
        (InitializationError("Code", "system", "what", "w1"), "system"),
    ],
)
def test_errors_say_whose_fault_it_was(error: BaseRuntimeError, kind: str) -> None:
    """An error has a code, a kind and a worker; its text is the message."""
    assert (error.code, error.kind, error.worker) == ("Code", kind, "w1")
    assert str(error) == "what"
    assert isinstance(error, RuntimeError)
