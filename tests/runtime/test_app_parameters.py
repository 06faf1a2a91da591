"""Parameters of apps: their checks, values known later, the form they travel in, and reading them in the app."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest

from flyte.app import AppEndpoint, Parameter, RunOutput, get_parameter
from flyte.app._parameter import (
    SerializableParameter,
    SerializableParameterCollection,
)
from flyte.io import Dir, File

PATTERN = "INTERNAL_APP_ENDPOINT_PATTERN"


# Declared parameters


@pytest.mark.parametrize(
    "value",
    [
        "text",
        "",
        File(path="s3://b/f"),
        Dir(path="s3://b/d"),
        RunOutput(type="string", run_name="run"),
        AppEndpoint(app_name="other"),
    ],
)
def test_values_of_parameters(value: Any) -> None:
    """A parameter is a string, a file, a directory, or comes from a run or another app."""
    assert Parameter("p", value).value is value


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ({"name": None}, TypeError, "the name of a parameter must be a str, got None"),
        ({"name": ""}, ValueError, "the name of a parameter must not be empty"),
        *(
            (
                {"value": value},
                TypeError,
                "the value of parameter 'p' must be a str, a File, a Dir, a RunOutput "
                f"or an AppEndpoint, got {described}",
            )
            for value, described in (
                (5, "int 5"),
                (0, "int 0"),
                (False, "bool False"),
                (None, "None"),
                ([], "list []"),
                (File, "the class File"),
            )
        ),
        *(
            (
                {"env_var": variable},
                ValueError,
                f"env_var {variable!r} is not a name that shells accept: letters, "
                "digits and '_', not beginning with a digit",
            )
            for variable in ("", "1A", "A-B", "A B", "A\n", "Ü")
        ),
        ({"env_var": 5}, TypeError, "env_var must be a str or None, got int 5"),
        ({"mount": 5}, TypeError, "mount must be a str or None, got int 5"),
        (
            {"ignore_patterns": "*.pyc"},
            TypeError,
            "ignore_patterns must be a list, got str '*.pyc'",
        ),
        (
            {"ignore_patterns": [5]},
            TypeError,
            "ignore_patterns[0] must be a str, got int 5",
        ),
    ],
)
def test_wrong_parameters_are_refused(
    values: dict[str, Any], error: type[Exception], message: str
) -> None:
    """Every value of a parameter is checked, falsy ones too."""
    with pytest.raises(error) as caught:
        Parameter(**{"name": "p", "value": "v", **values})
    assert str(caught.value) == message


# Values known later


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("string", "string"),
        ("file", "file"),
        ("directory", "directory"),
        (str, "string"),
        (File, "file"),
        (Dir, "directory"),
    ],
)
def test_types_are_given_by_name_or_class(given: Any, expected: str) -> None:
    """The classes stand for their names."""
    assert RunOutput(type=given, run_name="run").type == expected


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "a RunOutput needs either run_name or task_name, got neither"),
        (
            {"run_name": "r", "task_name": "t"},
            "a RunOutput needs either run_name or task_name, got both",
        ),
        (
            {"run_name": "r", "type": "xml"},
            "type must be one of 'string', 'file', 'directory', got str 'xml'",
        ),
        (
            {"run_name": "r", "type": int},
            "type must be one of 'string', 'file', 'directory', got the class int",
        ),
        (
            {"run_name": "r", "type": []},
            "type must be one of 'string', 'file', 'directory', got list []",
        ),
        (
            {"task_name": "t", "task_auto_version": "latst"},
            "task_auto_version must be one of 'latest', 'current', got str 'latst'; "
            "did you mean 'latest'?",
        ),
    ],
)
def test_wrong_run_outputs_are_refused(values: dict[str, Any], message: str) -> None:
    """A run is named in exactly one way."""
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        RunOutput(**{"type": "string", **values})


def test_app_endpoints_are_strings() -> None:
    """An address has a type already, and belongs to an app with a name."""
    assert AppEndpoint(app_name="a").type == "string"
    with pytest.raises(
        ValueError, match=r"^the type of an AppEndpoint is 'string', got 'file'$"
    ):
        AppEndpoint(app_name="a", type="file")
    with pytest.raises(ValueError, match=r"^app_name must not be empty$"):
        AppEndpoint(app_name="")


def test_values_known_later_take_keywords_only() -> None:
    """Their constructors have no positional parameters."""
    make: Any = RunOutput
    with pytest.raises(TypeError):
        make("string", "run")


def test_an_address_within_the_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment tells how addresses look."""
    monkeypatch.setenv(PATTERN, "http://{app_fqdn}.local")
    assert asyncio.run(AppEndpoint(app_name="a").get()) == "http://a.local"


def test_an_address_outside_a_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the pattern, the error names the variable."""
    monkeypatch.delenv(PATTERN, raising=False)
    with pytest.raises(ValueError, match=r"^the endpoint of app 'a'") as caught:
        asyncio.run(AppEndpoint(app_name="a").get())
    assert str(caught.value) == (
        "the endpoint of app 'a' is not known: the environment variable "
        "INTERNAL_APP_ENDPOINT_PATTERN is not set"
    )


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            AppEndpoint(app_name="a", public=True),
            "the public endpoint of app 'a' cannot be found: that needs the remote "
            "client, which is not part of this SDK",
        ),
        (
            RunOutput(type="string", run_name="r"),
            "an output of run 'r' cannot be fetched: that needs the remote client, "
            "which is not part of this SDK",
        ),
        (
            RunOutput(type="string", task_name="t"),
            "an output of task 't' cannot be fetched: that needs the remote client, "
            "which is not part of this SDK",
        ),
    ],
)
def test_what_needs_the_backend_says_so(
    value: RunOutput | AppEndpoint, message: str
) -> None:
    """The remote client is not part of this SDK."""
    with pytest.raises(NotImplementedError) as caught:
        asyncio.run(value.get())
    assert str(caught.value) == message


# The form they travel in


SERIALIZED: list[tuple[Parameter, dict[str, Any]]] = [
    (Parameter("p", "v"), {"value": "v", "type": "string", "download": False}),
    (Parameter("p", ""), {"value": "", "type": "string", "download": False}),
    (
        Parameter("p", "s3://b/x", download=True, mount="/m"),
        {"value": "s3://b/x", "type": "string", "download": False, "dest": "/m"},
    ),
    (
        Parameter("p", File(path="s3://b/f")),
        {"value": "s3://b/f", "type": "file", "download": False},
    ),
    (
        Parameter("p", File(path="s3://b/f"), mount="/m", env_var="F"),
        {
            "value": "s3://b/f",
            "type": "file",
            "download": True,
            "dest": "/m",
            "env_var": "F",
        },
    ),
    (
        Parameter("p", Dir(path="s3://b/d"), download=True, ignore_patterns=["*.pyc"]),
        {
            "value": "s3://b/d",
            "type": "directory",
            "download": True,
            "ignore_patterns": ["*.pyc"],
        },
    ),
    (
        Parameter("p", RunOutput(type=Dir, run_name="r", getter=("a", 0))),
        {
            "value": '{"type":"directory","run_name":"r","task_name":null,'
            '"task_version":null,"task_auto_version":null,"getter":["a",0]}',
            "type": "directory",
            "download": False,
        },
    ),
    (
        Parameter("p", AppEndpoint(app_name="ö"), mount="/m"),
        {
            "value": '{"type":"string","app_name":"ö","public":false}',
            "type": "string",
            "download": True,
            "dest": "/m",
        },
    ),
]


@pytest.mark.parametrize(("parameter", "expected"), SERIALIZED)
def test_serialized_parameters(parameter: Parameter, expected: dict[str, Any]) -> None:
    """Each kind of value has its place in the serialized form."""
    defaults: dict[str, Any] = {
        "name": "p",
        "env_var": None,
        "dest": None,
        "ignore_patterns": [],
    }
    serialized = SerializableParameter.from_parameter(parameter)
    assert serialized == SerializableParameter(**{**defaults, **expected})


def test_transport_is_compressed_json() -> None:
    """The fields stand in their documented order, without spaces, and other letters as they are."""
    collection = SerializableParameterCollection.from_parameters([Parameter("ö", "v")])
    text = gzip.decompress(base64.b64decode(collection.to_transport)).decode()
    assert text == (
        '{"parameters":[{"name":"ö","value":"v","download":false,"type":"string",'
        '"env_var":null,"dest":null,"ignore_patterns":[]}]}'
    )


def test_transport_is_the_same_on_every_machine() -> None:
    """Neither the time nor the platform leaves a trace in the compressed text."""
    assert SerializableParameterCollection().to_transport == (
        "H4sIAAAAAAAC/6tWKkgsSsxNLUktKlayio6tBQCZNcv8EQAAAA=="
    )


def test_transport_can_be_read_back() -> None:
    """What is written is read again without loss."""
    parameters = [parameter for parameter, _ in SERIALIZED]
    collection = SerializableParameterCollection.from_parameters(parameters)
    text = collection.to_transport
    assert SerializableParameterCollection.from_transport(text) == collection


def packed(content: object) -> str:
    """Compress any content as parameters are."""
    return base64.b64encode(
        gzip.compress(json.dumps(content).encode(), mtime=0)
    ).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no base64!",
        base64.b64encode(b"no gzip").decode(),
        base64.b64encode(gzip.compress(b"no json", mtime=0)).decode(),
        base64.b64encode(gzip.compress(b'{"parameters":[]}', mtime=0)[:-9]).decode(),
        packed([]),
        packed({}),
        packed({"parameters": 5}),
        packed({"parameters": [5]}),
        packed({"parameters": [{"name": "p"}]}),
        packed({"parameters": [{"surplus": "p"}]}),
    ],
)
def test_other_texts_are_refused(text: str) -> None:
    """Whatever to_transport has not written is a ValueError, and nothing else."""
    with pytest.raises(ValueError, match=r"^not a list of serialized parameters: "):
        SerializableParameterCollection.from_transport(text)


# Within the app


@pytest.fixture
def values_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Name a file of values in the environment."""
    file = tmp_path / "values.json"
    monkeypatch.setenv("flyte-parameters.json", str(file))
    return file


def test_get_parameter(values_file: Path) -> None:
    """A running app reads its values from the file that the environment names."""
    values_file.write_text('{"name": "value", "empty": ""}')
    assert get_parameter("name") == "value"
    assert get_parameter("empty") == ""


def test_an_unknown_parameter(values_file: Path) -> None:
    """The error suggests the probable name, or lists the known ones."""
    values_file.write_text('{"model": "a", "data": "b"}')
    with pytest.raises(KeyError) as caught:
        get_parameter("modl")
    assert caught.value.args == (
        "no parameter is called 'modl'; did you mean 'model'?",
    )
    with pytest.raises(KeyError) as caught:
        get_parameter("xyz")
    assert caught.value.args == (
        "no parameter is called 'xyz'; the parameters are data, model",
    )


def test_no_parameters_at_all(values_file: Path) -> None:
    """An empty file of values has no parameter to suggest."""
    values_file.write_text("{}")
    with pytest.raises(KeyError) as caught:
        get_parameter("p")
    assert caught.value.args == ("no parameter is called 'p'; there are none",)


def test_no_file_of_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside an app there are no values."""
    monkeypatch.delenv("flyte-parameters.json", raising=False)
    with pytest.raises(ValueError, match=r"^parameter 'p' is not available") as caught:
        get_parameter("p")
    assert str(caught.value) == (
        "parameter 'p' is not available: the environment variable "
        "flyte-parameters.json, which names the file of the values, is not set"
    )


@pytest.mark.parametrize("content", [None, "no json", "[]", '"text"'])
def test_a_broken_file_of_values(values_file: Path, content: str | None) -> None:
    """A missing file, other text, or other JSON is a ValueError."""
    if content is not None:
        values_file.write_text(content)
    with pytest.raises(ValueError, match=r"cannot be read|does not hold the values"):
        get_parameter("p")
