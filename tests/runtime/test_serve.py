"""`fserve` as a process: the command lines that environments write, servers, hooks, signals, commands and exit codes."""

from __future__ import annotations

import gzip
import importlib.util
import json
import os
import pickle
import signal
import subprocess
import sys
import tarfile
import threading
import urllib.request
import zipfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from flyte.app import AppEnvironment, ConnectorEnvironment, Parameter
from flyte.io import Dir, File
from flyte.models import CodeBundle, SerializationContext

REPOSITORY = Path(__file__).parents[2]
SDK = os.pathsep.join(str(REPOSITORY / part) for part in ("generated", "runtime"))
FSERVE = [sys.executable, "-m", "flyte_runtime.serve"]
# Never reached, unless something hangs.
WATCHDOG = 60

APP = """
import asyncio, os, signal, sys, time
from http.server import BaseHTTPRequestHandler, HTTPServer
from flyte.app import AppEnvironment, ConnectorEnvironment

def note(text):
    with open(os.environ["NOTES"], "a") as notes:
        print(text, file=notes)

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello from " + self.path.encode())
    def log_message(self, *arguments):
        pass
"""

HOOKS = """
@app.on_startup
def begin():
    note("startup")

@app.on_shutdown
def end():
    note("shutdown")
"""

HTTP = """
app = {kind}(name="app")

@app.server
def serve():
    note("server")
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        print(server.server_port, flush=True)
        server.serve_forever()
"""


class Ended(NamedTuple):
    """How a process ended and what it left behind."""

    code: int
    stdout: str
    stderr: str
    notes: list[str]


class Site:
    """A folder that fserve runs in, with a file that hooks write notes to."""

    def __init__(self, folder: Path) -> None:
        """Make the folder."""
        self.folder = folder
        self.notes = folder / "notes"

    def write(self, content: str, name: str = "site_app") -> None:
        """Write the module of the app."""
        (self.folder / f"{name}.py").write_text(APP + content)

    @contextmanager
    def start(self, *words: str) -> Generator[subprocess.Popen[str]]:
        """Run fserve, and kill it if it hangs or the test fails."""
        process = subprocess.Popen(
            [*FSERVE, *words],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": SDK, "NOTES": str(self.notes)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        watchdog = threading.Timer(WATCHDOG, process.kill)
        watchdog.start()
        try:
            with process:
                try:
                    yield process
                finally:
                    if sys.exc_info()[0] is not None:
                        process.kill()
        finally:
            watchdog.cancel()

    def finish(self, process: subprocess.Popen[str]) -> Ended:
        """Wait for the end."""
        stdout, stderr = process.communicate()
        notes = self.notes.read_text().splitlines() if self.notes.exists() else []
        return Ended(process.returncode, stdout, stderr, notes)

    def run(self, *words: str) -> Ended:
        """Run fserve to its end."""
        with self.start(*words) as process:
            return self.finish(process)

    def run_app(self, content: str, *command: str) -> Ended:
        """Write the module of an app, and run it."""
        self.write(content)
        return self.run(*line("site_app:app"), *command)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Return an empty folder to run fserve in."""
    return Site(tmp_path)


def line(resolver_args: str) -> list[str]:
    """Return arguments that name an app, up to the command."""
    app = AppEnvironment("any")
    fixed = app.container_cmd(SerializationContext(version="v1"))[1:-1]
    resolver = "flyte._internal.resolvers.app_env.AppEnvResolver"
    return [*fixed, "--resolver", resolver, "--resolver-args", resolver_args, "--"]


@pytest.fixture
def load(site: Site) -> Iterator[Callable[[], Any]]:
    """Import the module of the app as the deploying program would, and forget it after the test."""

    def import_it() -> Any:
        path = site.folder / "site_app.py"
        spec = importlib.util.spec_from_file_location("site_app", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules["site_app"] = module
        spec.loader.exec_module(module)
        return module

    yield import_it
    sys.modules.pop("site_app", None)


def read_port(process: subprocess.Popen[str]) -> int:
    """Wait for the line in which a server tells its port."""
    assert process.stdout is not None
    return int(process.stdout.readline())


# Servers


@pytest.mark.parametrize("kind", ["AppEnvironment", "ConnectorEnvironment"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_function_answers_until_a_signal_comes(
    site: Site, load: Callable[[], Any], kind: str, number: signal.Signals
) -> None:
    """The line of the environment itself starts the server; hooks run in order, and the exit code tells the signal."""
    site.write(HTTP.format(kind=kind) + HOOKS)
    app: AppEnvironment = load().app
    context = SerializationContext(version="v1", root_dir=site.folder)
    command = app.container_cmd(context) + app.container_args(context)
    assert command[0] == "fserve"
    assert "site_app:app" in command
    with site.start(*command[1:]) as process:
        address = f"http://127.0.0.1:{read_port(process)}/path"
        with urllib.request.urlopen(address, timeout=WATCHDOG) as answer:
            assert answer.read() == b"hello from /path"
        process.send_signal(number)
        ended = site.finish(process)
    assert ended.notes == ["startup", "server", "shutdown"]
    assert (ended.code, ended.stderr) == (128 + number, "")


def test_async_hooks_share_a_loop(site: Site) -> None:
    """What the first hook opens, the others can use; a signal cancels the server, which may clean up."""
    site.write("""
app = AppEnvironment(name="app")
loops = []

@app.on_startup
async def begin():
    loops.append(asyncio.get_running_loop())

@app.server
async def serve():
    loops.append(asyncio.get_running_loop())
    print(1, flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        note("cleaned up")

@app.on_shutdown
async def end():
    loops.append(asyncio.get_running_loop())
    await asyncio.sleep(0)
    note(f"{len(loops)} hooks, {len(set(loops))} loop")
""")
    with site.start(*line("site_app:app")) as process:
        read_port(process)
        process.send_signal(signal.SIGTERM)
        ended = site.finish(process)
    assert ended.notes == ["cleaned up", "3 hooks, 1 loop"]
    assert (ended.code, ended.stderr) == (143, "")


def test_a_server_that_ends_by_itself_on_a_signal_ends_well(site: Site) -> None:
    """The exit code is that of the server; a server that takes signals over is not disturbed."""
    ended = site.run_app("""
app = AppEnvironment(name="app")

@app.server
def serve():
    signal.signal(signal.SIGTERM, lambda *_: note("heard"))
    signal.raise_signal(signal.SIGTERM)
""")
    assert ended == Ended(0, "", "", ["heard"])


def test_a_second_signal_leaves_cleaning_up_alone(site: Site) -> None:
    """Only the first signal interrupts a function."""
    ended = site.run_app(f"""
app = AppEnvironment(name="app")
{HOOKS}
@app.server
def serve():
    try:
        signal.raise_signal(signal.SIGTERM)
    finally:
        signal.raise_signal(signal.SIGINT)
        note("cleaned up")
""")
    assert ended.notes == ["startup", "cleaned up", "shutdown"]
    assert (ended.code, ended.stderr) == (128 + signal.SIGTERM, "")


def test_a_signal_during_startup(site: Site) -> None:
    """The server does not begin, whatever startup makes of the signal."""
    ended = site.run_app(f"""
app = AppEnvironment(name="app")
{HOOKS}
@app.on_startup
async def begin():
    signal.raise_signal(signal.SIGTERM)
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        note("startup")

@app.server
async def serve():
    note("server")
    await asyncio.sleep(0)
    note("still serving")
""")
    assert ended.notes == ["startup", "shutdown"]
    assert (ended.code, ended.stderr) == (128 + signal.SIGTERM, "")


@pytest.mark.parametrize("prefix", ["", "async "])
@pytest.mark.parametrize(
    ("statement", "code", "message"),
    [
        ("pass", 0, ""),
        ("sys.exit()", 0, ""),
        ("sys.exit(7)", 7, ""),
        ("sys.exit('enough')", 1, "fserve: error: enough\n"),
        (
            "raise ValueError('a\\nb')",
            1,
            "fserve: error: server failed: ValueError: a b (site_app.py:30)\n",
        ),
    ],
)
def test_exit_codes_of_functions(
    site: Site, prefix: str, statement: str, code: int, message: str
) -> None:
    """Returning, exiting and failing have their codes, and the last hook always runs."""
    ended = site.run_app(f"""
app = AppEnvironment(name="app")
{HOOKS}
@app.server
{prefix}def serve():
    {statement}
""")
    assert ended.notes == ["startup", "shutdown"]
    assert (ended.code, ended.stderr) == (code, message)


def test_a_failed_startup(site: Site) -> None:
    """The server does not begin, the last hook runs, and each failure is one line."""
    ended = site.run_app("""
app = AppEnvironment(name="app")

@app.on_startup
def begin():
    raise OSError("no disk")

@app.server
def serve():
    note("server")

@app.on_shutdown
async def end():
    note("shutdown")
    raise KeyError("lost")
""")
    assert ended.code == 1
    assert ended.notes == ["shutdown"]
    assert ended.stderr.splitlines() == [
        "fserve: error: on_startup failed: OSError: no disk (site_app.py:22)",
        "fserve: error: on_shutdown failed: KeyError: 'lost' (site_app.py:31)",
    ]


def test_a_failed_shutdown_of_a_good_server(site: Site) -> None:
    """An exit code of 0 means that everything went well."""
    ended = site.run_app("""
app = AppEnvironment(name="app", command=None)

@app.server
def serve():
    pass

@app.on_shutdown
def end():
    1 / 0
""")
    assert ended.code == 1


# Commands


def test_arguments_pass_through_exactly(site: Site) -> None:
    """There is no shell, and nothing after the first -- is looked at."""
    words = [
        "a b",
        "",
        "$HOME",
        "*",
        "--version",
        "--",
        "ü",
        "'\"",
        ";",
        "--help",
        "\n",
    ]
    script = "import json, sys; print(json.dumps(sys.argv[1:]))"
    ended = site.run("--version", "v1", "--", sys.executable, "-c", script, *words)
    assert json.loads(ended.stdout) == words
    assert (ended.code, ended.stderr) == (0, "")


def test_hooks_surround_a_command(site: Site) -> None:
    """An app without a server function runs its command between the hooks; the code is on the command's path."""
    script = "import site_app; site_app.note('command'); raise SystemExit(9)"
    ended = site.run_app(
        'app = ConnectorEnvironment(name="app")\n' + HOOKS, sys.executable, "-c", script
    )
    assert ended == Ended(9, "", "", ["startup", "command", "shutdown"])


@pytest.mark.parametrize(
    ("handler", "code"), [("None", 128 + 15), ("lambda *_: sys.exit(5)", 5)]
)
def test_signals_are_passed_on(site: Site, handler: str, code: int) -> None:
    """The command decides what a signal means; its exit code counts."""
    site.write('app = AppEnvironment(name="app")\n' + HOOKS)
    script = (
        f"import signal, sys\nhandler = {handler}\n"
        "if handler: signal.signal(signal.SIGTERM, handler)\n"
        "print(1, flush=True)\nwhile True: signal.pause()"
    )
    words = [*line("site_app:app"), sys.executable, "-c", script]
    with site.start(*words) as process:
        read_port(process)
        process.send_signal(signal.SIGTERM)
        ended = site.finish(process)
    assert (ended.code, ended.stderr) == (code, "")
    assert ended.notes == ["startup", "shutdown"]


def test_a_command_that_does_not_exist(site: Site) -> None:
    """The error names it."""
    ended = site.run("--version", "v1", "--", "no-such-program")
    assert ended.code == 1
    assert ended.stderr == (
        "fserve: error: cannot run 'no-such-program': No such file or directory\n"
    )


# Code and parameters


class Quiet(SimpleHTTPRequestHandler):
    """Serves files without a word."""

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Serve the folder over HTTP, and return the address."""
    handler = partial(Quiet, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    "location",
    [
        "{folder}/code.tgz",
        "file://{folder}/code.tgz",
        "simplecache::file://{folder}/code.tgz",
        "zip://deep/code.tgz::file://{folder}/all.zip",
        "{address}/code.tgz?signature=a/b",
    ],
)
def test_an_archive_is_unpacked(
    site: Site, tmp_path: Path, address: str, location: str
) -> None:
    """The code goes to the destination, from which the app is imported; it comes from wherever fsspec reaches."""
    source = tmp_path / "source.py"
    source.write_text(APP + 'app = AppEnvironment(name="app")\n' + HOOKS)
    archive = tmp_path / "code.tgz"
    with tarfile.open(archive, "w:gz") as bundle:
        bundle.add(source, "team/packed_app.py")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as outer:
        outer.write(archive, "deep/code.tgz")
    context = SerializationContext(
        version="",
        code_bundle=CodeBundle(
            computed_version="-v1",
            tgz=location.format(folder=tmp_path, address=address),
            destination=str(tmp_path / "out"),
        ),
    )
    words = AppEnvironment("app").container_cmd(context)[1:-1]
    words += line("team.packed_app:app")[-5:]
    ended = site.run(*words, sys.executable, "-c", "")
    assert ended == Ended(0, "", "", ["startup", "shutdown"])
    assert (tmp_path / "out" / "team" / "packed_app.py").exists()


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_pickled_app_is_loaded(
    site: Site, tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    """A pickle holds the app itself, compressed or not, so that no resolver is needed."""
    path = tmp_path / "app.pkl"
    path.write_bytes(pack(pickle.dumps(ConnectorEnvironment("app"))))
    words = ["--version", "v1", "--pkl", str(path), "--dest", "."]
    ended = site.run(*words, "--", sys.executable, "-c", "print(1)")
    assert ended == Ended(0, "1\n", "", [])
    nothing = site.run(*words)
    assert nothing.code == 2
    path.write_bytes(pickle.dumps("text"))
    wrong = site.run(*words)
    assert wrong.stderr.endswith("is not an app, but str 'text'\n")


def test_parameters_are_injected_by_name(site: Site, tmp_path: Path) -> None:
    """Functions get values, files and folders; variables and get_parameter give their texts."""
    store = tmp_path / "store"
    (store / "data" / "deep").mkdir(parents=True)
    (store / "model.txt").write_text("model")
    (store / "data" / "deep" / "a.txt").write_text("a")
    (store / "data" / "b.tmp").write_text("b")
    site.write("""
from flyte.app import get_parameter
app = AppEnvironment(name="app")

@app.on_startup
async def begin(word):
    note(word)

@app.server
def serve(model, *, data, word, other=5):
    note(open(model.path).read())
    note(sorted(os.listdir(data.path)))
    note(os.environ["MODEL"] == model.path == get_parameter("model"))

@app.on_shutdown
def end(**all):
    note(sorted(all))
""")
    parameters = [
        Parameter("word", "a b", env_var="WORD"),
        Parameter(
            "model",
            File(path=str(store / "model.txt")),
            env_var="MODEL",
            mount=str(tmp_path / "mounted"),
        ),
        Parameter(
            "data",
            Dir(path=f"file://{store / 'data'}"),
            download=True,
            ignore_patterns=["*.tmp"],
        ),
    ]
    app = AppEnvironment("app", parameters=parameters)
    words = app.container_cmd(SerializationContext(version="v1"))[1:-1]
    ended = site.run(*words, *line("site_app:app")[-5:])
    assert ended.stderr == ""
    assert ended.notes == [
        "a b",
        "model",
        "['deep']",
        "True",
        "['data', 'model', 'word']",
    ]
    assert (tmp_path / "mounted" / "model.txt").exists()
    assert (tmp_path / "data" / "deep" / "a.txt").exists()


def test_a_missing_parameter(site: Site) -> None:
    """An argument that no parameter is called by is named before the function is called."""
    site.write("""
app = AppEnvironment(name="app")

@app.server
def serve(modle):
    note("server")
""")
    app = AppEnvironment("app", parameters=[Parameter("model", "m")])
    words = app.container_cmd(SerializationContext(version="v1"))[1:-1]
    ended = site.run(*words, *line("site_app:app")[-5:])
    assert ended.code == 1
    assert ended.stderr == (
        "fserve: error: server takes the argument 'modle', but the app has no such "
        "parameter; did you mean 'model'?\n"
    )


# Errors


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "the following arguments are required: --version"),
        (["--version"], "argument --version: expected one argument"),
        (["--version", "--"], "argument --version: expected one argument"),
        (
            ["--version", "1"],
            "there is nothing to run: give a command after --, or name an app that has "
            "a server function",
        ),
        (["--version", "1", "--verbose"], "unrecognized arguments: --verbose"),
        (
            ["--version", "1", "--tgz", "a", "--pkl", "b"],
            "--tgz and --pkl exclude each other",
        ),
        (
            ["--version", "1", "--resolver", "a"],
            "--resolver and --resolver-args need each other",
        ),
    ],
)
def test_usage_errors(site: Site, words: list[str], message: str) -> None:
    """A senseless command line is answered by one line and the exit code 2."""
    assert site.run(*words) == Ended(2, "", f"fserve: error: {message}\n", [])


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ("nowhere:app", "there is no module 'nowhere'"),
        ("site_app.inner:app", "there is no module 'site_app.inner'"),
        (
            "site_app:ap",
            "module 'site_app' has no variable 'ap'; did you mean 'app'?",
        ),
        ("site_app:note", "'site_app:note' is not an app, but function <function"),
        ("app", "--resolver-args must be of the form module:variable, got 'app'"),
        ("broken:app", "module 'broken' failed to import: ZeroDivisionError"),
        ("needy:app", "module 'needy' needs the module 'absent', which is missing"),
    ],
)
def test_apps_that_cannot_be_loaded(site: Site, named: str, message: str) -> None:
    """Failures are one line and the exit code 1."""
    site.write('app = AppEnvironment(name="app")\n')
    site.write("1 / 0", "broken")
    site.write("import absent", "needy")
    ended = site.run(*line(named))
    assert ended.stderr.startswith(f"fserve: error: {message}")
    assert ended.stderr.count("\n") == 1
    assert ended.code == 1


def test_an_image_may_lack_the_module_of_the_app(site: Site) -> None:
    """Without a bundle, a command is enough."""
    ended = site.run(*line("nowhere:app"), sys.executable, "-c", "print(1)")
    assert ended == Ended(0, "1\n", "", [])


def test_failures_show_their_origin_on_demand(site: Site) -> None:
    """At the log level DEBUG the traceback is printed, too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOG_LEVEL", "DEBUG")
        ended = site.run(*line("nowhere:app"))
    assert "Traceback" in ended.stderr
