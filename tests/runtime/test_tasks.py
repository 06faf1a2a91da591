"""Tasks: how settings are completed, calls, overrides, the command line, and the registry of plugins."""

from __future__ import annotations

import asyncio
import copy
import importlib.util
import inspect
import sys
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import flyte
from flyte._cache.cache import Cache
from flyte._image import Image
from flyte._internal.imagebuild.image_builder import ImageCache
from flyte._resources import Resources
from flyte._retry import RetryStrategy
from flyte._reusable_environment import ReusePolicy
from flyte.errors import BaseRuntimeError, RuntimeSystemError, RuntimeUserError
from flyte.extend import AsyncFunctionTaskTemplate, TaskPluginRegistry, TaskTemplate
from flyte.models import CodeBundle, NativeInterface, SerializationContext
from flyte_runtime import task_plugins


def double(x: int) -> int:
    """Return twice the number."""
    return 2 * x


async def triple(x: int) -> int:
    """Return three times the number."""
    return 3 * x


def fail(error: Exception) -> None:
    """Raise an error."""
    raise error


def task(function: Any = double, **settings: Any) -> Any:
    """Make a task of a function."""
    return AsyncFunctionTaskTemplate(
        name=f"env.{function.__name__}",
        interface=NativeInterface.from_callable(function),
        func=function,
        **settings,
    )


@contextmanager
def refused(error: type[Exception], message: str) -> Iterator[None]:
    """Expect an error with exactly this message."""
    with pytest.raises(error) as raised:
        yield
    assert str(raised.value) == message


# Construction


def test_short_forms_are_completed() -> None:
    """Image, cache, retries and short name become what they stand for."""
    made = task()

    assert made.image == Image.from_debian_base()
    assert made.cache == Cache(behavior="disable")
    assert made.retries == RetryStrategy(count=0)
    assert made.short_name == "env.double"
    assert (made.task_type, made.task_type_version) == ("python", 0)


def test_other_short_forms() -> None:
    """An image may be a reference, a cache a behaviour, and retries a number."""
    made = task(image="ghcr.io/org/image:1", cache="auto", retries=3, short_name="d")

    assert made.image == Image.from_base("ghcr.io/org/image:1")
    assert made.cache == Cache(behavior="auto")
    assert made.retries == RetryStrategy(count=3)
    assert made.short_name == "d"


def test_full_forms_stay() -> None:
    """Objects are kept as they are."""
    given: dict[str, Any] = {
        "image": Image.from_base("ghcr.io/org/image:1"),
        "cache": Cache(behavior="override"),
        "retries": RetryStrategy(count=1),
    }

    made = task(**given)

    for name, value in given.items():
        assert getattr(made, name) is value, name


def test_an_unknown_cache_behaviour_is_refused() -> None:
    """A misspelled behaviour does not pass silently."""
    with pytest.raises(ValueError, match=r"^behavior must be one of"):
        task(cache="sometimes")


def test_templates_take_keywords_only() -> None:
    """All fields are keyword-only, in the documented order, with the documented defaults."""
    parameters = inspect.signature(AsyncFunctionTaskTemplate).parameters

    assert {one.kind for one in parameters.values()} == {inspect.Parameter.KEYWORD_ONLY}
    assert [
        name
        for name, one in parameters.items()
        if one.default is inspect.Parameter.empty
    ] == ["name", "interface", "func"]
    assert list(parameters)[-3:] == ["_call_as_synchronous", "func", "plugin_config"]
    assert parameters["debuggable"].default is True
    assert parameters["max_inline_io_bytes"].default == 10485760
    assert inspect.signature(TaskTemplate).parameters["debuggable"].default is False


def test_synchronous_functions_are_marked() -> None:
    """A task knows whether a call of it returns the result."""
    assert vars(task(double))["_call_as_synchronous"] is True
    assert vars(task(triple))["_call_as_synchronous"] is False


def test_a_copy_belongs_to_no_environment() -> None:
    """The weak reference to the environment is neither copied nor pickled."""
    environment = flyte.TaskEnvironment("tasks-copy")
    made = task(parent_env=weakref.ref(environment), parent_env_name="tasks-copy")

    copied = copy.copy(made)

    assert "parent_env" not in made.__getstate__()
    assert made.parent_env() is environment
    assert (copied.parent_env, copied.parent_env_name) == (None, "tasks-copy")
    assert copied.func is double


# Properties


def test_properties_of_a_function_task() -> None:
    """A task of a function knows its interface and its file."""
    made = task()

    assert made.native_interface is made.interface
    assert made.source_file == __file__
    assert task(double).ref is False


def test_a_task_without_a_function_has_no_file() -> None:
    """A template that wraps no function is defined in no file, nor is a callable without code."""
    made: Any = TaskTemplate(name="a", interface=NativeInterface({}, {}))
    builtin: Any = AsyncFunctionTaskTemplate(
        name="b", interface=NativeInterface({}, {}), func=len
    )

    assert made.source_file is None
    assert builtin.source_file is None


# Calls


def test_a_call_of_a_synchronous_task_returns_the_result() -> None:
    """Outside a run, a task is its function."""
    assert task()(2) == 4
    assert task()(x=3) == 6
    assert task().forward(4) == 8


def test_a_call_of_an_asynchronous_task_returns_a_coroutine() -> None:
    """The coroutine of an asynchronous function is the caller's to await."""

    async def main() -> tuple[int, int]:
        called = task(triple)(2)
        assert inspect.iscoroutine(called)
        return await called, await task(triple).forward(3)

    assert asyncio.run(main()) == (6, 9)


@pytest.mark.parametrize(("function", "expected"), [(double, 4), (triple, 6)])
def test_both_can_be_awaited(function: Any, expected: int) -> None:
    """`aio` leads to the result of both kinds of task."""
    assert asyncio.run(task(function).aio(2)) == expected
    assert asyncio.run(task(function).aio(x=2)) == expected


def test_an_error_of_a_call_is_wrapped() -> None:
    """An error in the function is an error of the user, with the original as its cause."""
    original = KeyError("missing")

    with pytest.raises(RuntimeUserError) as raised:
        task(fail)(original)

    assert raised.value.__cause__ is original
    assert (raised.value.code, raised.value.kind, raised.value.worker) == (
        "KeyError",
        "user",
        None,
    )
    assert str(raised.value) == "'missing'"


def test_wrong_arguments_are_an_error_of_the_user() -> None:
    """A call that does not fit the function says what Python says."""
    with pytest.raises(RuntimeUserError) as raised:
        task()(1, 2)

    assert raised.value.code == "TypeError"
    assert str(raised.value) == "double() takes 1 positional argument but 2 were given"


@pytest.mark.parametrize(
    "error", [RuntimeSystemError("Bad", "no"), RuntimeUserError("Bad", "no", "w1")]
)
def test_errors_of_runs_stay(error: BaseRuntimeError) -> None:
    """An error that already says whose fault it is, is not wrapped again."""
    with pytest.raises(BaseRuntimeError) as raised:
        task(fail)(error)

    assert raised.value is error


def test_an_awaited_task_raises_its_error() -> None:
    """`aio` raises the error of the task itself."""
    with pytest.raises(KeyError):
        asyncio.run(task(fail).aio(KeyError("missing")))


def test_a_template_alone_cannot_be_executed() -> None:
    """What wraps nothing and is no plugin says so, however it is called."""
    made: Any = TaskTemplate(name="a", interface=NativeInterface({}, {}))
    message = "TaskTemplate does not say how task 'a' is executed; override execute"

    for coroutine in (made(), made.aio(), made.forward(), made.execute()):
        with refused(NotImplementedError, message):
            asyncio.run(coroutine)


class Plugin(TaskTemplate[..., Any, Any]):
    """A task that says itself how it is executed."""

    async def execute(self, **kwargs: Any) -> Any:
        """Wait for a moment and return the inputs."""
        await asyncio.sleep(0)
        return kwargs


def plugin(**settings: Any) -> Any:
    """Make a task with two inputs, one of them with a default."""
    inputs: Any = {"x": (int, inspect.Parameter.empty), "y": (int, 0)}
    return Plugin(name="env.plugin", interface=NativeInterface(inputs, {}), **settings)


def test_a_call_executes_a_plugin() -> None:
    """A task without a function is executed by its plugin, with inputs by name and defaults added."""
    made = plugin()

    for coroutine in (made(1), made(x=1), made.aio(1), made.forward(1, 0)):
        assert asyncio.run(coroutine) == {"x": 1, "y": 0}


def test_a_synchronous_plugin_returns_its_result() -> None:
    """A call returns the result itself if the task says so, also below a running event loop."""
    made = plugin(_call_as_synchronous=True)

    async def below_a_loop() -> tuple[Any, Any]:
        return made(1), await made.aio(2)

    assert made(1, y=2) == {"x": 1, "y": 2}
    assert asyncio.run(below_a_loop()) == ({"x": 1, "y": 0}, {"x": 2, "y": 0})


class Hooked(AsyncFunctionTaskTemplate[..., Any, Any]):
    """A task that notes when its hooks are called."""

    async def pre(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Note the inputs."""
        self.noted: list[Any] = [(args, kwargs)]
        return {}

    async def post(self, return_vals: Any) -> Any:
        """Note the result, and return nothing."""
        self.noted.append(return_vals)


@pytest.mark.parametrize(("function", "expected"), [(double, 4), (triple, 6)])
def test_a_function_is_executed_between_its_hooks(function: Any, expected: int) -> None:
    """The hooks see inputs and result of both kinds of function; what the last one returns is left alone."""
    interface = NativeInterface.from_callable(function)
    made = Hooked(name="env.task", interface=interface, func=function)

    assert asyncio.run(made.execute(2)) == expected
    assert made.noted == [((2,), {}), expected]


def test_extension_points_do_nothing_by_default() -> None:
    """What plugins override returns nothing to begin with."""
    made: Any = TaskTemplate(name="a", interface=NativeInterface({}, {}))
    context = SerializationContext(version="1")

    assert made.config(context) == {}
    assert made.custom_config(context) == {}
    assert made.container_args(context) == []
    assert made.sql(context) is None
    assert made.data_loading_config(context) is None
    assert asyncio.run(made.pre(1, a=2)) == {}
    assert asyncio.run(made.post("result")) == "result"


# Overrides


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"short_name": "other"}, {"short_name": "other"}),
        ({"resources": Resources(cpu=2)}, {"resources": Resources(cpu=2)}),
        ({"cache": "auto"}, {"cache": Cache(behavior="auto")}),
        ({"retries": 2}, {"retries": RetryStrategy(count=2)}),
        ({"timeout": timedelta(minutes=1)}, {"timeout": timedelta(minutes=1)}),
        ({"timeout": 0}, {"timeout": 0}),
        ({"env_vars": {}}, {"env_vars": {}}),
        ({"secrets": "key"}, {"secrets": "key"}),
        ({"max_inline_io_bytes": 0}, {"max_inline_io_bytes": 0}),
        ({"pod_template": "small"}, {"pod_template": "small"}),
        ({"queue": "fast"}, {"queue": "fast"}),
        ({"interruptible": True}, {"interruptible": True}),
        ({"report": True, "debuggable": False}, {"report": True, "debuggable": False}),
    ],
    ids=str,
)
def test_overrides_change_what_they_name(
    changes: dict[str, Any], expected: dict[str, Any]
) -> None:
    """A copy has the new settings, the task itself the old ones, and nothing else changes."""
    made = task(env_vars={"A": "1"}, timeout=10, pod_template="large", queue="slow")
    before = dict(vars(made))

    changed = made.override(**changes)

    assert vars(made) == before
    assert type(changed) is AsyncFunctionTaskTemplate
    assert vars(changed) == {**before, **expected}


def test_an_empty_override_is_an_equal_copy() -> None:
    """Without arguments, everything stays, the pod template included."""
    made = task(retries=3, pod_template="large", interruptible=True, links=())

    assert made.override() == made
    assert made.override() is not made


@pytest.mark.parametrize("name", ["name", "image", "docs", "interface"])
def test_some_fields_cannot_be_overridden(name: str) -> None:
    """What makes a task this task stays."""
    with refused(ValueError, f"the {name} of a task cannot be overridden"):
        task().override(**{name: None})


@pytest.mark.parametrize("name", ["resource", "ref"])
def test_unknown_fields_cannot_be_overridden(name: str) -> None:
    """A misspelled field is an error, and so is one that callers cannot set."""
    with pytest.raises(TypeError) as raised:
        task().override(**{name: None})

    assert (
        str(raised.value)
        == f"AsyncFunctionTaskTemplate has no field {name!r} to override"
    )


@pytest.mark.parametrize(
    "shared",
    [{"resources": Resources(cpu=1)}, {"env_vars": {"A": "1"}}, {"secrets": "key"}],
    ids=str,
)
def test_what_reused_containers_share_cannot_be_overridden(
    shared: dict[str, Any],
) -> None:
    """Resources, variables and secrets of a reused container are the environment's, unless reuse is off."""
    made = task(reusable=ReusePolicy(replicas=1))
    (name,) = shared

    with refused(
        ValueError,
        f"cannot override {name} of a task that reuses containers, they have those of the environment; "
        "pass reusable='off' as well to run the task in a container of its own",
    ):
        made.override(**shared)
    changed = made.override(reusable="off", **shared)
    assert changed.reusable is None
    assert getattr(changed, name) == shared[name]


def test_reuse_can_be_switched() -> None:
    """A task can be made to reuse containers, or to stop doing so."""
    policy = ReusePolicy(replicas=1)

    assert task().override(reusable=policy).reusable is policy
    assert task(reusable=policy).override().reusable is policy
    assert task(reusable=policy).override(reusable="off").reusable is None


# The command line

START = [
    "a0",
    "--inputs",
    "{{.input}}",
    "--outputs-path",
    "{{.outputPrefix}}",
    "--version",
    "v1",
    "--raw-data-path",
    "{{.rawOutputDataPrefix}}",
    "--checkpoint-path",
    "{{.checkpointOutputPrefix}}",
    "--prev-checkpoint",
    "{{.prevCheckpointPrefix}}",
    "--run-name",
    "{{.runName}}",
    "--name",
    "{{.actionName}}",
]
RESOLVER = ["--resolver", "flyte._internal.resolvers.default.DefaultTaskResolver"]
HERE = Path(__file__).parent
BY_MODULE = [*RESOLVER, "mod", "test_tasks", "instance", "double"]


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        ({"root_dir": HERE}, BY_MODULE),
        (
            {"root_dir": HERE.parent},
            [*RESOLVER, "mod", "runtime.test_tasks", "instance", "double"],
        ),
        (
            {
                "root_dir": HERE,
                "code_bundle": CodeBundle(computed_version="1", tgz="s3://b/c.tgz"),
            },
            ["--tgz", "s3://b/c.tgz", "--dest", ".", *BY_MODULE],
        ),
        (
            {
                "code_bundle": CodeBundle(
                    computed_version="1", pkl="s3://b/c.pkl", destination="/root"
                )
            },
            ["--pkl", "s3://b/c.pkl", "--dest", "/root"],
        ),
        (
            {"root_dir": HERE, "image_cache": ImageCache(image_lookup={"e": "i"})},
            [
                "--image-cache",
                "H4sIAAAAAAAC/6tWysxNTE+Nz8nPzy4tULKqVkpVslLKVKqtBQAZgRaiGgAAAA==",
                *BY_MODULE,
            ],
        ),
        (
            {
                "root_dir": HERE,
                "image_cache": ImageCache(image_lookup={}, serialized_form="x"),
            },
            ["--image-cache", "x", *BY_MODULE],
        ),
    ],
    ids=[
        "module",
        "package",
        "archive",
        "pickle",
        "images",
        "serialized images",
    ],
)
def test_the_command_line(context: dict[str, Any], expected: list[str]) -> None:
    """The container is told where its data and code are, and how to find the task."""
    arguments = task().container_args(SerializationContext(version="v1", **context))

    assert arguments == [*START, *expected]


def test_paths_of_the_context_are_used() -> None:
    """Inputs and outputs can be elsewhere."""
    arguments = task().container_args(
        SerializationContext(
            version="v1", input_path="in.pb", output_path="out", root_dir=HERE
        )
    )

    assert arguments[1:5] == ["--inputs", "in.pb", "--outputs-path", "out"]


def test_installed_tasks_are_found_by_their_own_name() -> None:
    """A task of an installed package is imported from there, wherever the root folder is."""
    made = task(pytest.importorskip)

    arguments = made.container_args(SerializationContext(version="v1", root_dir=HERE))

    assert arguments[-3:] == ["_pytest.outcomes", "instance", "importorskip"]


def test_the_main_program_is_found_by_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A task in a script is imported by the name of its file."""
    script = tmp_path / "jobs" / "daily.py"
    script.parent.mkdir()
    script.write_text("def work() -> None: ...\n", encoding="utf-8")
    specification = importlib.util.spec_from_file_location("__main__", script)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    monkeypatch.setitem(sys.modules, "__main__", module)
    specification.loader.exec_module(module)

    arguments = task(module.work).container_args(
        SerializationContext(version="v1", root_dir=tmp_path)
    )

    assert arguments[-3:] == ["jobs.daily", "instance", "work"]


def test_the_root_folder_must_be_known() -> None:
    """Without a root folder, the module of the task has no name."""
    with pytest.raises(RuntimeSystemError) as raised:
        task().container_args(SerializationContext(version="v1"))

    assert raised.value.code == "SerializationError"
    assert str(raised.value) == (
        "task 'env.double' is found by its module: set root_dir of the serialization context to the folder "
        "that modules are named from"
    )


def test_the_module_must_be_below_the_root_folder(tmp_path: Path) -> None:
    """A module elsewhere could not be imported in the container."""
    with refused(
        ValueError,
        f"Object double module file {__file__} is not relative to source directory {tmp_path} "
        "and is not an installed package.",
    ):
        task().container_args(SerializationContext(version="v1", root_dir=tmp_path))


def test_a_function_must_have_a_module() -> None:
    """A function made at run time cannot be imported."""
    made: dict[str, Any] = {"__name__": "nowhere"}
    exec("def work() -> None: ...", made)

    with refused(ValueError, "Object work has no module."):
        task(made["work"]).container_args(
            SerializationContext(version="v1", root_dir=HERE)
        )


# Plugins


@dataclass
class Settings:
    """The configuration of a plugin."""


@dataclass(kw_only=True)
class PluginTask(AsyncFunctionTaskTemplate[..., Any, Any]):
    """The task template of a plugin."""

    task_type: str = "plugin"

    def __post_init__(self) -> None:
        """Complete the settings as every task does, and show another name."""
        super().__post_init__()
        self.short_name = f"plugin {self.short_name}"


@pytest.fixture
def empty_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty the registry of plugins for a test."""
    monkeypatch.setattr(TaskPluginRegistry, "plugins", {})


@pytest.mark.usefixtures("empty_registry")
def test_plugins_are_found_by_the_type_of_their_configuration() -> None:
    """A registered template is found, and the last registration counts."""
    assert TaskPluginRegistry.find(config_type=Settings) is None

    TaskPluginRegistry.register(
        config_type=Settings, plugin=AsyncFunctionTaskTemplate[..., Any, Any]
    )
    TaskPluginRegistry.register(Settings, PluginTask)

    assert TaskPluginRegistry.find(Settings) is PluginTask
    assert TaskPluginRegistry.list_plugins() == [Settings]


@pytest.mark.parametrize(
    ("config_type", "plugin", "message"),
    [
        (
            Settings(),
            PluginTask,
            "config_type must be a class, got Settings()",
        ),
        (Settings, "PluginTask", "plugin must be a class, got 'PluginTask'"),
        (
            Settings,
            Settings,
            "plugin must derive from AsyncFunctionTaskTemplate, Settings does not",
        ),
    ],
)
@pytest.mark.usefixtures("empty_registry")
def test_other_things_are_no_plugins(
    config_type: Any, plugin: Any, message: str
) -> None:
    """What could never make a task is refused when it is registered."""
    with refused(TypeError, message):
        TaskPluginRegistry.register(config_type, plugin)
    assert TaskPluginRegistry.list_plugins() == []


def test_a_plugin_may_extend_construction() -> None:
    """A template of a plugin keeps what the SDK completes."""
    made: Any = PluginTask(
        name="env.double", interface=NativeInterface.from_callable(double), func=double
    )

    assert made.short_name == "plugin env.double"
    assert made.retries == RetryStrategy(count=0)
    assert made.task_type == "plugin"
    assert made(2) == 4


@pytest.mark.usefixtures("empty_registry")
def test_an_environment_makes_tasks_of_its_plugin() -> None:
    """The configuration of an environment decides what its tasks are made of."""
    TaskPluginRegistry.register(Settings, PluginTask)
    environment = flyte.TaskEnvironment("tasks-plugin", plugin_config=Settings())

    made = environment.task(double)

    assert type(made) is PluginTask
    assert made.plugin_config == Settings()
    assert task_plugins.find_plugin(TaskPluginRegistry, Settings) is PluginTask
