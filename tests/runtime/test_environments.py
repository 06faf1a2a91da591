"""Environments and task environments: construction, every refusal, dependencies, copies and tasks."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from typing import Any

import pytest

import flyte
from flyte._environment import list_loaded_environments
from flyte._reusable_environment import ReusePolicy
from flyte._task import AsyncFunctionTaskTemplate
from flyte.app import AppEnvironment
from flyte.extend import TaskPluginRegistry


class Unknown:
    """A value that no parameter accepts, with a short repr."""

    def __repr__(self) -> str:
        return "Unknown()"


async def double(x: int) -> int:
    """Double a number."""
    return 2 * x


def halve(x: int) -> float:
    """Halve a number."""
    return x / 2


REUSE = ReusePolicy(replicas=2)


# Construction


def test_the_name_is_enough() -> None:
    """An environment needs nothing but a name, and has the documented defaults."""
    environment = flyte.TaskEnvironment("train")
    fields = {
        field.name: getattr(environment, field.name)
        for field in dataclasses.fields(environment)
        if field.init
    }
    assert fields == {
        "name": "train",
        "depends_on": [],
        "pod_template": None,
        "description": None,
        "secrets": None,
        "env_vars": None,
        "resources": None,
        "interruptible": False,
        "image": "auto",
        "cache": "disable",
        "reusable": None,
        "plugin_config": None,
        "queue": None,
    }
    assert environment.tasks == {}


def test_defaults_are_not_shared() -> None:
    """Two environments have lists and tasks of their own."""
    first, second = flyte.TaskEnvironment("first"), flyte.TaskEnvironment("second")
    assert first.depends_on is not second.depends_on
    assert first.tasks is not second.tasks


@pytest.mark.parametrize(
    "name", ["a", "0", "train", "train-2", "train_2", "a-b_c", "1-2-3", "x" * 300]
)
def test_names_of_lower_case_words_are_accepted(name: str) -> None:
    """Words of lower-case letters and digits, joined by single hyphens or underscores, make a name."""
    assert flyte.TaskEnvironment(name).name == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Train",
        "a b",
        "-a",
        "a-",
        "a--b",
        "a_-b",
        "ü",
        "a.b",
        "a\n",
        "a/b",
        "\u0661",
    ],
)
@pytest.mark.parametrize("make", [flyte.Environment, flyte.TaskEnvironment])
def test_other_names_are_refused(make: Callable[[str], object], name: str) -> None:
    """Any other name is refused, with the rule and an example."""
    with pytest.raises(ValueError, match=r"^environment name") as caught:
        make(name)
    assert str(caught.value) == (
        f"environment name {name!r} must be lower-case letters and digits, "
        "in words joined by '-' or '_', such as 'my-env' or 'my_env'"
    )


WRONG_TYPES: list[tuple[dict[str, Any], str]] = [
    ({"name": 5}, "name must be a str, got int 5"),
    ({"name": None}, "name must be a str, got None"),
    ({"image": 5}, "image must be a str or an Image, got int 5"),
    ({"image": None}, "image must be a str or an Image, got None"),
    (
        {"image": flyte.Image},
        "image must be a str or an Image, got the class Image",
    ),
    (
        {"secrets": 5},
        "secrets must be a str, a Secret, a list of these, or None, got int 5",
    ),
    (
        {"secrets": ("a",)},
        "secrets must be a str, a Secret, a list of these, or None, got tuple ('a',)",
    ),
    ({"secrets": ["a", 5]}, "secrets[1] must be a str or a Secret, got int 5"),
    ({"depends_on": None}, "depends_on must be a list, got None"),
    ({"depends_on": ()}, "depends_on must be a list, got tuple ()"),
    ({"depends_on": ["a"]}, "depends_on[0] must be an Environment, got str 'a'"),
    (
        {"resources": {"cpu": 1}},
        "resources must be a Resources or None, got dict {'cpu': 1}",
    ),
    ({"env_vars": ["A=1"]}, "env_vars must be a dict or None, got list ['A=1']"),
    ({"env_vars": {1: "a"}}, "a name in env_vars must be a str, got int 1"),
    ({"env_vars": {"A": 1}}, "env_vars['A'] must be a str, got int"),
    ({"env_vars": {"A": None}}, "env_vars['A'] must be a str, got None"),
    (
        {"pod_template": 5},
        "pod_template must be a str, a PodTemplate or None, got int 5",
    ),
    ({"description": 5}, "description must be a str or None, got int 5"),
]


@pytest.mark.parametrize(("values", "message"), WRONG_TYPES)
@pytest.mark.parametrize(
    "make", [flyte.Environment, flyte.TaskEnvironment, AppEnvironment]
)
def test_wrong_types_are_refused(
    make: Callable[..., object], values: dict[str, Any], message: str
) -> None:
    """A value of the wrong type is a TypeError that names the parameter, the value and what is allowed."""
    with pytest.raises(TypeError) as caught:
        make(**{"name": "a", **values})
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        (
            {"reusable": 2},
            TypeError,
            "reusable must be a ReusePolicy or None, got int 2",
        ),
        (
            {"reusable": False},
            TypeError,
            "reusable must be a ReusePolicy or None, got bool False",
        ),
        ({"cache": 5}, TypeError, "cache must be a str or a Cache, got int 5"),
        ({"cache": None}, TypeError, "cache must be a str or a Cache, got None"),
        (
            {"cache": "atuo"},
            ValueError,
            "cache must be one of 'auto', 'override', 'disable', got str 'atuo'; "
            "did you mean 'auto'?",
        ),
        ({"queue": 5}, TypeError, "queue must be a str or None, got int 5"),
        (
            {"reusable": REUSE, "plugin_config": object()},
            ValueError,
            "environment 'a' cannot have both reusable and plugin_config",
        ),
    ],
)
def test_wrong_values_of_task_environments_are_refused(
    values: dict[str, Any], error: type[Exception], message: str
) -> None:
    """What only task environments have is checked too."""
    with pytest.raises(error) as caught:
        flyte.TaskEnvironment(**{"name": "a", **values})
    assert str(caught.value) == message


def test_long_values_are_cut_in_errors() -> None:
    """An error names a long value, but not in full."""
    resources: Any = ["x" * 1000]
    with pytest.raises(TypeError) as caught:
        flyte.TaskEnvironment("a", resources=resources)
    assert len(str(caught.value)) < 200


def test_values_of_env_vars_stay_out_of_errors() -> None:
    """A value of an environment variable may be confidential, so that only its type is named."""
    token: Any = b"hunter2"
    with pytest.raises(TypeError) as caught:
        flyte.TaskEnvironment("a", env_vars={"TOKEN": token})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "secrets", ["a", flyte.Secret("a"), ["a", flyte.Secret("b")], [], None]
)
def test_secrets_come_in_several_forms(secrets: Any) -> None:
    """A secret request is a key, a secret, or a list of both, and stays as it is."""
    assert flyte.TaskEnvironment("a", secrets=secrets).secrets is secrets


@pytest.mark.parametrize(
    ("length", "expected"), [(0, 0), (254, 254), (255, 255), (256, 255), (5000, 255)]
)
def test_long_descriptions_are_shortened(length: int, expected: int) -> None:
    """More than 255 characters are cut, and the cut is marked."""
    text = ("word " * 1001)[:length]
    description = flyte.TaskEnvironment("a", description=text).description
    assert description is not None
    assert len(description) == expected
    assert description == text or description == text[:247] + "...(tr.)"


# The list of environments


def test_environments_are_listed_in_load_order() -> None:
    """All kinds of environment, and copies, are listed in the order in which they were made."""
    before = len(list_loaded_environments())
    first = flyte.TaskEnvironment("first")
    second = AppEnvironment(name="second")
    third = first.clone_with("third")
    assert [id(item) for item in list_loaded_environments()[before:]] == [
        id(first),
        id(second),
        id(third),
    ]


@pytest.mark.parametrize(
    "make",
    [
        lambda: flyte.TaskEnvironment("Not a name"),
        lambda: flyte.TaskEnvironment("a", plugin_config=1, reusable=REUSE),
        lambda: AppEnvironment(name="a", port=0),
    ],
)
def test_refused_environments_are_not_listed(make: Callable[[], object]) -> None:
    """An environment that was refused leaves no trace."""
    before = len(list_loaded_environments())
    with pytest.raises((TypeError, ValueError)):
        make()
    assert len(list_loaded_environments()) == before


def test_the_list_is_a_copy() -> None:
    """Emptying the returned list does not empty the list of environments."""
    flyte.TaskEnvironment("kept")
    list_loaded_environments().clear()
    assert list_loaded_environments()


# Dependencies


def names(environment: flyte.Environment) -> list[str]:
    """Return the names of the dependencies."""
    return [dependency.name for dependency in environment.depends_on]


def test_dependencies_are_added_in_order_and_once() -> None:
    """Dependencies that are there already are not added again, and the order is that of the first mention."""
    base, a, b = (flyte.TaskEnvironment(name) for name in ("base", "a", "b"))
    base.add_dependency(a)
    base.add_dependency(b, a, b)
    base.add_dependency()
    assert names(base) == ["a", "b"]


def test_equal_environments_are_different_dependencies() -> None:
    """What counts is which environment it is, not what its fields are: each has tasks of its own."""
    base, one, other = (flyte.TaskEnvironment(name) for name in ("base", "a", "a"))
    base.add_dependency(one, other)
    assert base.depends_on[0] is one
    assert base.depends_on[1] is other


def test_the_list_of_the_caller_is_not_changed() -> None:
    """One list may be given to several environments without tying them together."""
    shared: list[flyte.Environment] = [flyte.TaskEnvironment("a")]
    first = flyte.TaskEnvironment("first", depends_on=shared)
    second = flyte.TaskEnvironment("second", depends_on=shared)
    first.add_dependency(second)
    assert names(first) == ["a", "second"]
    assert names(second) == ["a"]


def test_only_environments_are_dependencies() -> None:
    """Anything else is a TypeError, and nothing is added."""
    base, a = flyte.TaskEnvironment("base"), flyte.TaskEnvironment("a")
    other: Any = "b"
    with pytest.raises(TypeError) as caught:
        base.add_dependency(a, other)
    assert str(caught.value) == "a dependency must be an Environment, got str 'b'"
    assert names(base) == []


def test_an_environment_does_not_depend_on_itself() -> None:
    """Neither itself nor another environment of its name is accepted, in the constructor or later."""
    environment, twin = flyte.TaskEnvironment("a"), flyte.TaskEnvironment("a")
    message = "environment 'a' cannot depend on itself"
    for dependency in (environment, twin):
        with pytest.raises(ValueError, match=f"^{message}$"):
            environment.add_dependency(dependency)
        with pytest.raises(ValueError, match=f"^{message}$"):
            environment.clone_with("a", depends_on=[dependency])


def test_a_cycle_is_named() -> None:
    """The error spells out the whole way round, and nothing is added."""
    a, b, c, d = (flyte.TaskEnvironment(name) for name in "abcd")
    a.add_dependency(b)
    b.add_dependency(d, c)
    with pytest.raises(
        ValueError, match=r"^environment 'c' cannot depend on"
    ) as caught:
        c.add_dependency(d, a)
    assert str(caught.value) == (
        "environment 'c' cannot depend on 'a': that closes the cycle c -> a -> b -> c"
    )
    assert names(c) == []


def test_a_cycle_made_by_hand_does_not_hang() -> None:
    """Appending to the list bypasses the check; the search for cycles ends all the same."""
    a, b, c = (flyte.TaskEnvironment(name) for name in "abc")
    a.depends_on.append(b)
    b.depends_on.append(a)
    c.add_dependency(a)
    assert names(c) == ["a"]


def test_deep_chains_are_searched_without_recursion() -> None:
    """A chain longer than the recursion limit is no problem."""
    chain = [flyte.TaskEnvironment(f"e{index}") for index in range(3000)]
    for first, second in itertools.pairwise(chain):
        first.depends_on.append(second)
    with pytest.raises(ValueError, match="that closes the cycle e2999 -> e0 -> e1 ->"):
        chain[-1].add_dependency(chain[0])


# Copies


def full_environment() -> flyte.TaskEnvironment:
    """Make an environment with something in every field."""
    return flyte.TaskEnvironment(
        "full",
        depends_on=[flyte.TaskEnvironment("base")],
        pod_template="template",
        description="text",
        secrets=["secret"],
        env_vars={"A": "1"},
        resources=flyte.Resources(cpu=1),
        interruptible=True,
        image="image",
        cache="auto",
        reusable=REUSE,
        queue="queue",
    )


def test_a_copy_has_everything_but_the_name() -> None:
    """Without arguments, all fields are kept."""
    original = full_environment()
    copy = original.clone_with("copy")
    assert copy.name == "copy"
    assert dataclasses.replace(copy, name="full") == original


def test_a_copy_has_lists_and_dicts_of_its_own() -> None:
    """What is added to the copy does not appear in the original."""
    original = full_environment()
    copy = original.clone_with("copy")
    copy.depends_on.clear()
    assert isinstance(copy.env_vars, dict)
    copy.env_vars["B"] = "2"
    assert isinstance(copy.secrets, list)
    copy.secrets.append("other")
    assert original.env_vars == {"A": "1"}
    assert original.secrets == ["secret"]
    assert names(original) == ["base"]


def test_a_copy_has_no_tasks() -> None:
    """Tasks stay with the environment that declared them."""
    original = flyte.TaskEnvironment("original")
    original.task(double)
    assert original.clone_with("copy").tasks == {}


OVERRIDES: list[tuple[str, Any]] = [
    ("depends_on", []),
    ("pod_template", "other"),
    ("pod_template", None),
    ("description", "other"),
    ("description", ""),
    ("secrets", "other"),
    ("secrets", []),
    ("env_vars", {}),
    ("resources", flyte.Resources()),
    ("interruptible", False),
    ("image", "other"),
    ("cache", "override"),
    ("reusable", None),
    ("queue", "other"),
    ("queue", None),
    ("queue", ""),
]


@pytest.mark.parametrize(("field", "value"), OVERRIDES)
def test_every_field_can_be_replaced(field: str, value: Any) -> None:
    """A given value replaces the field, also an empty one; everything else is kept."""
    original = full_environment()
    copy = original.clone_with("copy", **{field: value})
    assert getattr(copy, field) == value
    assert (
        dataclasses.replace(copy, **{"name": "full", field: getattr(original, field)})
        == original
    )


def test_plugin_config_can_be_replaced() -> None:
    """The plugin configuration is a field like the others."""
    config = Unknown()
    copy = flyte.TaskEnvironment("a").clone_with("copy", plugin_config=config)
    assert copy.plugin_config is config


@pytest.mark.parametrize(
    "field",
    ["image", "resources", "env_vars", "secrets", "depends_on", "description", "cache"],
)
def test_none_keeps_what_cannot_be_none_or_is_documented_so(field: str) -> None:
    """None stands for "not given" for documented parameters, and where a field has no None."""
    original = full_environment()
    copy = original.clone_with("copy", **{field: None})
    assert getattr(copy, field) == getattr(original, field)


def test_unknown_keywords_are_refused() -> None:
    """A misspelt keyword is a TypeError with a suggestion; one that resembles nothing lists them all."""
    environment = flyte.TaskEnvironment("a")
    with pytest.raises(TypeError) as caught:
        environment.clone_with("b", reusabel=None)
    assert str(caught.value) == (
        "clone_with() got an unexpected keyword argument 'reusabel'; "
        "did you mean 'reusable'?"
    )
    with pytest.raises(TypeError) as caught:
        environment.clone_with("b", zzz=None)
    assert str(caught.value) == (
        "clone_with() got an unexpected keyword argument 'zzz'; the parameters are "
        "cache, depends_on, description, env_vars, image, interruptible, name, "
        "plugin_config, pod_template, queue, resources, reusable, secrets"
    )
    with pytest.raises(TypeError, match="unexpected keyword argument '_tasks'"):
        environment.clone_with("b", _tasks={})


def test_copies_are_checked() -> None:
    """What the constructor refuses, clone_with refuses."""
    environment = flyte.TaskEnvironment("a")
    with pytest.raises(ValueError, match="environment name 'B C' must be"):
        environment.clone_with("B C")
    with pytest.raises(TypeError, match="reusable must be a ReusePolicy"):
        environment.clone_with("b", reusable=5)


@dataclasses.dataclass
class TeamEnvironment(flyte.TaskEnvironment):
    """An environment as users derive them, with a field of its own."""

    team: str = "nobody"


def test_copies_keep_their_class() -> None:
    """A derived environment stays one, with its own fields, which can be replaced too."""
    original = TeamEnvironment("a", team="red")
    assert type(original.clone_with("b")) is TeamEnvironment
    assert original.clone_with("b").team == "red"
    assert original.clone_with("b", team="blue").team == "blue"


def test_plain_environments_are_copied_too() -> None:
    """The base class has clone_with as well, with interruptible among the other keywords."""
    copy = flyte.Environment("a", image="x").clone_with("b", interruptible=True)
    assert (type(copy), copy.name, copy.image) == (flyte.Environment, "b", "x")
    assert copy.interruptible


# Tasks


def test_a_function_becomes_a_task() -> None:
    """The decorator works with and without parentheses, on async and on plain functions."""
    environment = flyte.TaskEnvironment("env")
    bare = environment.task(double)
    called = environment.task()(halve)
    assert isinstance(bare, AsyncFunctionTaskTemplate)
    assert isinstance(called, AsyncFunctionTaskTemplate)
    assert environment.tasks == {"env.double": bare, "env.halve": called}
    assert (bare.func, called.func) == (double, halve)


def test_a_task_has_the_settings_of_its_environment() -> None:
    """What the decorator is not given comes from the environment."""
    environment = flyte.TaskEnvironment(
        "env",
        pod_template="template",
        secrets="secret",
        env_vars={"A": "1"},
        resources=flyte.Resources(cpu=1),
        interruptible=True,
        image="image:1",
        cache="auto",
        queue="queue",
    )
    task = environment.task(double)
    assert task.name == "env.double"
    assert task.short_name == "double"
    assert task.pod_template == "template"
    assert task.secrets == "secret"
    assert task.env_vars == {"A": "1"}
    assert task.resources is environment.resources
    assert task.interruptible is True
    assert task.image == flyte.Image.from_base("image:1")
    assert isinstance(task.cache, flyte.Cache)
    assert task.cache.behavior == "auto"
    assert task.queue == "queue"
    assert task.parent_env_name == "env"
    assert task.parent_env is not None
    assert task.parent_env() is environment
    assert task.max_inline_io_bytes == 10 * 1024 * 1024
    assert task.retries == flyte.RetryStrategy(count=0)
    assert (task.triggers, task.links) == ((), ())
    assert task.report is False


def test_the_decorator_overrides_the_environment() -> None:
    """What the decorator is given counts, also when it is false or empty."""
    environment = flyte.TaskEnvironment(
        "env", interruptible=True, cache="auto", queue="queue", pod_template="template"
    )
    trigger = flyte.Trigger.hourly()
    task = environment.task(
        short_name="short",
        cache="disable",
        retries=3,
        timeout=60,
        pod_template="",
        report=True,
        interruptible=False,
        max_inline_io_bytes=5,
        queue="",
        triggers=trigger,
    )(double)
    assert task.short_name == "short"
    assert isinstance(task.cache, flyte.Cache)
    assert task.cache.behavior == "disable"
    assert task.retries == flyte.RetryStrategy(count=3)
    assert task.timeout == 60
    assert task.pod_template == ""
    assert task.report is True
    assert task.interruptible is False
    assert task.max_inline_io_bytes == 5
    assert task.queue == ""
    assert task.triggers == (trigger,)


class Console:
    """A link as users write them."""

    name = "console"
    icon_uri: str | None = ""

    def get_link(
        self,
        run_name: str,
        project: str,
        domain: str,
        context: dict[str, str],
        parent_action_name: str,
        action_name: str,
        pod_name: str,
    ) -> str:
        """Return an address that names everything it is given."""
        parts = (run_name, project, domain, parent_action_name, action_name, pod_name)
        return "/".join((*parts, *context))


def test_one_link_or_trigger_is_as_good_as_several() -> None:
    """A single one, a tuple and a list all end as a tuple."""
    environment = flyte.TaskEnvironment("env")
    link, trigger = Console(), flyte.Trigger.daily()
    assert environment.task(links=link)(double).links == (link,)
    assert environment.task(links=(link, link))(double).links == (link, link)
    assert environment.task(triggers=(trigger,))(double).triggers == (trigger,)
    listed: Any = [trigger]
    assert environment.task(triggers=listed)(double).triggers == (trigger,)


def test_a_task_may_be_declared_again() -> None:
    """The last declaration counts, as in a notebook cell that runs twice."""
    environment = flyte.TaskEnvironment("env")
    environment.task(double)
    again = environment.task(double)
    assert environment.tasks == {"env.double": again}


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (
            {"pod_template": 5},
            TypeError,
            "pod_template must be a str, a PodTemplate or None, got int 5",
        ),
        ({"cache": 5}, TypeError, "cache must be a str or a Cache, got int 5"),
        (
            {"cache": "never"},
            ValueError,
            "cache must be one of 'auto', 'override', 'disable', got str 'never'",
        ),
        (
            {"triggers": "hourly"},
            TypeError,
            "triggers must be a Trigger or a tuple of these, got str 'hourly'",
        ),
        (
            {"links": (Unknown(),)},
            TypeError,
            "links must be a flyte.Link or a tuple of these, got Unknown Unknown()",
        ),
    ],
)
def test_wrong_options_are_refused(
    options: dict[str, Any], error: type[Exception], message: str
) -> None:
    """A wrong option is refused before the function is looked at."""
    with pytest.raises(error) as caught:
        flyte.TaskEnvironment("env").task(**options)
    assert str(caught.value) == message


def test_only_functions_become_tasks() -> None:
    """Whatever has no name or cannot be called is refused; so is a task."""
    environment = flyte.TaskEnvironment("env")
    decorate: Callable[[Any], Any] = environment.task
    with pytest.raises(TypeError, match=r"^a task is made of a function, got int 5$"):
        decorate(5)
    with pytest.raises(TypeError, match=r"^'env.double' is a task already$"):
        decorate(environment.task(double))


def test_variable_arguments_are_refused() -> None:
    """A task's inputs have names, so that *args and **kwargs have no place."""

    def positional(*args: int) -> None: ...

    def keyword(**kwargs: int) -> None: ...

    environment = flyte.TaskEnvironment("env")
    for function in (positional, keyword):
        with pytest.raises(ValueError, match=function.__name__):
            environment.task(function)
    assert environment.tasks == {}


def test_tasks_of_reusable_environments_have_no_pod_template() -> None:
    """The pod is shared, so that a task cannot have its own."""
    environment = flyte.TaskEnvironment("env", reusable=REUSE)
    with pytest.raises(ValueError, match=r"^a task of environment 'env'") as caught:
        environment.task(pod_template="template")
    assert str(caught.value) == (
        "a task of environment 'env' cannot have a pod_template, "
        "because the environment is reusable"
    )


def test_concurrent_tasks_are_async() -> None:
    """A plain function would block the others that run in the same process."""
    environment = flyte.TaskEnvironment("env", reusable=ReusePolicy(concurrency=4))
    environment.task(double)
    with pytest.raises(ValueError, match=r"^'halve' must be an async") as caught:
        environment.task(halve)
    assert str(caught.value) == (
        "'halve' must be an async function, because environment 'env' runs 4 tasks at "
        "a time in one container; write it with async def, "
        "or set the concurrency of reusable to 1"
    )
    flyte.TaskEnvironment("one", reusable=REUSE).task(halve)


class Cluster:
    """A plugin configuration that nobody registered."""


class RegisteredCluster:
    """A plugin configuration with a template."""


class ClusterTask(AsyncFunctionTaskTemplate[Any, Any, Any]):
    """The template for it."""


def test_plugins_bring_their_own_template() -> None:
    """The type of the plugin configuration decides the class of the task."""
    TaskPluginRegistry.register(RegisteredCluster, ClusterTask)
    config = RegisteredCluster()
    task = flyte.TaskEnvironment("env", plugin_config=config).task(double)
    assert type(task) is ClusterTask
    assert task.plugin_config is config


def test_unregistered_plugins_are_refused() -> None:
    """A configuration that no plugin understands is an error that says how to register one."""
    environment = flyte.TaskEnvironment("env", plugin_config=Cluster())
    with pytest.raises(ValueError, match=r"^no task plugin is registered") as caught:
        environment.task(double)
    assert str(caught.value) == (
        "no task plugin is registered for Cluster, the type of plugin_config in "
        "environment 'env'; register one with flyte.extend.TaskPluginRegistry.register"
    )


# from_task


def free_task(
    function: Callable[..., Any] = double, image: str = "auto", name: str = "task"
) -> AsyncFunctionTaskTemplate[..., Any, Any]:
    """Make a task that belongs to no environment."""
    environment = flyte.TaskEnvironment("temporary", image=image)
    task = environment.task(function)
    return dataclasses.replace(task, name=name, parent_env=None, parent_env_name=None)


def test_an_environment_of_free_tasks() -> None:
    """The tasks belong to the new environment and share its image."""
    first, second = free_task(name="first"), free_task(halve, name="second")
    environment = flyte.TaskEnvironment.from_task("env", first, second)
    assert environment.tasks == {"first": first, "second": second}
    assert environment.image == first.image
    for task in (first, second):
        assert task.parent_env is not None
        assert task.parent_env() is environment
        assert task.parent_env_name == "env"


def test_an_environment_of_no_tasks() -> None:
    """Without tasks the image is the default one."""
    assert flyte.TaskEnvironment.from_task("env").image == "auto"


def test_from_task_makes_the_class_it_is_called_on() -> None:
    """A derived class gets an environment of its own kind."""
    assert type(TeamEnvironment.from_task("env", free_task())) is TeamEnvironment


def test_from_task_refuses_owned_tasks() -> None:
    """A task belongs to one environment at most."""
    owner = flyte.TaskEnvironment("owner")
    task = owner.task(double)
    with pytest.raises(ValueError, match=r"^task 'owner") as caught:
        flyte.TaskEnvironment.from_task("env", task)
    assert (
        str(caught.value)
        == "task 'owner.double' belongs to environment 'owner' already"
    )


def test_from_task_refuses_different_images() -> None:
    """All tasks of an environment run in one image."""
    with pytest.raises(ValueError, match=r"^the tasks of environment 'env'") as caught:
        flyte.TaskEnvironment.from_task(
            "env", free_task(image="a"), free_task(image="b", name="other")
        )
    assert str(caught.value) == (
        "the tasks of environment 'env' must have the same image, got 2 different ones"
    )


def test_from_task_refuses_equal_names() -> None:
    """Of two tasks with one name, one would get lost."""
    with pytest.raises(ValueError, match=r"^two tasks have the name 'task'$"):
        flyte.TaskEnvironment.from_task("env", free_task(), free_task())


def test_from_task_refuses_other_things() -> None:
    """A function is not a task yet."""
    make: Callable[..., object] = flyte.TaskEnvironment.from_task
    with pytest.raises(
        TypeError, match=r"^a task must be a TaskTemplate, got function"
    ):
        make("env", double)
