"""The tasks and apps that both SDKs serialize: edges picked by hand, and combinations made by hypothesis.

A case is text, because the classes it names exist once in each SDK.
"""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st


class Case(NamedTuple):
    """Arguments of an environment and, for tasks, of the decorator; of the context; parameters in place of an app's own."""

    kind: str
    environment: str
    task: str = ""
    function: str = "add"
    context: str = ""
    overrides: str = ""

    def __str__(self) -> str:
        made = f"{self.kind}({self.environment})"
        if self.kind == "TaskEnvironment":
            made += f".task({self.task})({self.function})"
        if self.overrides:
            made += f" with {self.overrides}"
        return f"{made} in SerializationContext({self.context})"


def task(
    settings: str = "", task: str = "", function: str = "add", context: str = ""
) -> Case:
    """A task of an environment called env."""
    return Case("TaskEnvironment", f"name='env', {settings}", task, function, context)


def app(settings: str = "", context: str = "", overrides: str = "") -> Case:
    """An app called app."""
    arguments = f"name='app', {settings}"
    return Case("AppEnvironment", arguments, context=context, overrides=overrides)


def connector(settings: str = "", context: str = "", overrides: str = "") -> Case:
    """A connector called connector."""
    arguments = f"name='connector', {settings}"
    return Case("ConnectorEnvironment", arguments, context=context, overrides=overrides)


FULL_CONTEXT = "project='p', domain='d', org='o', input_path='s3://i', output_path='o'"
TGZ = "code_bundle=CodeBundle(computed_version='c1', tgz='s3://b/code.tgz')"
PKL = "code_bundle=CodeBundle(computed_version='c1', pkl='s3://b/c.pkl', destination='/x')"
CACHE = "image_cache=ImageCache(image_lookup={'env': 'r/env:1', 'app': 'r/app:1'})"
STORED = "image_cache=ImageCache(image_lookup={'env': 'r/e:1'}, serialized_form='abc')"
LAYERED = (
    "image=Image.from_debian_base(python_version=(3, 12)).with_apt_packages('git')"
)
PRIMARY = "{'name': 'primary'}"
COMPLETE = (
    "{'name': 'primary', 'image': 'own', 'env': [{'name': 'A', 'value': '1'}], "
    "'ports': [{'container_port': 80}]}"
)

CONTEXTS = [
    "",
    FULL_CONTEXT,
    TGZ,
    PKL,
    CACHE,
    STORED,
    f"{FULL_CONTEXT}, {TGZ}, {CACHE}",
]
RESOURCES = [
    "cpu=1",
    "cpu='500m'",
    "cpu=0.5, memory='1Gi'",
    "cpu=(1, 2), memory=('1Gi', '2Gi')",
    "cpu=0",
    "memory='750Mi', disk='10Gi'",
    "gpu=0",
    "gpu=1",
    "gpu='T4:1'",
    "gpu='A100:8', shm='auto'",
    "gpu='A100 80G:2', shm='1Gi'",
    "gpu='L40s:1'",
    "gpu='H100:8'",
    "gpu='Trn1:4'",
    "gpu='MI300X:1'",
    "gpu='Gaudi1:1'",
    "gpu=GPU('A100', 1, '1g.5gb')",
    "gpu=GPU('H200', 8, '7g.141gb')",
    "gpu=TPU('V5P', '2x2x1')",
    "gpu=TPU('V6E')",
    "gpu=Neuron('Inf2')",
    "gpu=AMD_GPU('MI250X')",
    "gpu=HABANA_GAUDI('Gaudi1')",
    "gpu=Device(3, 'GPU', 'K80')",
    "gpu=Device(1, 'GPU')",
    "shm='2Gi'",
    "",
]
SECRETS = [
    "'key'",
    "Secret('key')",
    "Secret('my-key', group='my-group')",
    "Secret('key', as_env_var='OTHER')",
    "Secret('key', mount=MOUNT)",
    "['a', Secret('b', group='c')]",
    "[]",
]
IMAGES = [
    "image='auto'",
    "image='ghcr.io/a/b:c'",
    "image=Image.from_base('x')",
    "image=Image.from_base('x').clone(name='n', registry='r')",
    "image=Image.from_debian_base(python_version=(3, 12), flyte_version='2.0.0')",
    "image=Image.from_debian_base(install_flyte=False)",
    "image=Image.from_debian_base(name='n', registry='r')",
    LAYERED,
    "image=Image.from_debian_base().with_pip_packages('a', 'b', pre=True)",
    "image=Image.from_debian_base().with_env_vars({'A': 'b'}).with_workdir('/w')",
    "image=Image.from_debian_base().with_commands(['ls'], secret_mounts='S')",
    "image=Image.from_debian_base().with_source_folder(Path(__file__).parents[1] / 'cases/seeds')",
    "image=Image.from_debian_base().with_requirements(Path(__file__).parents[2] / 'requirements/dev.txt')",
    "image=Image.from_dockerfile(Path(__file__), 'r', 'n')",
    "image=Image.from_uv_script(Path(__file__).with_name('uv_script.py'), name='s')",
    "image=Image.from_uv_script(str(Path(__file__).with_name('uv_script.py')), name='s', registry='r', index_url='i', extra_index_urls='x', pre=True, extra_args='-v', secret_mounts='k', python_version=(3, 12))",
]
CACHES = [
    "cache='auto'",
    "cache='override'",
    "cache='disable'",
    "cache=Cache('auto', salt='s')",
    "cache=Cache('auto', version_override='v')",
    "cache=Cache('auto', 'v', serialize=True, ignored_inputs=('x', 'y'))",
    "cache=Cache('override', 'v', ignored_inputs='x')",
    "cache=Cache('disable', serialize=True)",
]
TIMEOUTS = [
    *(f"timeout={seconds}" for seconds in (0, 1, 59, 3600, 86399)),
    *(f"timeout=timedelta(seconds={seconds})" for seconds in (0, 30, 86399)),
    "timeout=Timeout(max_runtime=60, max_queued_time=5)",
    *(f"timeout={seconds}" for seconds in (86400, 93600, 172801)),
    "timeout=timedelta(seconds=93600)",
    "timeout=Timeout(max_runtime=86400)",
]
REUSE = [
    "reusable=ReusePolicy()",
    "reusable=ReusePolicy(replicas=3)",
    "reusable=ReusePolicy(replicas=(0, 4), idle_ttl=60, scaledown_ttl=45)",
    "reusable=ReusePolicy(replicas=(1, 2), idle_ttl=timedelta(minutes=5))",
]
DECORATORS = [
    "retries=3",
    "retries=RetryStrategy(count=5)",
    "report=True",
    "interruptible=True",
    "short_name='short'",
    f"short_name={'s' * 80!r}",
    "queue='q', max_inline_io_bytes=5",
    "docs=Documentation(description='A short text.')",
]
TRIGGERS = [
    "Trigger.hourly('when')",
    "Trigger.daily('when', inputs={'x': 3})",
    "Trigger('t', Cron('0 0 * * *', timezone='Europe/Tallinn'), inputs={'when': TriggerTime, 'text': 'u'})",
    "Trigger('t', FixedRate(5), inputs={'when': TriggerTime}, auto_activate=False, description='d')",
    "Trigger('t', FixedRate(90, start_time=datetime(2026, 1, 2, tzinfo=UTC)), inputs={'when': datetime(2026, 1, 1, tzinfo=UTC)})",
    "Trigger('t', FixedRate(1), inputs={'when': TriggerTime}, env_vars={'A': '1'}, interruptible=False, overwrite_cache=True, queue='q', labels={'l': '1'}, annotations={'a': '2'})",
    "Trigger('t', FixedRate(1), inputs={'unknown': 1})",
]
SCALING = [
    "scaling=Scaling(replicas=3)",
    "scaling=Scaling(replicas=(0, 5))",
    "scaling=Scaling(replicas=(2, 2), scaledown_after=300)",
    "scaling=Scaling(scaledown_after=timedelta(minutes=2, milliseconds=500))",
    "scaling=Scaling(scaledown_after=0)",
    "scaling=Scaling(metric=Scaling.Concurrency(10))",
    "scaling=Scaling(replicas=(1, 4), metric=Scaling.RequestRate(7))",
]
PARAMETERS = [
    "Parameter(name='p', value='text')",
    "Parameter(name='p', value='')",
    "Parameter(name='p', value='text', env_var='P')",
    "Parameter(name='p', value=File(path='s3://f'), mount='/m')",
    "Parameter(name='p', value=Dir(path='s3://d'), download=True)",
    "Parameter(name='p', value=File(path='s3://f'), env_var='F', ignore_patterns=['*.x'])",
]
APP_SETTINGS = [
    "args=['a', 'b c']",
    "args='a \"b c\"'",
    "args=[]",
    "command=['python', '-m', 'x']",
    "command='python -m \"x y\"'",
    "type='Other'",
    "description='about'",
    f"description={'d' * 300!r}",
    "port=Port(9000)",
    "port=Port(9000, 'http')",
    "port=9000",
    "requires_auth=False",
    "requires_auth=False, secrets='key'",
    "domain=Domain(subdomain='sub')",
    "domain=Domain(custom_domain='a.b.c')",
    "domain=None",
    "links=[Link('/docs', 'Docs')]",
    "links=[Link('https://x.y', 'X', is_relative=False), Link('', 'Home')]",
    "cluster_pool='gpu'",
    "include=['a.py'], interruptible=True",
]
COMMON = [
    *(f"resources=Resources({text})" for text in RESOURCES),
    *(f"secrets={text}" for text in SECRETS),
    *IMAGES,
    "env_vars={}",
    "env_vars={'A': '1', 'B': ''}",
    "description='about'",
]

BY_HAND = [
    task(),
    app(),
    connector(),
    *(task(text) for text in (*COMMON, *CACHES, *REUSE)),
    *(app(text) for text in (*COMMON, *APP_SETTINGS, *SCALING)),
    *(connector(text) for text in (*APP_SETTINGS, *SCALING)),
    *(app(f"parameters=[{text}]") for text in PARAMETERS),
    app(f"parameters=[{PARAMETERS[0]}, Parameter(name='q', value='other')]"),
    *(
        kind(f"parameters=[{PARAMETERS[0]}]", text, f"[{override}]")
        for kind in (app, connector)
        for override in PARAMETERS
        for text in ("", CONTEXTS[-1])
    ),
    app(f"parameters=[{PARAMETERS[0]}]", "", f"[{PARAMETERS[2]}, {PARAMETERS[3]}]"),
    app(f"parameters=[{PARAMETERS[0]}], command='python x'", "", f"[{PARAMETERS[2]}]"),
    app(f"parameters=[{PARAMETERS[0]}]", "", "[]"),
    app("", "", f"[{PARAMETERS[2]}]"),
    *(task("", text) for text in (*CACHES, *TIMEOUTS, *DECORATORS)),
    *(
        task("", "", name)
        for name in ("later", "nothing", "described", "collected", "falsy", "loose")
    ),
    *(task("", f"triggers={text}", "scheduled") for text in TRIGGERS),
    task("", f"triggers=({TRIGGERS[0]}, {TRIGGERS[2]})", "scheduled"),
    *(task(LAYERED, "", "add", text) for text in CONTEXTS),
    *(task("cache='auto'", "", "add", text) for text in CONTEXTS),
    *(task(REUSE[0], "", "later", text) for text in CONTEXTS),
    *(app(LAYERED, text) for text in CONTEXTS),
    *(connector("", text) for text in CONTEXTS),
    task("interruptible=True", "interruptible=False"),
    task("cache='auto'", "cache='disable'"),
    task("pod_template='known'"),
    task("pod_template='known'", "pod_template='other'"),
    task(f"{REUSE[2]}, pod_template='known', interruptible=True, secrets='key'"),
    task("reusable=ReusePolicy(concurrency=5)", function="later"),
    task("reusable=ReusePolicy(concurrency=5)", function="add"),
    task("plugin_config=Statement()"),
    task("plugin_config=Tool()"),
    task("plugin_config=Tool(), cache='auto'", "retries=1"),
    app("pod_template='known'"),
    Case("TaskEnvironment", f"name={'n' * 80!r}"),
    Case("TaskEnvironment", "name='Wrong'"),
    Case("AppEnvironment", "name='Wrong'"),
    # Pod templates
    task(f"pod_template=pod({PRIMARY})"),
    task(f"pod_template=pod({COMPLETE})"),
    task(f"pod_template=pod({PRIMARY}), env_vars={{'B': '2'}}"),
    task(f"pod_template=pod({COMPLETE}), env_vars={{'B': '2'}}"),
    task(f"pod_template=pod({PRIMARY}), resources=Resources(cpu=(1, 2), gpu='T4:1')"),
    task(f"pod_template=pod({{'name': 'side', 'image': 'i'}}, {COMPLETE})"),
    task(
        f"pod_template=pod({PRIMARY}, template=dict(labels={{'l': '1'}}, annotations={{'a': '2'}}))"
    ),
    task(
        f"pod_template=pod({PRIMARY}, restart_policy='Never', node_selector={{'a': 'b'}})"
    ),
    task(
        "pod_template=pod({'name': 'main'}, template=dict(primary_container_name='main'))"
    ),
    task("pod_template=pod({'name': 'main'})"),
    task("", f"pod_template=pod({PRIMARY})"),
    task(f"{REUSE[0]}, pod_template=pod({COMPLETE})"),
    *(
        app(
            f"pod_template=pod({container}, template=dict(primary_container_name={name!r}))"
        )
        for container in (
            "{'name': 'app'}",
            "{'name': 'other'}",
            "{'name': 'app', 'image': 'i', 'env': [{'name': 'A', 'value': '1'}]}",
        )
        for name in ("app", "primary")
    ),
    app(
        "pod_template=pod({'name': 'app'}, template=dict(primary_container_name='app')), "
        "env_vars={'A': '1'}, resources=Resources(cpu=1), args='x'"
    ),
]


# Combinations


_TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF), max_size=12)
_QUANTITY = st.sampled_from(["1", "100m", "2Gi", "512Mi", "1.5"])
_NAME = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)


def _maybe(*choices: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """A list of arguments, each of which may be missing."""
    return st.tuples(*(st.just("") | choice for choice in choices)).map(
        lambda texts: ", ".join(text for text in texts if text)
    )


def _argument(name: str, values: st.SearchStrategy[object]) -> st.SearchStrategy[str]:
    return values.map(lambda value: f"{name}={value!r}")


_AMOUNT = _QUANTITY | st.tuples(_QUANTITY, _QUANTITY)
_RESOURCES = st.sampled_from(RESOURCES) | _maybe(
    _argument("cpu", _AMOUNT | st.integers(0, 64) | st.floats(0, 8)),
    _argument("memory", _AMOUNT),
    _argument("gpu", st.integers(0, 8)),
    _argument("disk", _QUANTITY),
    _argument("shm", _QUANTITY | st.just("auto")),
)
_SHARED = [
    _RESOURCES.map(lambda text: f"resources=Resources({text})"),
    st.sampled_from(SECRETS).map(lambda text: f"secrets={text}"),
    st.sampled_from(IMAGES),
    _argument("env_vars", st.dictionaries(_NAME, _TEXT, max_size=3)),
    _argument("description", _TEXT | st.text("d", max_size=300)),
]
_CONTEXT = st.sampled_from(CONTEXTS) | _maybe(
    _argument("project", _NAME), _argument("domain", _NAME), _argument("org", _NAME)
)

_TASKS = st.builds(
    task,
    _maybe(
        *_SHARED,
        st.sampled_from(CACHES),
        st.sampled_from(REUSE),
        _argument("interruptible", st.booleans()),
    ),
    _maybe(
        _argument("retries", st.integers(0, 20)),
        st.integers(0, 10**6).map(lambda number: f"timeout={number}"),
        _argument("report", st.booleans()),
        _argument("interruptible", st.booleans()),
        _argument("short_name", _TEXT),
    ),
    st.sampled_from(["add", "later", "nothing", "described", "collected"]),
    _CONTEXT,
)
_APPS = st.builds(
    Case,
    st.sampled_from(["AppEnvironment", "ConnectorEnvironment"]),
    _maybe(
        *_SHARED[:4],
        _argument("args", st.lists(_TEXT, max_size=3)),
        _argument("command", st.lists(_TEXT, min_size=1, max_size=3)),
        st.tuples(st.integers(1, 65535), st.none() | _NAME).map(
            lambda pair: f"port=Port({pair[0]}, {pair[1]!r})"
        ),
        _argument("requires_auth", st.booleans()),
        st.sampled_from(SCALING),
        _argument("type", _TEXT),
        st.lists(st.sampled_from(PARAMETERS), max_size=2).map(
            lambda items: f"parameters=[{', '.join(items)}]"
        ),
        st.tuples(_TEXT, _TEXT, st.booleans()).map(lambda link: f"links=[Link{link}]"),
        _argument("cluster_pool", _NAME),
    ).map(lambda text: f"name='made', {text}"),
    context=_CONTEXT,
    overrides=st.lists(st.sampled_from(PARAMETERS), max_size=2).map(
        lambda items: f"[{', '.join(items)}]" if items else ""
    ),
)


def combinations() -> list[Case]:
    """The same combinations in every run."""
    found: dict[Case, None] = {}

    @settings(
        max_examples=160,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(_TASKS, _APPS)
    def collect(one: Case, other: Case) -> None:
        found.update({one: None, other: None})

    collect()
    return list(found)
