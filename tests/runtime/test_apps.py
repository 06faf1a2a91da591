"""App and connector environments: construction, every refusal, hooks, copies, and their command lines."""

from __future__ import annotations

import base64
import gzip
import importlib.util
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import flyte
from flyte._internal.imagebuild.image_builder import ImageCache
from flyte.app import (
    INVALID_APP_PORTS,
    AppEnvironment,
    ConnectorEnvironment,
    Domain,
    Link,
    Parameter,
    Port,
    Scaling,
)
from flyte.models import CodeBundle, SerializationContext

CONTEXT = SerializationContext(version="v1")
PATTERN = "INTERNAL_APP_ENDPOINT_PATTERN"
RESOLVER = "flyte._internal.resolvers.app_env.AppEnvResolver"


# Construction


def test_apps_have_the_documented_defaults() -> None:
    """Only the name is required."""
    app = AppEnvironment(name="app")
    assert app.type is None
    assert app.port == Port(8080)
    assert (app.args, app.command) == (None, None)
    assert app.requires_auth is True
    assert app.scaling == Scaling(replicas=(0, 1))
    assert app.domain == Domain(subdomain=None, custom_domain=None)
    assert (app.links, app.include, app.parameters) == ([], [], [])
    assert app.cluster_pool == "default"


def test_connectors_speak_http2() -> None:
    """A connector environment differs from an app in its type and the protocol of its port."""
    connector = ConnectorEnvironment(name="connector")
    assert connector.type == "Connector"
    assert connector.port == Port(port=8080, name="h2c")


@pytest.mark.parametrize("name", ["a", "7", "a-b", "a--b", "a1", "x" * 63])
def test_dns_labels_are_accepted(name: str) -> None:
    """The name of an app becomes part of its host name."""
    assert AppEnvironment(name=name).name == name


@pytest.mark.parametrize(
    "name",
    ["", "A", "a_b", "a.b", "-a", "a-", "a b", "ü", "a\n", "a\\xb", "a/b", "a\\.b"],
)
@pytest.mark.parametrize("make", [AppEnvironment, ConnectorEnvironment])
def test_other_names_are_refused(make: Callable[..., object], name: str) -> None:
    """What is not a DNS label is refused as a whole, not only at its beginning."""
    with pytest.raises(ValueError, match=r"^app name") as caught:
        make(name=name)
    assert str(caught.value) == (
        f"app name {name!r} must be lower-case letters, digits and '-', "
        "beginning and ending with a letter or digit"
    )


@pytest.mark.parametrize("length", [64, 80])
def test_long_names_are_refused(length: int) -> None:
    """A DNS label has at most 63 characters."""
    name = "x" * length
    with pytest.raises(ValueError, match=r"^app name") as caught:
        AppEnvironment(name=name)
    assert str(caught.value) == (
        f"app name {name!r} has {length} characters; at most 63 are allowed"
    )


WRONG_TYPES: list[tuple[dict[str, Any], str]] = [
    ({"type": 5}, "type must be a str or None, got int 5"),
    ({"args": 5}, "args must be a str, a list of str or None, got int 5"),
    (
        {"args": ("a",)},
        "args must be a str, a list of str or None, got tuple ('a',)",
    ),
    ({"args": ["--port", 80]}, "args[1] must be a str, got int 80"),
    ({"command": 5}, "command must be a str, a list of str or None, got int 5"),
    ({"command": ["a", None]}, "command[1] must be a str, got None"),
    ({"scaling": 2}, "scaling must be a Scaling, got int 2"),
    ({"scaling": None}, "scaling must be a Scaling, got None"),
    ({"domain": "a.example"}, "domain must be a Domain or None, got str 'a.example'"),
    ({"links": ["/docs"]}, "links[0] must be a flyte.app.Link, got str '/docs'"),
    ({"links": None}, "links must be a list, got None"),
    ({"include": "a.py"}, "include must be a list, got str 'a.py'"),
    ({"include": [Path("a.py")]}, "include[0] must be a str, got PosixPath"),
    ({"parameters": ["a"]}, "parameters[0] must be a Parameter, got str 'a'"),
    ({"cluster_pool": None}, "cluster_pool must be a str, got None"),
    ({"port": "80"}, "port must be an int, got str '80'"),
    ({"port": 80.0}, "port must be an int, got float 80.0"),
    ({"port": True}, "port must be an int, got bool True"),
    ({"port": None}, "port must be an int, got None"),
]


@pytest.mark.parametrize(("values", "message"), WRONG_TYPES)
@pytest.mark.parametrize("make", [AppEnvironment, ConnectorEnvironment])
def test_wrong_types_are_refused(
    make: Callable[..., object], values: dict[str, Any], message: str
) -> None:
    """A value of the wrong type is a TypeError that names the parameter, the value and what is allowed."""
    with pytest.raises(TypeError) as caught:
        make(**{"name": "a", **values})
    assert str(caught.value).startswith(message)


def test_an_app_may_do_without_a_domain() -> None:
    """None is a domain, too: no address of its own."""
    assert AppEnvironment(name="a", domain=None).domain is None


# Ports


@pytest.mark.parametrize("number", [1, 80, 8080, 65535])
def test_ports_in_range(number: int) -> None:
    """All ports but the platform's own are accepted."""
    assert AppEnvironment(name="a", port=number).get_port() == Port(number)


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (0, "port must be at least 1, got 0"),
        (-1, "port must be at least 1, got -1"),
        (65536, "port must be at most 65535, got 65536"),
        (70000, "port must be at most 65535, got 70000"),
        *(
            (
                reserved,
                f"port {reserved} is reserved; "
                "the platform needs the ports 8012, 8022, 8112, 9090, 9091",
            )
            for reserved in (8012, 8022, 8112, 9090, 9091)
        ),
    ],
)
@pytest.mark.parametrize(
    "make",
    [
        Port,
        lambda number: AppEnvironment(name="a", port=number),
        lambda number: ConnectorEnvironment(name="a", port=number),
    ],
)
def test_ports_out_of_range(
    make: Callable[[int], object], number: int, message: str
) -> None:
    """A port that cannot be is a ValueError, however it is given."""
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        make(number)


def test_the_reserved_ports_are_public() -> None:
    """Whoever wants to avoid the platform's ports can look them up."""
    assert INVALID_APP_PORTS == [8012, 8022, 8112, 9090, 9091]


def test_the_name_of_a_port_is_text() -> None:
    """The name of a port is a protocol."""
    name: Any = 2
    with pytest.raises(
        TypeError, match=r"^the name of a port must be a str or None, got int 2$"
    ):
        Port(8080, name)


def test_a_bare_number_keeps_the_protocol_of_the_class() -> None:
    """Connectors need HTTP/2, whatever number they listen on."""
    assert ConnectorEnvironment(name="a", port=9000).port == Port(9000, "h2c")
    assert AppEnvironment(name="a", port=9000).port == Port(9000, None)
    named = Port(9000, "http1")
    assert ConnectorEnvironment(name="a", port=named).port is named


def test_get_port_understands_a_number_assigned_later() -> None:
    """A port that was replaced by a bare number comes back in full, and is checked."""
    connector = ConnectorEnvironment(name="a")
    connector.port = 9000
    assert connector.get_port() == Port(9000, "h2c")
    connector.port = 9090
    with pytest.raises(ValueError, match="port 9090 is reserved"):
        connector.get_port()


# Links and domains


@pytest.mark.parametrize(
    ("make", "values", "message"),
    [
        (
            Link,
            {"path": 5, "title": "t"},
            "the path of a link must be a str, got int 5",
        ),
        (
            Link,
            {"path": "/", "title": None},
            "the title of a link must be a str, got None",
        ),
        (
            Domain,
            {"subdomain": 5},
            "subdomain must be a str or None, got int 5",
        ),
        (
            Domain,
            {"custom_domain": 5},
            "custom_domain must be a str or None, got int 5",
        ),
    ],
)
def test_wrong_links_and_domains_are_refused(
    make: Callable[..., object],
    values: dict[str, Any],
    message: str,
) -> None:
    """The error names the value and what is allowed."""
    with pytest.raises(TypeError) as caught:
        make(**values)
    assert str(caught.value) == message


# Scaling


@pytest.mark.parametrize(
    ("replicas", "expected"),
    [(0, (0, 0)), (1, (1, 1)), (3, (3, 3)), ((0, 1), (0, 1)), ((2, 5), (2, 5))],
)
def test_replicas_are_a_pair(replicas: Any, expected: tuple[int, int]) -> None:
    """One number stands for the least and the most."""
    scaling = Scaling(replicas=replicas)
    assert scaling.replicas == expected
    assert scaling.get_replicas() == expected


def test_replicas_assigned_later_are_a_pair_too() -> None:
    """get_replicas understands a bare number."""
    scaling = Scaling()
    scaling.replicas = 4
    assert scaling.get_replicas() == (4, 4)


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ({"replicas": -1}, ValueError, "replicas must be at least 0, got -1"),
        ({"replicas": None}, TypeError, "replicas must be an int, got None"),
        ({"replicas": True}, TypeError, "replicas must be an int, got bool True"),
        ({"replicas": [0, 1]}, TypeError, "replicas must be an int, got list [0, 1]"),
        (
            {"replicas": (1,)},
            ValueError,
            "replicas must be an int or a pair of the least and the largest number, "
            "got tuple (1,)",
        ),
        (
            {"replicas": (0, 1, 2)},
            ValueError,
            "replicas must be an int or a pair of the least and the largest number, "
            "got tuple (0, 1, 2)",
        ),
        (
            {"replicas": (-1, 1)},
            ValueError,
            "the least number of replicas must be at least 0, got -1",
        ),
        (
            {"replicas": (0, 0)},
            ValueError,
            "the largest number of replicas must be at least 1, got 0",
        ),
        (
            {"replicas": (3, 2)},
            ValueError,
            "the largest number of replicas must be at least 3, got 2",
        ),
        (
            {"replicas": ("1", 2)},
            TypeError,
            "the least number of replicas must be an int, got str '1'",
        ),
        (
            {"metric": 10},
            TypeError,
            "metric must be a Scaling.Concurrency, a Scaling.RequestRate or None, "
            "got int 10",
        ),
        (
            {"metric": Scaling.Concurrency},
            TypeError,
            "metric must be a Scaling.Concurrency, a Scaling.RequestRate or None, "
            "got the class Concurrency",
        ),
        (
            {"scaledown_after": "60"},
            TypeError,
            "scaledown_after must be a number of seconds as an int, or a timedelta, "
            "got str '60'",
        ),
        (
            {"scaledown_after": -5},
            ValueError,
            "scaledown_after must not be negative, got int -5",
        ),
        (
            {"scaledown_after": timedelta(seconds=-5)},
            ValueError,
            "scaledown_after must not be negative, "
            "got timedelta datetime.timedelta(days=-1, seconds=86395)",
        ),
    ],
)
def test_wrong_scaling_is_refused(
    values: dict[str, Any], error: type[Exception], message: str
) -> None:
    """Every value of a Scaling is checked."""
    with pytest.raises(error) as caught:
        Scaling(**values)
    # reprlib cuts what is long in the middle.
    assert (
        str(caught.value).partition("datetime.")[0] == message.partition("datetime.")[0]
    )


@pytest.mark.parametrize("metric", [Scaling.Concurrency, Scaling.RequestRate])
def test_metrics(metric: Callable[[Any], Any]) -> None:
    """Both metrics can be used, and take a positive integer."""
    assert Scaling(metric=metric(10)).metric == metric(10)
    name = getattr(metric, "__name__", "")
    with pytest.raises(
        ValueError, match=f"^the value of {name} must be at least 1, got 0$"
    ):
        metric(0)
    with pytest.raises(
        TypeError, match=f"^the value of {name} must be an int, got float 1.5$"
    ):
        metric(1.5)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (0, timedelta(0)),
        (90, timedelta(seconds=90)),
        (timedelta(minutes=2), timedelta(minutes=2)),
    ],
)
def test_scaledown_after_is_a_duration(
    value: int | timedelta | None, expected: timedelta | None
) -> None:
    """Seconds become a timedelta, 0 as well."""
    assert Scaling(scaledown_after=value).scaledown_after == expected


# Hooks


@pytest.mark.parametrize("hook", ["server", "on_startup", "on_shutdown"])
def test_hooks_return_the_function(hook: str) -> None:
    """The decorators leave the function as it is, sync or async, and remember it."""
    app = AppEnvironment(name="a")

    async def serve() -> None: ...

    def prepare() -> None: ...

    for function in (serve, prepare):
        assert getattr(app, hook)(function) is function
        assert getattr(app, f"_{hook}") is function


@pytest.mark.parametrize("hook", ["server", "on_startup", "on_shutdown"])
def test_hooks_are_functions(hook: str) -> None:
    """What cannot be called cannot be a hook."""
    with pytest.raises(
        TypeError, match=f"^{hook} decorates a function, got str 'main'$"
    ):
        getattr(AppEnvironment(name="a"), hook)("main")


# Copies


def full_app() -> AppEnvironment:
    """Make an app with something in every field."""
    return AppEnvironment(
        name="full",
        depends_on=[flyte.TaskEnvironment("base")],
        env_vars={"A": "1"},
        type="web",
        port=Port(80, "http1"),
        args=["--fast"],
        command=["serve"],
        requires_auth=False,
        scaling=Scaling(replicas=2),
        domain=Domain(subdomain="sub"),
        links=[Link("/docs", "Documentation", is_relative=True)],
        include=["a.py"],
        parameters=[Parameter("p", "v")],
        cluster_pool="pool",
    )


APP_FIELDS = [
    "depends_on",
    "env_vars",
    "type",
    "port",
    "args",
    "command",
    "requires_auth",
    "scaling",
    "domain",
    "links",
    "include",
    "parameters",
    "cluster_pool",
]


def test_a_copy_has_everything_but_the_name() -> None:
    """Without arguments, all fields are kept."""
    original = full_app()
    copy = original.clone_with("copy")
    assert copy.name == "copy"
    for field in APP_FIELDS:
        assert getattr(copy, field) == getattr(original, field), field


def test_a_copy_has_lists_and_dicts_of_its_own() -> None:
    """What is changed in the copy is not changed in the original."""
    original = full_app()
    copy = original.clone_with("copy")
    for field in ("depends_on", "env_vars", "args", "command", "links", "include"):
        getattr(copy, field).clear()
        assert getattr(original, field), field
    copy.parameters.clear()
    assert original.parameters


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("type", "other"),
        ("type", None),
        ("port", Port(81)),
        ("args", None),
        ("args", []),
        ("command", None),
        ("requires_auth", True),
        ("scaling", Scaling()),
        ("domain", Domain()),
        ("links", []),
        ("include", []),
        ("parameters", []),
        ("cluster_pool", "other"),
        ("pod_template", "template"),
        ("interruptible", True),
        ("description", "text"),
    ],
)
def test_every_field_can_be_replaced(field: str, value: Any) -> None:
    """A given value replaces the field, also an empty one."""
    copy = full_app().clone_with("copy", **{field: value})
    assert getattr(copy, field) == value


def test_copies_keep_class_and_hooks() -> None:
    """A copy of a connector is a connector, and serves with the same functions."""
    original = ConnectorEnvironment(name="a", port=9000)

    @original.server
    async def serve() -> None: ...

    @original.on_startup
    def start() -> None: ...

    @original.on_shutdown
    def stop() -> None: ...

    copy = original.clone_with("b")
    assert type(copy) is ConnectorEnvironment
    assert copy.port == Port(9000, "h2c")
    for hook, function in (
        ("server", serve),
        ("on_startup", start),
        ("on_shutdown", stop),
    ):
        assert getattr(copy, f"_{hook}") is function


def test_the_hooks_of_a_copy_are_its_own() -> None:
    """Another server for the copy leaves the original as it is."""
    original = AppEnvironment(name="a")
    copy = original.clone_with("b")
    copy.server(lambda: None)
    hook = "_server"
    assert getattr(original, hook) is None


def test_unknown_keywords_are_refused() -> None:
    """A misspelt keyword is a TypeError with a suggestion."""
    with pytest.raises(TypeError) as caught:
        AppEnvironment(name="a").clone_with("b", scalling=Scaling())
    assert str(caught.value) == (
        "clone_with() got an unexpected keyword argument 'scalling'; "
        "did you mean 'scaling'?"
    )


# Address


def test_the_endpoint_follows_the_pattern(monkeypatch: pytest.MonkeyPatch) -> None:
    """Within a cluster, the environment tells how addresses look."""
    monkeypatch.setenv(PATTERN, "http://{app_fqdn}.apps.local/{other}")
    assert AppEnvironment(name="a").endpoint == "http://a.apps.local/{other}"


def test_without_a_pattern_the_endpoint_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Asking the backend is not part of this SDK."""
    monkeypatch.delenv(PATTERN, raising=False)
    with pytest.raises(NotImplementedError) as caught:
        _ = ConnectorEnvironment(name="a").endpoint
    assert str(caught.value) == (
        "the endpoint of app 'a' is not known here: set the environment variable "
        "INTERNAL_APP_ENDPOINT_PATTERN, with {app_fqdn} for the name of the app; "
        "asking the backend for it needs the remote client, "
        "which is not part of this SDK"
    )


# Arguments


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (None, []),
        ([], []),
        (["a b", "c"], ["a b", "c"]),
        ("", []),
        ("--name 'a b' --path a\\ b", ["--name", "a b", "--path", "a b"]),
    ],
)
def test_arguments_of_apps(args: Any, expected: list[str]) -> None:
    """A string is split as a shell splits it, a list passed through."""
    assert AppEnvironment(name="a", args=args).container_args(CONTEXT) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, ["c0", "--port", "8080", "--prometheus_port", "9092"]),
        ({"port": 9000}, ["c0", "--port", "9000", "--prometheus_port", "9092"]),
        ({"port": Port(81)}, ["c0", "--port", "81", "--prometheus_port", "9092"]),
        ({"args": []}, []),
        ({"args": "c0 --port 1"}, ["c0", "--port", "1"]),
    ],
)
def test_arguments_of_connectors(values: dict[str, Any], expected: list[str]) -> None:
    """Unless told otherwise, a connector starts the service on its own port."""
    connector = ConnectorEnvironment(name="a", **values)
    assert connector.container_args(CONTEXT) == expected


def test_argument_lists_are_copies() -> None:
    """Whoever appends to the result does not change the environment."""
    app = AppEnvironment(name="a", args=["x"], command=["y"])
    app.container_args(CONTEXT).append("z")
    app.container_cmd(CONTEXT).append("z")
    assert (app.args, app.command) == (["x"], ["y"])


# Command


def context(**values: Any) -> SerializationContext:
    """Make a context with a version."""
    return SerializationContext(**{"version": "v1", **values})


BUNDLE = CodeBundle(computed_version="computed", tgz="s3://b/code.tgz")
NOTHING = ["--project", "", "--domain", "", "--org", ""]

COMMANDS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["--version", "v1", *NOTHING]),
    (
        {"project": "p", "domain": "d", "org": "o"},
        ["--version", "v1", "--project", "p", "--domain", "d", "--org", "o"],
    ),
    ({"version": ""}, ["--version", "", *NOTHING]),
    (
        {"version": "", "code_bundle": BUNDLE},
        ["--version", "computed", *NOTHING, "--tgz", "s3://b/code.tgz", "--dest", "."],
    ),
    (
        {"code_bundle": BUNDLE},
        ["--version", "v1", *NOTHING, "--tgz", "s3://b/code.tgz", "--dest", "."],
    ),
    (
        {
            "code_bundle": CodeBundle(
                computed_version="c", pkl="s3://b/code.pkl", destination="/root"
            )
        },
        ["--version", "v1", *NOTHING, "--pkl", "s3://b/code.pkl", "--dest", "/root"],
    ),
    (
        {"image_cache": ImageCache(image_lookup={}, serialized_form="cache")},
        ["--version", "v1", *NOTHING, "--image-cache", "cache"],
    ),
]


@pytest.mark.parametrize(("values", "expected"), COMMANDS)
@pytest.mark.parametrize("make", [AppEnvironment, ConnectorEnvironment])
def test_the_default_command(
    make: Callable[..., AppEnvironment], values: dict[str, Any], expected: list[str]
) -> None:
    """By default the container fetches the code and serves the app."""
    command = make(name="a").container_cmd(context(**values))
    assert command == ["fserve", *expected, "--"]


def test_the_image_cache_is_compressed() -> None:
    """An image cache that was not received in its compressed form is compressed."""
    cache = ImageCache(image_lookup={"a": "b"})
    command = AppEnvironment(name="a").container_cmd(context(image_cache=cache))
    assert command[-3:] == ["--image-cache", cache.to_transport, "--"]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("", []),
        ([], []),
        ("serve 'a b' --x", ["serve", "a b", "--x"]),
        (["serve", "a b"], ["serve", "a b"]),
    ],
)
@pytest.mark.parametrize("make", [AppEnvironment, ConnectorEnvironment])
def test_an_own_command(
    make: Callable[..., AppEnvironment], command: Any, expected: list[str]
) -> None:
    """A command of one's own takes the place of the default one."""
    assert make(name="a", command=command).container_cmd(CONTEXT) == expected


def parameters_of(command: list[str]) -> list[dict[str, Any]]:
    """Decode the parameters of a command."""
    text = command[command.index("--parameters") + 1]
    content: dict[str, list[dict[str, Any]]] = json.loads(
        gzip.decompress(base64.b64decode(text))
    )
    return content["parameters"]


def test_parameters_travel_on_the_command_line() -> None:
    """Parameters follow the code, compressed; overrides take their place."""
    app = AppEnvironment(name="a", parameters=[Parameter("p", "v")])
    command = app.container_cmd(context(code_bundle=BUNDLE))
    assert command[-5:-2] == ["--dest", ".", "--parameters"]
    assert parameters_of(command) == [
        {
            "name": "p",
            "value": "v",
            "download": False,
            "type": "string",
            "env_var": None,
            "dest": None,
            "ignore_patterns": [],
        }
    ]
    overridden = app.container_cmd(CONTEXT, parameter_overrides=[Parameter("q", "")])
    assert [(item["name"], item["value"]) for item in parameters_of(overridden)] == [
        ("q", "")
    ]
    assert "--parameters" not in app.container_cmd(CONTEXT, [])


# Where the app is found


@pytest.fixture
def load(tmp_path: Path) -> Iterator[Callable[[str, str], ModuleType]]:
    """Write a module below a folder, and import it under the name its path has there."""
    loaded: list[str] = []

    def load(path: str, text: str) -> ModuleType:
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        name = f"loaded.{path.removesuffix('.py').replace('/', '.')}"
        spec = importlib.util.spec_from_file_location(name, file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        loaded.append(name)
        spec.loader.exec_module(module)
        return module

    yield load
    for name in loaded:
        del sys.modules[name]


MODULE = """
from flyte.app import AppEnvironment, ConnectorEnvironment
app = AppEnvironment(name="app")
connector = ConnectorEnvironment(name="connector")
apps = [AppEnvironment(name="listed")]
"""


def resolver_args(app: AppEnvironment, root: Path) -> list[str]:
    """Return what follows the fixed part of the command."""
    command = app.container_cmd(context(root_dir=root))
    return command[9:]


def test_an_app_is_found_by_module_and_variable(
    load: Callable[[str, str], ModuleType], tmp_path: Path
) -> None:
    """The module is named by its path below the root folder; connectors are found like apps."""
    module = load("team/apps.py", MODULE)
    for name in ("app", "connector"):
        assert resolver_args(getattr(module, name), tmp_path) == [
            "--resolver",
            RESOLVER,
            "--resolver-args",
            f"team.apps:{name}",
            "--",
        ]
    assert "apps:app" in resolver_args(module.app, tmp_path / "team")


def test_a_package_is_named_without_its_init_file(
    load: Callable[[str, str], ModuleType], tmp_path: Path
) -> None:
    """An app in a package's __init__.py belongs to the package."""
    module = load("team/__init__.py", MODULE)
    assert "team:app" in resolver_args(module.app, tmp_path)


def test_the_module_that_made_the_app_comes_first(
    load: Callable[[str, str], ModuleType], tmp_path: Path
) -> None:
    """A module that only imports the app may run more than the container should."""
    for importer in ("before.py", "after.py"):
        load(importer, "app = None")
    maker = load("maker.py", MODULE)
    for name in ("loaded.before", "loaded.after"):
        vars(sys.modules[name])["app"] = maker.app
    assert "maker:app" in resolver_args(maker.app, tmp_path)


def test_an_app_made_elsewhere_is_found_where_it_is_kept(
    load: Callable[[str, str], ModuleType], tmp_path: Path
) -> None:
    """A function may make the app; what counts is the variable that holds it."""
    module = load("keeper.py", "kept = None")
    app = AppEnvironment(name="app")
    assert resolver_args(app, tmp_path) == ["--"]
    vars(module)["kept"] = app
    assert "keeper:kept" in resolver_args(app, tmp_path)


def test_without_a_variable_or_a_root_there_is_no_resolver(
    load: Callable[[str, str], ModuleType], tmp_path: Path
) -> None:
    """An app in a list, outside the root folder, or without one, cannot be named."""
    module = load("team/apps.py", MODULE)
    (tmp_path / "other").mkdir()
    assert resolver_args(module.apps[0], tmp_path) == ["--"]
    assert resolver_args(module.app, tmp_path / "other") == ["--"]
    assert module.app.container_cmd(CONTEXT)[9:] == ["--"]


def test_folders_that_are_no_packages_are_left_out(
    load: Callable[[str, str], ModuleType], tmp_path: Path
) -> None:
    """A path that cannot be written as a module name cannot be imported either."""
    module = load("not-a-package/apps.py", MODULE)
    assert resolver_args(module.app, tmp_path) == ["--"]


def test_the_root_may_be_a_link(
    load: Callable[[str, str], ModuleType], tmp_path: Path
) -> None:
    """A root folder that is reached through a symbolic link is the same folder."""
    module = load("team/apps.py", MODULE)
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "team")
    assert "apps:app" in resolver_args(module.app, link)


def test_an_app_made_in_a_console_is_accepted() -> None:
    """Code without a file can make apps; they just cannot be found by name."""
    namespace: dict[str, Any] = {"__name__": "console"}
    exec(compile(MODULE, "<stdin>", "exec"), namespace)
    assert namespace["app"].name == "app"


# Imports


@pytest.mark.parametrize("heavy", ["pydantic", "grpc", "prometheus_client", "fsspec"])
def test_importing_apps_is_light(heavy: str) -> None:
    """`import flyte.app` must not import what only some functions need."""
    code = (
        "import sys, flyte, flyte.app;"
        "flyte.app.ConnectorEnvironment(name='a').container_args(None);"
        f"sys.exit({heavy!r} in sys.modules)"
    )
    path = {"PYTHONPATH": ":".join(sys.path)}
    subprocess.run([sys.executable, "-c", code], env=path, timeout=60, check=True)
