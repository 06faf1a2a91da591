"""Tasks and environments on the wire, beyond what the comparison with the published SDK covers: order, texts, refusals."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import flyte
from flyte import Image, PodTemplate, ReusePolicy, TaskEnvironment, Timeout
from flyte._doc import Documentation
from flyte._environment import Environment
from flyte._internal.imagebuild.image_builder import ImageCache
from flyte._internal.runtime.task_serde import get_proto_task, translate_task_to_wire
from flyte.app import AppEnvironment
from flyte.errors import RuntimeSystemError, RuntimeUserError
from flyte.extend import AsyncFunctionTaskTemplate
from flyte.models import CodeBundle, NativeInterface, SerializationContext
from flyte.serialization import (
    environment_to_proto,
    task_to_proto,
    to_bytes,
    to_json,
)

ROOT = Path(__file__).parents[2]
CONTEXT = SerializationContext(version="v1", root_dir=Path(__file__).parent)


def add(x: int, y: int = 0, *, text: str = "", flag: bool = False) -> int:
    """Add numbers.

    Args:
        x: The first number.
    """
    return x + y


def made(**settings: Any) -> Any:
    """Return a task with some settings."""
    return TaskEnvironment("env").task(**settings)(add)


# Tasks


def test_a_task_without_settings() -> None:
    """Names, version and command line are there, and nothing that was not asked for."""
    spec = task_to_proto(made(), CONTEXT)
    template = spec.task_template
    assert (template.id.name, template.id.version) == ("env.add", "v1")
    assert (spec.short_name, spec.environment.name) == ("add", "env")
    module = Path(__file__).stem
    assert template.container.args[-4:] == ["mod", module, "instance", "add"]
    assert template.metadata.runtime.version == "2.0.0b44"
    for absent in ("custom", "k8s_pod", "sql", "security_context"):
        assert not template.HasField(absent)


def test_falsy_defaults_are_kept() -> None:
    """0, the empty text and False are defaults like any other."""
    defaults = task_to_proto(made(), CONTEXT).default_inputs
    assert [default.name for default in defaults] == ["y", "text", "flag"]


@pytest.mark.parametrize(
    ("timeout", "seconds"),
    [
        (0, 0),
        (24 * 3600, 86400),
        (timedelta(hours=26), 93600),
        (timedelta(days=400), 34560000),
        (Timeout(max_runtime=timedelta(seconds=1, milliseconds=500)), 1.5),
        (Timeout(max_runtime=90000, max_queued_time=1), 90000),
    ],
)
def test_timeouts_are_exact(timeout: Any, seconds: float) -> None:
    """A duration of days does not become what is left of its last day."""
    duration = task_to_proto(made(timeout=timeout), CONTEXT).task_template.metadata
    assert duration.timeout.ToTimedelta() == timedelta(seconds=seconds)


@pytest.mark.parametrize("timeout", [-1, timedelta(hours=-1)])
def test_negative_timeouts_are_refused(timeout: Any) -> None:
    """A negative duration wraps round to no value at all."""
    with pytest.raises(ValueError, match=r"timeout must not be negative, got "):
        task_to_proto(made(timeout=timeout), CONTEXT)


def test_documentation_comes_from_the_function_unless_given() -> None:
    """The docstring describes task and inputs; documentation of the task wins over its text."""
    spec = task_to_proto(made(), CONTEXT)
    assert spec.documentation.short_description == "Add numbers."
    inputs = spec.task_template.interface.inputs.variables
    assert inputs["x"].description == "The first number."
    own = made(docs=Documentation(description=f"Own.\n\n{'d' * 3000}"))
    documentation = task_to_proto(own, CONTEXT).documentation
    assert documentation.short_description == "Own."
    assert len(documentation.long_description) == 2048
    assert documentation.long_description.endswith("...(tr.)")


def test_the_names_of_the_published_sdk() -> None:
    """Code that was written for its import paths runs."""
    task = made()
    assert (
        get_proto_task(task, CONTEXT)
        == translate_task_to_wire(task, serialization_context=CONTEXT).task_template
    )
    spec = task_to_proto(task, CONTEXT)
    wire = translate_task_to_wire(task, CONTEXT, list(spec.default_inputs))
    assert wire.default_inputs == spec.default_inputs


def test_a_task_without_environment_is_refused() -> None:
    """Nobody knows its image."""
    template = AsyncFunctionTaskTemplate(
        name="lonely", func=add, interface=NativeInterface.from_callable(add)
    )
    with pytest.raises(RuntimeSystemError) as caught:
        task_to_proto(template, CONTEXT)
    assert str(caught.value) == (
        "task 'lonely' belongs to no environment; make one with TaskEnvironment.from_task"
    )
    TaskEnvironment.from_task("home", template)
    assert task_to_proto(template, CONTEXT).environment.name == "home"


def test_an_image_that_was_not_built_is_refused() -> None:
    """The error says for which environments images were built."""
    context = SerializationContext(
        version="v1",
        root_dir=Path(__file__).parent,
        image_cache=ImageCache(image_lookup={"b": "1", "a": "2"}),
    )
    with pytest.raises(RuntimeUserError) as caught:
        task_to_proto(made(), context)
    assert str(caught.value) == (
        "no image was built for environment 'env'; images were built for a, b. "
        "Name the environment in depends_on of the one that is deployed"
    )
    # An image that nobody has to build is not looked for.
    task = TaskEnvironment("env", image="r/i:1").task(add)
    assert task_to_proto(task, context).task_template.container.image == "r/i:1"


def test_an_image_of_the_configuration_is_refused() -> None:
    """The configuration is not read here."""
    task = TaskEnvironment("env", image=Image.from_ref_name("gpu")).task(add)
    with pytest.raises(ValueError, match="the image 'gpu' is one that the config"):
        task_to_proto(task, CONTEXT)


def test_reuse_depends_on_what_is_shared() -> None:
    """Tasks share containers whose settings agree, whatever their arguments are."""

    def version(environment: TaskEnvironment, context: Any = CONTEXT) -> object:
        template = task_to_proto(environment.task(add), context).task_template
        assert template.type == template.custom["type"] == "actor"
        return template.custom["version"]

    def environment(**settings: Any) -> TaskEnvironment:
        return TaskEnvironment("env", reusable=ReusePolicy(), **settings)

    bundle = CodeBundle(computed_version="c", tgz="t")
    other = SerializationContext(
        version="v2", root_dir=CONTEXT.root_dir, code_bundle=bundle
    )
    assert version(environment()) == version(environment())
    assert version(environment()) != version(environment(env_vars={"A": "1"}))
    assert version(environment()) != version(environment(secrets="key"))
    assert version(environment()) != version(environment(), other)


def test_reuse_and_a_configuration_of_its_own_are_refused() -> None:
    """Both would be the custom part of the task."""

    class Tool(AsyncFunctionTaskTemplate[Any, Any, Any]):
        def custom_config(self, sctx: SerializationContext) -> dict[str, str]:
            return {"a": "1"}

    task = Tool(
        name="tool",
        func=add,
        interface=NativeInterface.from_callable(add),
        reusable=ReusePolicy(),
        parent_env_name="env",
    )
    with pytest.raises(ValueError, match="task 'tool' cannot reuse containers: its pl"):
        task_to_proto(task, CONTEXT)


# Pods


class Client:
    """Stands in for the client of the optional package: turns objects into what Kubernetes reads."""

    def sanitize_for_serialization(self, spec: Any) -> Any:
        if isinstance(spec, list):
            return [self.sanitize_for_serialization(one) for one in spec]
        if isinstance(spec, SimpleNamespace):
            return {
                name: self.sanitize_for_serialization(value)
                for name, value in vars(spec).items()
                if value is not None
            }
        return spec


def container(**values: Any) -> SimpleNamespace:
    """Return a container of a pod template."""
    return SimpleNamespace(**{"name": "primary", "image": None, **values})


@pytest.fixture
def kubernetes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a small client in place of the optional package."""
    fake = SimpleNamespace(ApiClient=Client)
    monkeypatch.setitem(sys.modules, "kubernetes", SimpleNamespace(client=fake))
    monkeypatch.setitem(sys.modules, "kubernetes.client", fake)


@pytest.mark.usefixtures("kubernetes")
def test_a_pod_is_completed_and_its_template_stays() -> None:
    """The primary container gets what the task says; the template can serve the next task."""
    primary = container(env=[{"name": "B", "value": "2"}])
    image = Image.from_base("side")
    spec = SimpleNamespace(containers=[container(name="side", image=image), primary])
    template = PodTemplate(pod_spec=spec, labels={"l": "1"})
    environment = TaskEnvironment(
        "env",
        image="main",
        env_vars={"A": "1"},
        pod_template=template,
        resources=flyte.Resources(cpu=(1, 2)),
    )
    wire = task_to_proto(environment.task(add), CONTEXT).task_template
    assert not wire.HasField("container")
    assert dict(wire.config) == {"primary_container_name": "primary"}
    assert dict(wire.k8s_pod.metadata.labels) == {"l": "1"}
    pod = json.loads(to_json(wire))["k8sPod"]["podSpec"]
    side, completed = pod["containers"]
    assert side == {"name": "side", "image": "side"}
    assert completed["image"] == "main"
    assert completed["args"][0] == "a0"
    assert [one["name"] for one in completed["env"]] == ["A", "B"]
    assert completed["resources"] == {"requests": {"cpu": "1"}, "limits": {"cpu": "2"}}
    assert spec.containers[0].image is image
    assert vars(primary) == {**vars(container()), "env": primary.env}


@pytest.mark.usefixtures("kubernetes")
def test_a_pod_template_by_itself() -> None:
    """The template alone becomes a pod as well, an empty one if it has none."""
    template = PodTemplate(SimpleNamespace(containers=[container()]), "main")
    pod = template.to_k8s_pod()
    assert pod.primary_container_name == "main"
    assert json.loads(to_json(pod))["podSpec"] == {"containers": [{"name": "primary"}]}
    assert not PodTemplate().to_k8s_pod().pod_spec


@pytest.mark.usefixtures("kubernetes")
@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (None, "the pod template has no pod_spec"),
        (
            SimpleNamespace(containers=[container(name="a"), container(name="b")]),
            "the pod template has no container 'primary', which is its primary one; "
            "the containers are 'a', 'b'",
        ),
        (
            SimpleNamespace(containers=[]),
            "the pod template has no container 'primary', which is its primary one; "
            "the containers are none",
        ),
    ],
)
def test_pods_without_primary_container_are_refused(spec: Any, message: str) -> None:
    """The error names the containers there are."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        task_to_proto(made(pod_template=PodTemplate(spec)), CONTEXT)
    assert str(caught.value) == message


def test_pods_need_the_optional_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it the error says what to install."""
    # Another test may have imported the module itself.
    for name in ("kubernetes", "kubernetes.client"):
        monkeypatch.setitem(sys.modules, name, None)
    template = PodTemplate(SimpleNamespace(containers=[container()]))
    for serialize in (
        template.to_k8s_pod,
        lambda: task_to_proto(made(pod_template=template), CONTEXT),
    ):
        with pytest.raises(ImportError) as caught:
            serialize()
        assert str(caught.value) == (
            "a PodTemplate can only be serialized with the package kubernetes: "
            "pip install kubernetes"
        )


# Environments


def test_dependencies_come_first_and_once() -> None:
    """The order is one in which everything can be deployed."""
    base = TaskEnvironment("base")
    base.task(add)
    left = TaskEnvironment("left", depends_on=[base])
    app = AppEnvironment("right", depends_on=[base, left])
    top = Environment("top", image="auto", depends_on=[app, left, base])
    specs = environment_to_proto(top, CONTEXT)
    assert [spec.name for spec in specs] == ["base", "left", "right", "top"]
    assert [spec.depends_on for spec in specs] == [
        (),
        ("base",),
        ("base", "left"),
        ("right", "left", "base"),
    ]
    assert [len(spec.tasks) for spec in specs] == [1, 0, 0, 0]
    assert [spec.app is not None for spec in specs] == [False, False, True, False]


def test_a_long_chain_of_dependencies() -> None:
    """Depth is no matter."""
    last = TaskEnvironment("e0")
    for number in range(1, 3000):
        last = TaskEnvironment(f"e{number}", depends_on=[last])
    specs = environment_to_proto(last, CONTEXT)
    assert [spec.name for spec in specs] == [f"e{number}" for number in range(3000)]


def _cycle() -> Environment:
    first = TaskEnvironment("first")
    second = TaskEnvironment("second", depends_on=[first])
    third = TaskEnvironment("third", depends_on=[second])
    first.depends_on = [third]
    return TaskEnvironment("outside", depends_on=[third])


def _namesakes() -> Environment:
    pair = [TaskEnvironment("same"), TaskEnvironment("same")]
    return TaskEnvironment("top", depends_on=[*pair])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            _cycle,
            "environments depend on each other in a cycle: "
            "third -> second -> first -> third",
        ),
        (_namesakes, "two different environments have the name 'same'"),
    ],
)
def test_impossible_dependencies_are_refused(
    make: Callable[[], Environment], message: str
) -> None:
    """The error names the environments."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        environment_to_proto(make(), CONTEXT)
    assert str(caught.value) == message


def test_triggers_stand_beside_their_task() -> None:
    """A trigger is deployed with the task, and its inputs complete those of the task."""
    environment = TaskEnvironment("env")
    trigger = flyte.Trigger("often", flyte.FixedRate(5), inputs={"x": 3})
    environment.task(triggers=trigger)(add)
    [spec] = environment_to_proto(environment, CONTEXT)
    [found] = spec.tasks[0].triggers
    names = [literal.name for literal in found.spec.inputs.literals]
    assert names == ["x", "y", "text", "flag"]


def test_triggers_of_unknown_inputs_are_refused() -> None:
    """The error suggests the input that may be meant."""
    environment = TaskEnvironment("env")
    trigger = flyte.Trigger("often", flyte.FixedRate(5), inputs={"txet": "a"})
    environment.task(triggers=trigger)(add)
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        environment_to_proto(environment, CONTEXT)
    assert str(caught.value) == (
        "trigger 'often' gives a value to 'txet', which is no input of its task; "
        "did you mean 'text'?"
    )


# Texts


def test_equal_messages_give_equal_bytes() -> None:
    """The order in which maps were filled does not show."""
    names = [f"name{number}" for number in range(50)]
    templates = [task_to_proto(made(), CONTEXT).task_template for _ in range(2)]
    for template, order in zip(templates, (names, names[::-1]), strict=True):
        for name in order:
            template.config[name] = name
    assert to_bytes(templates[0]) == to_bytes(templates[1])


def test_json_is_for_people() -> None:
    """Messages and whole environments are indented JSON with sorted keys."""
    environment = TaskEnvironment("env")
    environment.task(triggers=flyte.Trigger.hourly("x"))(add)
    app = AppEnvironment("app", depends_on=[environment])
    first, second = environment_to_proto(app, CONTEXT)
    assert json.loads(to_json(first.tasks[0].spec))["shortName"] == "add"
    written = json.loads(to_json(first))
    assert list(written) == sorted(written)
    assert written["tasks"][0]["spec"] == json.loads(to_json(first.tasks[0].spec))
    assert written["tasks"][0]["triggers"][0]["name"] == "hourly"
    assert json.loads(to_json(second))["app"]["metadata"]["id"]["name"] == "app"
    assert to_json(second).startswith('{\n  "app": {')


def test_importing_stays_light() -> None:
    """No message class is imported before something is serialized."""
    program = (
        "import flyte, flyte.app, flyte.serialization, flyte._internal.runtime.task_serde\n"
        "import flyte.app._runtime, sys\n"
        "print([m for m in ('google.protobuf', 'flyteidl2', 'kubernetes', 'grpc') if m in sys.modules])"
    )
    path = f"{ROOT / 'generated'}:{ROOT / 'runtime'}"
    run = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert run.stdout == "[]\n"
