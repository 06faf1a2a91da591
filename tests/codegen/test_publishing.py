"""Publishing to a real index server: what arrives there can be installed and used, and whatever goes wrong leaves no halves."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tarfile
import threading
import time
import tomllib
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen import publish_settings
from codegen.project import Settings
from codegen.publish_settings import Publish
from codegen.publishing import building, describing, steps, trying, uploading
from codegen.publishing.errors import PublishError, shown, without_secrets
from codegen.publishing.index import File, Index, simple
from codegen.publishing.steps import Options
from codegen.starter import init
from codegen.workspace import Workspace
from tests.codegen.index_server import ACCOUNT

ROOT = Path(__file__).parents[2]
SERVER = Path(__file__).with_name("index_server.py")
USER, PASSWORD = ACCOUNT
PROGRAM = """\
from acme import Greeter, count_letters

letters: dict[str, int] = count_letters(["Ann"])
print(Greeter(greeting="Hi").greet("Ann", excited=True), letters)
"""


class Server(NamedTuple):
    """An index server that runs: its address, its files, and how many uploads it still takes."""

    url: str
    files: Path
    allowed: Path

    @property
    def names(self) -> list[str]:
        """The names of the files it has."""
        return sorted(path.name for path in self.files.iterdir())


def serve(folder: Path) -> Iterator[Server]:
    """Run an index server."""
    (folder / "files").mkdir()
    process = subprocess.Popen(
        [sys.executable, SERVER, folder / "files", "0"],
        stdout=subprocess.PIPE,
        text=True,
        # The helper's folder has modules of other tests in it.
        cwd=folder,
    )
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        yield Server(f"http://127.0.0.1:{port}", folder / "files", folder / "allowed")
    finally:
        process.kill()
        process.communicate(timeout=30)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server to which stubs and SDK of the starter project were published, the stubs by the command as people run it."""
    folder = tmp_path_factory.mktemp("filled")
    for server in serve(folder):
        init(folder / "acme", None)
        account = {"TWINE_USERNAME": USER, "TWINE_PASSWORD": PASSWORD}
        words = ["publish", "stubs", "--version", "1.0", "--repository", server.url]
        ran = subprocess.run(
            [sys.executable, "-m", "codegen", *words],
            cwd=folder / "acme",
            env=os.environ | account,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert PASSWORD not in ran.stdout + ran.stderr
        (folder / "stubs.txt").write_text(ran.stdout.replace(server.url, "URL"))
        with pytest.MonkeyPatch.context() as patch:
            # Another test tries an SDK out.
            patch.setattr(steps, "_tried", lambda *_: iter(()))
            for name, value in account.items():
                patch.setenv(name, value)
            workspace = Workspace(folder / "acme" / "codegen.toml")
            options = Options(repository=server.url, version="1.0")
            first, *_ = steps.publish(workspace, "sdk", options)
            assert first == "acme 1.0"
        yield server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """An empty server."""
    (tmp_path / "server").mkdir()
    yield from serve(tmp_path / "server")


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The starter project, and the account as environment variables say it."""
    monkeypatch.setenv("TWINE_USERNAME", USER)
    monkeypatch.setenv("TWINE_PASSWORD", PASSWORD)
    # No settings of whoever runs the tests.
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("TWINE_REPOSITORY_URL", raising=False)
    init(tmp_path / "acme", None)
    return tmp_path / "acme"


@pytest.fixture
def untried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what takes long and another test looks at: the environment and the type checkers."""
    monkeypatch.setattr(steps, "_tried", lambda *_: iter(()))


def publish(run_codegen: Any, acme: Path, url: str, *options: str) -> Any:
    """Run the command for the stubs; whatever it prints holds no password."""
    words = ["publish", "stubs", "--repository", url, *options]
    ran = run_codegen(acme, *words)
    assert PASSWORD not in str(ran)
    return ran


# What arrives


def test_each_step_is_shown(filled: Server) -> None:
    """What is done with stubs, in its order; afterwards both files are on the index."""
    folder = filled.files.parent
    lines = (folder / "stubs.txt").read_text().splitlines()
    assert [line.partition(" (")[0] for line in lines] == [
        "acme-stubs 1.0",
        "index: no versions at URL",
        "API: no earlier version to compare with",
        "built: acme_stubs-1.0-py3-none-any.whl",
        "twine check: passed",
        "installed: into an empty environment, without dependencies",
        "mypy: sees the types",
        "pyright: sees the types",
        "uploaded: acme_stubs-1.0-py3-none-any.whl",
        "uploaded: acme_stubs-1.0.tar.gz",
    ]
    assert filled.names == [
        "acme-1.0-py3-none-any.whl",
        "acme-1.0.tar.gz",
        "acme_stubs-1.0-py3-none-any.whl",
        "acme_stubs-1.0.tar.gz",
    ]


def test_a_user_installs_and_runs_it(filled: Server, tmp_path: Path) -> None:
    """From the index into an empty environment; the user's program type-checks, a wrong one does not, and it runs."""
    home = tmp_path / "environment"
    _run([sys.executable, "-m", "venv", "--without-pip", home])
    python = home / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", python, "--isolated", "install"]
    pip += ["--quiet", "--disable-pip-version-check", "--index-url"]
    _run([*pip, f"{filled.url}/simple/", "acme", "acme-stubs"])
    (tmp_path / "right.py").write_text(PROGRAM)
    (tmp_path / "wrong.py").write_text(PROGRAM.replace("excited", "excitedly"))

    ran = _run([python, "right.py"], tmp_path)
    assert ran.stdout == "Hi, Ann! {'Ann': 3}\n"
    mypy = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", tmp_path / "cache"]
    mypy += ["--python-executable", python]
    _run([*mypy, "right.py"], tmp_path)
    refused = _run([*mypy, "wrong.py"], tmp_path, code=1)
    assert 'Unexpected keyword argument "excitedly"' in refused.stdout


def _run(words: list[Any], folder: Path | None = None, code: int = 0) -> Any:
    ran = subprocess.run(
        list(map(str, words)),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == code, ran.stdout + ran.stderr
    return ran


# What is refused


def test_the_same_version_again(filled: Server, acme: Path, run_codegen: Any) -> None:
    """A version that the index has is refused before anything is built."""
    ran = publish(run_codegen, acme, filled.url, "--version", "1.0")
    message = (
        f"codegen: acme-stubs 1.0 is at {filled.url} already; publish a later version\n"
    )
    assert (ran.code, ran.stderr) == (1, message)


def test_a_version_that_is_too_small(
    filled: Server, acme: Path, run_codegen: Any, untried: None
) -> None:
    """A breaking change needs a major version; an added one is enough, and a dry run uploads nothing."""
    spec = acme / "specs/acme.yaml"
    text = spec.read_text().replace("  count_letters:", "  count_characters:")
    spec.write_text(text)
    ran = publish(run_codegen, acme, filled.url, "--version", "1.1")
    assert ran.code == 1
    assert "1.1 is too small after 1.0: " in ran.stderr
    assert "major version needed, at least 2.0.0" in ran.stderr

    shutil.copytree(acme, acme.with_name("old"))
    spec.write_text(f"{text}  another: {{}}\n")
    options = ["--version", "1.0.1", "--against", "../old"]
    ran = publish(run_codegen, acme, filled.url, *options)
    assert ran.code == 1
    assert "minor version needed, at least 1.1.0" in ran.stderr

    before = filled.names
    options = ["--version", "2.0", "--dry-run", "--dist", str(acme / "dist")]
    ran = publish(run_codegen, acme, filled.url, *options)
    assert (ran.code, ran.stderr) == (0, "")
    assert ran.stdout.endswith("dry run: nothing is uploaded\n")
    kept = sorted(path.name for path in (acme / "dist").iterdir())
    assert kept == ["acme_stubs-2.0-py3-none-any.whl", "acme_stubs-2.0.tar.gz"]
    assert filled.names == before


def test_specs_with_errors(acme: Path, run_codegen: Any) -> None:
    """Nothing is published from specs that a check refuses; the findings say why."""
    spec = acme / "specs/acme.yaml"
    spec.write_text(spec.read_text().replace("type: str", "type: strr", 1))
    ran = publish(run_codegen, acme, "http://127.0.0.1:9", "--version", "1.0")
    assert ran.code == 1
    assert "error[unknown-name]" in ran.stdout
    assert ran.stdout.endswith("\n1 error; nothing was published\n")
    assert ran.stderr == ""
    (spec.parent / "acme.yaml").write_text("")
    ran = publish(run_codegen, acme, "http://127.0.0.1:9", "--version", "1.0")
    assert "error[empty-spec]" in ran.stdout
    assert ran.code == 2


def test_no_version(acme: Path, run_codegen: Any) -> None:
    """Somebody must say the version, and it must be one."""
    ran = publish(run_codegen, acme, "http://127.0.0.1:9")
    message = "'acme-stubs' has no version; give --version, or set version in [publish]"
    assert (ran.code, ran.stderr) == (2, f"codegen: {message}\n")
    assert publish(run_codegen, acme, "x", "--version", "one").code == 2
    assert publish(run_codegen, acme, "ftp://x", "--version", "1").code == 2


@pytest.mark.parametrize(
    ("project", "says"),
    [
        ('version = "one"', "'one' is no version (PEP 440)"),
        ("version = 3", "'version' in [project] must be a text"),
        ('version = "1"\nscripts = 3', "'scripts' in [project] must be a table"),
        ('version = "1"\ndynamic = ["readme"]', "leaves open: readme"),
    ],
)
def test_metadata_of_an_sdk_that_cannot_be_used(
    project: str, says: str, acme: Path, run_codegen: Any
) -> None:
    """What an SDK's own pyproject.toml says wrongly is told before an index is asked."""
    text = f'[project]\nname = "acme"\n{project}\n'
    (acme / "cores/pyproject.toml").write_text(text)
    ran = run_codegen(acme, "publish", "sdk", "--repository", "http://127.0.0.1:9")
    assert (ran.code, ran.stdout) == (2, "")
    assert ran.stderr.startswith("codegen: the pyproject.toml of the SDK")
    assert says in ran.stderr


def test_an_sdk_that_is_not_there(acme: Path, run_codegen: Any) -> None:
    """A folder that only the settings know is told."""
    with open(acme / "codegen.toml", "a") as config:
        config.write('[publish]\nsdk = "nowhere"\nversion = "1"\n')
    ran = run_codegen(acme, "publish", "sdk", "--repository", "http://127.0.0.1:9")
    message = "the setting 'sdk' names 'nowhere', where there is nothing"
    assert (ran.code, ran.stderr) == (2, f"codegen: {message}\n")


# What goes wrong on the way


def test_what_the_backend_says_is_told(
    server: Server, acme: Path, run_codegen: Any
) -> None:
    """A build that fails says why in the words of its backend."""
    with open(acme / "codegen.toml", "a") as config:
        config.write('[publish]\nrequires_python = "abc"\n')
    ran = run_codegen(
        acme, "publish", "sdk", "--repository", server.url, "--version", "1"
    )
    assert ran.code == 1
    assert ran.stderr.startswith("codegen: the build failed: ")
    assert "requires-python" in ran.stderr


def test_wrong_credentials(
    server: Server,
    acme: Path,
    run_codegen: Any,
    untried: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The index refuses them; one line says so without them, and nothing is there."""
    monkeypatch.setenv("TWINE_PASSWORD", f"not-{PASSWORD}")
    ran = publish(run_codegen, acme, server.url, "--version", "1.0")
    message = (
        f"codegen: acme_stubs-1.0-py3-none-any.whl is not uploaded: {server.url} refused the credentials (403); "
        "TWINE_USERNAME and TWINE_PASSWORD, ~/.pypirc or the keyring say them\n"
    )
    assert (ran.code, ran.stderr) == (1, message)
    assert server.names == []


def test_no_credentials(
    server: Server,
    acme: Path,
    run_codegen: Any,
    untried: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody is asked; the message says where credentials are looked for."""
    monkeypatch.delenv("TWINE_USERNAME")
    monkeypatch.delenv("TWINE_PASSWORD")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    ran = publish(run_codegen, acme, server.url, "--version", "1.0")
    assert ran.code == 1
    assert ran.stderr.count("\n") == 1
    assert "TWINE_USERNAME and TWINE_PASSWORD" in ran.stderr
    assert server.names == []


def test_a_broken_network(acme: Path, run_codegen: Any) -> None:
    """Where nobody listens, nothing is built; credentials in an address are not shown either."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        url = f"http://{USER}:{PASSWORD}@{place}"
        ran = publish(run_codegen, acme, url, "--version", "1.0")
    start = f"codegen: the index http://{place}/simple/acme-stubs/ cannot be reached: "
    assert ran.code == 1
    assert ran.stderr.startswith(start)
    assert ran.stderr.count("\n") == 1


def test_the_second_file_fails_and_the_next_run_completes(
    server: Server, acme: Path, run_codegen: Any, untried: None
) -> None:
    """What is uploaded is said; the same command then uploads what is missing, if it builds the same bytes."""
    server.allowed.write_text("1")
    ran = publish(run_codegen, acme, server.url, "--version", "1.0")
    assert ran.code == 1
    end = "; acme_stubs-1.0-py3-none-any.whl is uploaded, and the same command completes the version\n"
    assert ran.stderr.endswith(end)
    assert server.names == ["acme_stubs-1.0-py3-none-any.whl"]
    server.allowed.unlink()

    spec = acme / "specs/acme.yaml"
    text = spec.read_text()
    spec.write_text(text.replace("count_letters:", "count_characters:", 1))
    ran = publish(run_codegen, acme, server.url, "--version", "1.0")
    message = (
        "the index has another acme_stubs-1.0-py3-none-any.whl; publish a later version"
    )
    assert (ran.code, ran.stderr) == (1, f"codegen: {message}\n")

    spec.write_text(text)
    ran = publish(run_codegen, acme, server.url, "--version", "1.0")
    assert ran.code == 0, ran
    ended = ran.stdout.splitlines()[-2:]
    assert ended == [
        "uploaded before: acme_stubs-1.0-py3-none-any.whl",
        "uploaded: acme_stubs-1.0.tar.gz",
    ]
    assert len(server.names) == 2


def test_a_repository_and_an_account_by_name(
    server: Server,
    acme: Path,
    run_codegen: Any,
    untried: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both may stand in ~/.pypirc, as twine has it."""
    monkeypatch.delenv("TWINE_USERNAME")
    monkeypatch.delenv("TWINE_PASSWORD")
    monkeypatch.setattr("twine.utils.DEFAULT_CONFIG_FILE", str(acme.parent / ".pypirc"))
    section = (
        f"[ours]\nrepository = {server.url}\nusername = {USER}\npassword = {PASSWORD}\n"
    )
    (acme.parent / ".pypirc").write_text(
        f"[distutils]\nindex-servers = ours\n{section}"
    )
    ran = publish(run_codegen, acme, "ours", "--version", "1.0")
    assert (ran.code, ran.stderr) == (0, "")
    assert len(server.names) == 2


# What is built


def test_a_build_can_be_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same description gives the same bytes, whatever the time and the umask; SOURCE_DATE_EPOCH is the time within."""
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    made = Settings(package="shop", publish=Publish(version="1.0", partial=True))
    stubs = describing.stubs(made, {"shop-stubs/__init__.pyi": "x: int\n"}, None)
    first = building.build(stubs, tmp_path / "first")
    before = os.umask(0o077)
    try:
        time.sleep(1.1)  # Times in archives have whole seconds.
        second = building.build(stubs, tmp_path / "second")
    finally:
        os.umask(before)
    assert first.contents == second.contents

    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    third = building.build(stubs, tmp_path / "third")
    with zipfile.ZipFile(third.wheel) as wheel:
        assert {entry.date_time[0] for entry in wheel.infolist()} == {2023}
        assert wheel.read("shop-stubs/py.typed") == b"partial\n"
    with tarfile.open(third.sdist) as sdist:
        assert {member.mtime for member in sdist} == {1_700_000_000}


def test_what_cannot_be_imported_is_told(tmp_path: Path) -> None:
    """A command may need what is not installed here, and the line says so; a module of the SDK itself must import."""
    scripts = {"good": "cores.work:run", "other": "cores.more:run"}
    made = Settings(package="shop", publish=Publish(version="1", scripts=scripts))
    cores = {
        "cores/work.py": b"def run() -> None: ...\n",
        "cores/more.py": b"import there_is_no_such_package\n",
    }
    outputs = {"shop/__init__.py": "", "shop/broken.py": "import shop.gone\n"}
    sdk = describing.sdk(made, outputs, cores, {}, None)
    built = building.build(sdk, tmp_path)
    python = trying.installed(built, tmp_path / "environment")

    untried = ["other needs there_is_no_such_package, which is not installed here"]
    assert trying.imported(sdk, ["shop"], python) == untried
    with pytest.raises(PublishError, match=r"the import failed: .*'shop\.gone'"):
        trying.imported(sdk, ["shop", "shop.broken"], python)


def test_this_repository_can_be_published(run_codegen: Any, tmp_path: Path) -> None:
    """A dry run of the SDK: built from specs and cores, imported, its commands load, type checkers see it."""
    (tmp_path / "server").mkdir()
    for server in serve(tmp_path / "server"):
        words = ["publish", "sdk", "--dry-run", "--repository", server.url]
        ran = run_codegen(ROOT, *words)
        assert (ran.code, ran.stderr) == (0, "")
        lines = ran.stdout.splitlines()
        assert "imported: 10 modules" in lines
        assert "commands: c0, fserve" in lines
        assert "mypy: sees the types" in lines
        assert server.names == []


def test_the_sdk_is_described_by_its_own_metadata() -> None:
    """What its pyproject.toml says stays, but for the version that is asked for; files it names come along."""
    text = b"""
[project]
name = "acme-sdk"
version = "0.1"
readme = "README.md"
license-files = ["LICENSE"]
dependencies = ["attrs; python_version < '3.12'"]
authors = [{name = "A", email = "a@example.org"}]
[project.scripts]
acme = "acme_cores.main:run"
[project.urls]
"Home page" = "https://example.org"
[tool.hatch.build.targets.wheel]
packages = ["acme_cores", "acme_extra"]
"""
    kept = {
        "pyproject.toml": text,
        "README.md": b"# Acme\n",
        "LICENSE": b"free\n",
        "notes.txt": b"-",
    }
    cores = {"acme_cores/main.py": b"", "acme_extra/__init__.py": b""}
    made = describing.sdk(
        Settings(package="acme"), {"acme/__init__.py": ""}, cores, kept, "2.0"
    )

    assert (made.name, made.version, made.commands) == ("acme-sdk", "2.0", ("acme",))
    assert made.files.keys() == {
        "acme/__init__.py",
        *cores,
        "README.md",
        "LICENSE",
        "pyproject.toml",
    }
    written = tomllib.loads(made.files["pyproject.toml"].decode())
    before = tomllib.loads(text.decode())
    assert written["project"] == before["project"] | {"version": "2.0"}
    packages = written["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert packages == ["acme", "acme_cores", "acme_extra"]
    paths = [*cores, "setup_tools.py"]
    assert describing.core_packages(["acme_cores.main:run"], paths, text) == [
        "acme_cores",
        "acme_extra",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"[project", "the pyproject.toml of the SDK: "),
        (b"[tool.x]\n", "says no name"),
        (b'[project]\nname = "a"\ndynamic = ["readme"]\n', "leaves open: readme"),
        (b'[project]\nname = "a"\ndynamic = ["version"]\n', "'a' has no version"),
    ],
)
def test_metadata_that_cannot_be_used(text: bytes, message: str) -> None:
    """What is wrong with the SDK's own pyproject.toml is said in one line."""
    with pytest.raises(PublishError, match=message):
        describing.sdk(Settings(package="a"), {}, {}, {"pyproject.toml": text}, None)


values = st.recursive(
    st.text() | st.booleans() | st.integers(-(2**40), 2**40),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(project=st.dictionaries(st.text(), values, max_size=4))
def test_metadata_survive_being_written(project: dict[str, Any]) -> None:
    """Whatever stands in a [project] table is read again as it was."""
    written = describing.pyproject(project, ["a"]).decode()
    assert tomllib.loads(written).get("project", {}) == _without_empty(project)


def _without_empty(value: Any) -> Any:
    """Tables without a value, which a table cannot show."""
    if isinstance(value, dict):
        found = {key: _without_empty(item) for key, item in value.items()}
        return {
            k: v for k, v in found.items() if v != {} or not isinstance(value[k], dict)
        }
    return value


# Indexes


class _Answers(BaseHTTPRequestHandler):
    """An index that answers in each of the ways there are, and notes who gave credentials."""

    told: ClassVar[list[str]] = []
    other = ""

    def do_GET(self) -> None:
        """Answer what the path asks for."""
        if "Authorization" in self.headers:
            self.told.append(self.path)
        project = self.path.split("/")[2]
        code, kind, body = {
            "json": (
                200,
                "application/vnd.pypi.simple.v1+json",
                b'{"files": [{"filename": "json-1.0.tar.gz", "url": "../../f/json-1.0.tar.gz", "hashes": {"sha256": "00"}}]}',
            ),
            "html": (
                200,
                "text/html",
                b"<a href='/f/html-1.0-py3-none-any.whl#md5=900150983cd24fb0d6963f7d28e17f72'>x</a><a name=y>",
            ),
            "broken": (200, "application/vnd.pypi.simple.v1+json", b"[]"),
            "closed": (401, "text/plain", b""),
            "ill": (503, "text/plain", b""),
            "moved": (302, "text/plain", b""),
        }.get(project, (404, "text/plain", b""))
        self.send_response(code)
        self.send_header("Content-Type", kind)
        if code == 302:
            self.send_header("Location", f"{self.other}/simple/html/")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def answers() -> Iterator[str]:
    """The address of that index, reached by two names."""
    with HTTPServer(("127.0.0.1", 0), _Answers) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        _Answers.told.clear()
        _Answers.other = f"http://localhost:{server.server_port}"
        yield f"http://127.0.0.1:{server.server_port}/simple"
        server.shutdown()
        thread.join(timeout=30)


def test_what_an_index_answers(answers: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """JSON and HTML are read, a project that is not there has no files, and anything else is one clear line."""
    monkeypatch.setenv("TWINE_USERNAME", USER)
    monkeypatch.setenv("TWINE_PASSWORD", PASSWORD)
    index = Index(answers)
    root = answers.removesuffix("/simple")
    (json_file,) = index.files("JSON")
    assert json_file == File(
        "json-1.0.tar.gz", f"{root}/f/json-1.0.tar.gz", {"sha256": "00"}
    )
    (html_file,) = index.files("html")
    assert html_file.version == "1.0"
    assert index.holds(html_file, b"abc")
    assert not index.holds(html_file, b"abd")
    assert index.files("nothing") == []
    for project, message in (
        ("broken", "is no answer of an index"),
        ("closed", r"refuses the credentials \(401\)"),
        ("ill", "answers 503"),
    ):
        with pytest.raises(PublishError, match=message):
            index.files(project)
    with pytest.raises(PublishError, match="is no address of an index"):
        Index("file:///etc").files("x")


def test_credentials_stay_with_the_index(
    answers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A redirection to another host, and a file on one, are asked for without them."""
    monkeypatch.setenv("TWINE_USERNAME", USER)
    monkeypatch.setenv("TWINE_PASSWORD", PASSWORD)
    index = Index(answers)
    (found,) = index.files("moved")
    assert _Answers.told == ["/simple/moved/"]
    assert found.url.startswith(f"{_Answers.other}/f/")
    with pytest.raises(PublishError):
        index.fetch(found)
    assert _Answers.told == ["/simple/moved/"]


def test_addresses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The simple API that belongs to an address; names are those of ~/.pypirc; nothing secret is shown."""
    assert simple("https://upload.pypi.org/legacy/") == "https://pypi.org/simple/"
    assert simple("https://test.pypi.org/legacy/") == "https://test.pypi.org/simple/"
    assert simple("https://example.org/pypi/") == "https://example.org/pypi/simple/"
    assert shown("https://a:b@example.org/x") == "https://example.org/x"
    monkeypatch.setenv("TWINE_PASSWORD", "s3cr/et")
    assert without_secrets("s3cr/et s3cr%2Fet https://u:p@x/") == "*** *** https://x/"
    monkeypatch.delenv("TWINE_REPOSITORY_URL", raising=False)
    for name in ("TWINE_REPOSITORY_URL", "TWINE_REPOSITORY"):
        monkeypatch.delenv(name, raising=False)
    pypirc = tmp_path / ".pypirc"
    pypirc.write_text(
        "[distutils]\nindex-servers = ours\n[ours]\nrepository = https://example.org/up\n"
    )
    monkeypatch.setattr("twine.utils.DEFAULT_CONFIG_FILE", str(pypirc))
    assert uploading.address("ours") == (
        "https://example.org/up",
        ["--repository", "ours"],
    )
    with pytest.raises(PublishError, match="there is no repository 'theirs'"):
        uploading.address("theirs")


def test_every_setting_is_documented() -> None:
    """The guide has a row for each setting, in their order."""
    guide = (ROOT / "docs" / "publishing.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \|", guide, re.MULTILINE)
    assert rows == list(publish_settings.KEYS)


def test_wrong_settings_are_explained(acme: Path, run_codegen: Any) -> None:
    """A setting that is wrong has its place and says what it must be."""
    config = acme / "codegen.toml"
    wrong = '[publish]\nversion = "one"\nstubs = "-x"\nsdk = "../x"\npartial = 1\nurl = {}\n'
    config.write_text(f"{config.read_text()}\n{wrong}")
    ran = run_codegen(acme, "check", "--output-format", "concise")
    assert ran.code == 2
    assert [line.partition(": ")[2] for line in ran.stdout.splitlines()[:5]] == [
        "error[wrong-setting]: 'one' is no version (PEP 440)",
        "error[wrong-setting]: '-x' cannot be the name of a distribution",
        "error[wrong-setting]: 'sdk' must be a folder of the project, not '../x'",
        "error[wrong-setting]: 'partial' must be true or false",
        "error[unknown-setting]: 'url' is not a setting of what is published",
    ]
