"""`c0` on the command line: options, environment variables, and what is said of wrong ones."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from hypothesis import given
from hypothesis import strategies as st

from flyte_runtime.service import certificates, command, loading, ports, settings
from flyte_runtime.service.failures import CannotServe
from flyte_runtime.service.settings import Settings, from_environment
from tests.service.operating import CONNECTORS, Ended, run
from tests.service.running import Service, free_port

NUMBERS = [
    "port",
    "prometheus_port",
    "worker",
    "timeout",
    "max_message_bytes",
    "max_calls",
    "grace_period",
    "processes",
]
VALUES = {
    **dict.fromkeys(NUMBERS, ("17", 17)),
    "modules": ("one,two.three", ("one", "two.three")),
    "host": ("0.0.0.0", "0.0.0.0"),
    "tls_certificate": ("chain.pem", "chain.pem"),
    "tls_key": ("key.pem", "key.pem"),
    "tls_client_ca": ("ca.pem", "ca.pem"),
    "token": ("secret", "secret"),
    "token_file": ("token", "token"),
}
# What another option needs beside itself.
COMPANIONS = {
    "tls_certificate": {"tls_key": "key.pem"},
    "tls_key": {"tls_certificate": "chain.pem"},
    "tls_client_ca": {"tls_certificate": "chain.pem", "tls_key": "key.pem"},
}


def chosen(words: list[str], environment: dict[str, str] | None = None) -> Settings:
    """Return the settings that `c0` would serve with."""
    return from_environment(environment or {}, **command.parse(words))


def dashed(name: str) -> str:
    """Return the option as commands usually write it."""
    return f"--{name.replace('_', '-')}"


# What options mean


def test_defaults() -> None:
    """Without options `c0` does what the published one does."""
    default = chosen([])
    assert (default.port, default.prometheus_port) == (8000, 9090)
    assert (default.worker, default.timeout, default.modules) == (10, None, ())
    assert default.host == "127.0.0.1"


def test_every_option_is_tried() -> None:
    """The table of this test names all options."""
    assert set(VALUES) == {one.name for one in fields(Settings)}


@pytest.mark.parametrize("name", VALUES)
def test_both_spellings_and_the_environment(name: str) -> None:
    """An option can be written with dashes, with underscores and as an environment variable."""
    text, value = VALUES[name]
    companions = COMPANIONS.get(name, {})
    others = [word for key, file in companions.items() for word in (dashed(key), file)]
    variables = {f"FLYTE_CONNECTOR_{name.upper()}": text}
    words = text.split(",")
    for spelling in (dashed(name), f"--{name}"):
        options = [part for word in words for part in (spelling, word)]
        assert getattr(chosen([*options, *others]), name) == value
    assert getattr(chosen(others, variables), name) == value


@pytest.mark.parametrize("name", [name for name in VALUES if name != "token"])
def test_the_command_line_wins(name: str) -> None:
    """What the command line says is not changed by the environment, even if that makes no sense."""
    text, value = VALUES[name]
    if name == "modules":
        text, value = "one", ("one",)
    companions = COMPANIONS.get(name, {})
    others = [word for key, file in companions.items() for word in (dashed(key), file)]
    variables = {f"FLYTE_CONNECTOR_{name.upper()}": "!"}
    assert getattr(chosen([dashed(name), text, *others], variables), name) == value


def test_empty_variables_are_not_set() -> None:
    """A variable that is there but empty is as good as none."""
    empty = {f"FLYTE_CONNECTOR_{name.upper()}": "" for name in VALUES}
    assert chosen([], empty) == Settings()


@given(
    st.integers(1, 65535),
    st.integers(1, 65535),
    st.integers(1, 10**6),
    st.none() | st.integers(1, 10**6),
)
def test_settings_survive_the_command_line(
    port: int, prometheus_port: int, worker: int, timeout: int | None
) -> None:
    """Whatever valid numbers are given arrive as they are."""
    if port == prometheus_port:
        return
    words = [f"--port={port}", f"--prometheus_port={prometheus_port}"]
    words += [f"--worker={worker}"] + ([f"--timeout={timeout}"] if timeout else [])
    assert chosen(words) == Settings(
        port=port, prometheus_port=prometheus_port, worker=worker, timeout=timeout
    )


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    """The help names each option with its variable and its default."""
    with pytest.raises(SystemExit) as end:
        command.serve(["--help"])
    assert end.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    for one in fields(Settings):
        assert f"--{one.name}" in text
        assert f"FLYTE_CONNECTOR_{one.name.upper()}" in text
        assert one.metadata["help"] in text
        assert one.default in (None, ()) or f"default: {one.default}" in text


# Wrong usage

MISUSES = {
    "--port 0": "port must be from 1 to 65535, got 0",
    "--port 65536": "port must be from 1 to 65535, got 65536",
    "--port -1": "port must be from 1 to 65535, got -1",
    "--port x": "argument --port: invalid int value: 'x'",
    "--port 1.5": "argument --port: invalid int value: '1.5'",
    "--port": "argument --port: expected one argument",
    "--prometheus-port 0": "prometheus_port must be from 1 to 65535, got 0",
    "--port 9090": (
        "port and prometheus_port must differ, both are 9090; one port cannot serve both"
    ),
    "--worker 0": "worker must be at least 1, got 0",
    "--timeout 0": "timeout must be at least 1, got 0",
    "--grace-period -1": "grace_period must be at least 0, got -1",
    "--max-calls 0": "max_calls must be at least 1, got 0",
    "--max-message-bytes 0": "max_message_bytes must be at least 1, got 0",
    "--processes 0": "processes must be at least 1, got 0",
    "--modules a-b": "modules: 'a-b' is not the name of a module",
    "--modules .a": "modules: '.a' is not the name of a module",
    "--tls-certificate x": "tls_certificate and tls_key need each other",
    "--tls-key x": "tls_certificate and tls_key need each other",
    "--tls-client-ca x": "tls_client_ca needs tls_certificate and tls_key",
    "--token a --token-file b": "token and token_file exclude each other",
    "--token ä": "token must be a line of printable ASCII characters",
    "--unknown": "unrecognized arguments: --unknown",
    "--work 3": "unrecognized arguments: --work 3",
    "word": "unrecognized arguments: word",
}


@pytest.mark.parametrize("words", MISUSES)
def test_misuse(
    words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong command line ends with exit code 2 and one line that says what is wrong."""
    for name in list(os.environ):
        if name.startswith(settings.PREFIX):
            monkeypatch.delenv(name)
    assert command.serve(words.split()) == 2
    written = capsys.readouterr()
    assert (written.out, written.err) == ("", f"c0: error: {MISUSES[words]}\n")


def test_a_token_of_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """An empty token would let everybody in."""
    assert command.serve(["--token", ""]) == 2
    assert "token must be a line of printable ASCII" in capsys.readouterr().err


def test_a_host_of_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """An empty host is none."""
    assert command.serve(["--host", ""]) == 2
    assert capsys.readouterr().err == "c0: error: host must not be empty\n"


@pytest.mark.parametrize("name", NUMBERS)
def test_variables_that_are_no_numbers(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A variable that cannot be read is named."""
    variable = f"FLYTE_CONNECTOR_{name.upper()}"
    monkeypatch.setenv(variable, "many")
    assert command.serve([]) == 2
    expected = f"c0: error: {variable} must be an integer, got 'many'\n"
    assert capsys.readouterr().err == expected


def test_misuse_of_the_command(tmp_path: Path) -> None:
    """The same as a process."""
    ended = run(tmp_path, "--worker", "0")
    assert ended == Ended(2, "", "c0: error: worker must be at least 1, got 0\n")


# A service that cannot start


@contextmanager
def taken(port: int) -> Iterator[None]:
    """Listen on a port."""
    with socket.create_server(("127.0.0.1", port)):
        yield


def refused(folder: Path, *words: str) -> str:
    """Run a service that cannot start: exit code 1, and one line, which is returned."""
    free = [f"--port={free_port()}", f"--prometheus_port={free_port()}"]
    ended = run(folder, *free, *words)
    assert (ended.code, ended.stdout) == (1, ""), ended
    (line,) = ended.stderr.splitlines()
    return line.removeprefix("c0: error: ")


@pytest.mark.parametrize("processes", ["1", "2"])
def test_taken_ports(tmp_path: Path, processes: str) -> None:
    """A port that somebody listens on is named, whichever it is."""
    port = free_port()
    with taken(port):
        reason = "Address already in use; is another service running there?"
        assert (
            refused(tmp_path, f"--port={port}", "--processes", processes)
            == f"cannot listen on 127.0.0.1 port {port}: {reason}"
        )
        assert (
            refused(tmp_path, f"--prometheus-port={port}", "--processes", processes)
            == f"cannot serve metrics on 127.0.0.1 port {port}: {reason}"
        )


def test_a_second_service(tmp_path: Path) -> None:
    """A second service on the port of a first one is refused, and the first one goes on."""
    first = Service(tmp_path, modules=(CONNECTORS,))
    try:
        first.wait_until_healthy()
        line = refused(tmp_path, f"--port={first.port}")
        assert line.startswith(f"cannot listen on 127.0.0.1 port {first.port}:")
        first.wait_until_healthy()
        first.stop()
    finally:
        first.kill()


HOSTS = ["nonsense.invalid", "999.1.1.1", "203.0.113.77", "http://localhost", "a b"]


@pytest.mark.parametrize("host", HOSTS)
def test_hosts_that_are_not_here(host: str) -> None:
    """An address that is not one of this machine's is named."""
    with pytest.raises(CannotServe, match=f"^cannot listen on {host} port 8000: "):
        ports.check_free(host, 8000)


def test_a_host_that_is_not_here(tmp_path: Path) -> None:
    """The same as a process."""
    line = refused(tmp_path, "--host", HOSTS[0])
    assert line.startswith(f"cannot listen on {HOSTS[0]} port ")


MODULES = {
    "raise ValueError('two\\nlines')": "ValueError: two lines",
    "import sys; sys.exit(0)": "SystemExit: 0",
    "raise KeyboardInterrupt": "KeyboardInterrupt",
    "x = (": "SyntaxError: '(' was never closed (site_module.py, line 1)",
    "import nothing_like_it": (
        "ModuleNotFoundError: No module named 'nothing_like_it'"
    ),
    "from flyte.connectors import ConnectorRegistry; ConnectorRegistry.register(3)": (
        "TypeError: a connector must derive from AsyncConnector, got int"
    ),
}


@pytest.fixture
def importable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with modules, which are forgotten after the test."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("source", MODULES)
@pytest.mark.parametrize("name", ["site_module", "site_module.py"])
def test_modules_that_fail(importable: Path, name: str, source: str) -> None:
    """A module that cannot be imported ends the service, whatever it does."""
    (importable / "site_module.py").write_text(source)
    with pytest.raises(CannotServe) as failure:
        loading.load_connectors([name])
    assert " ".join(str(failure.value).split()) == (
        f"cannot import {name!r}, which is to register connectors: {MODULES[source]}"
    )
    assert "site_module" not in sys.modules


@pytest.mark.usefixtures("importable")
@pytest.mark.parametrize("name", ["nothing_like_it", "nothing.py", "os.nothing"])
def test_modules_that_are_not_there(name: str) -> None:
    """Neither is a module that does not exist."""
    with pytest.raises(CannotServe, match=r"^cannot import .*Error: "):
        loading.load_connectors([name])


@pytest.mark.parametrize("source", list(MODULES)[:4])
def test_a_module_that_fails(tmp_path: Path, source: str) -> None:
    """The same as a process."""
    (tmp_path / "site_module.py").write_text(source)
    assert refused(tmp_path, "--modules", "site_module").endswith(MODULES[source])


def test_the_log_has_the_traceback(tmp_path: Path) -> None:
    """Where a module fails is in the log at level DEBUG."""
    (tmp_path / "site_module.py").write_text("\n\n1 / 0")
    ended = run(
        tmp_path, "--modules", "site_module", environment={"LOG_LEVEL": "DEBUG"}
    )
    assert ended.code == 1
    assert 'site_module.py", line 3' in ended.stderr


def test_installed_connectors_that_fail(tmp_path: Path) -> None:
    """An entry point that cannot be loaded is a warning, and the others are served."""
    for name in ("failing", "exiting", "missing"):
        folder = tmp_path / f"{name}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Name: {name}\nVersion: 1.0\n")
        target = f"{name}_module"
        (folder / "entry_points.txt").write_text(
            f"[flyte.connectors]\n{name} = {target}\n"
        )
    folder = tmp_path / "working-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Name: working\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text(f"[flyte.connectors]\nx = {CONNECTORS}\n")
    (tmp_path / "failing_module.py").write_text("1 / 0")
    (tmp_path / "exiting_module.py").write_text("raise SystemExit(5)")
    free = [f"--port={free_port()}", f"--prometheus_port={free_port()}"]
    path = os.pathsep.join(map(str, [*paths(), tmp_path]))
    ended = run(tmp_path, *free, "--timeout=1", environment={"PYTHONPATH": path})
    assert ended.code == 0
    for reason in ("ZeroDivisionError", "SystemExit: 5", "ModuleNotFoundError"):
        assert f"cannot be loaded: {reason}" in ended.stderr
    assert "serving blocking version 0" in ended.stderr
    assert "Traceback" not in ended.stderr


def paths() -> list[Path]:
    """Return the folders the SDK and the tests are imported from."""
    root = Path(__file__).parents[2]
    return [root / "generated", root / "runtime", root]


# Certificates and tokens


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with certificates and keys, of which some are no good."""
    folder = tmp_path_factory.mktemp("certificates")
    authority = trustme.CA()
    issued, other = (authority.issue_cert("localhost") for _ in range(2))
    issued.cert_chain_pems[0].write_to_path(folder / "chain.pem")
    issued.private_key_pem.write_to_path(folder / "key.pem")
    other.private_key_pem.write_to_path(folder / "other.pem")
    key = load_pem_private_key(issued.private_key_pem.bytes(), None)
    encrypted = key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"password")
    )
    (folder / "encrypted.pem").write_bytes(encrypted)
    damaged = [
        f"-----BEGIN {kind}-----\nQUFB\n-----END {kind}-----\n"
        for kind in ("CERTIFICATE", "PRIVATE KEY")
    ]
    (folder / "damaged.pem").write_text("".join(damaged))
    authority.cert_pem.write_to_path(folder / "ca.pem")
    (folder / "folder").mkdir()
    (folder / "garbage.pem").write_text("garbage")
    (folder / "empty.pem").touch()
    return folder


NO_CERTIFICATE, NO_KEY = "holds no certificate as PEM", "holds no private key as PEM"
BAD_CERTIFICATES = {
    ("chain.pem", "other.pem", "ca.pem"): (
        "cannot use tls_certificate {}/chain.pem with tls_key {}/other.pem:"
        " the key is not that of the certificate"
    ),
    ("chain.pem", "encrypted.pem", "ca.pem"): (
        "tls_key {}/encrypted.pem is encrypted; give one that needs no password"
    ),
    ("chain.pem", "damaged.pem", "ca.pem"): (
        "cannot use tls_certificate {}/chain.pem with tls_key {}/damaged.pem: it is damaged"
    ),
    ("damaged.pem", "key.pem", "ca.pem"): (
        "cannot use tls_certificate {}/damaged.pem with tls_key {}/key.pem: it is damaged"
    ),
    ("chain.pem", "garbage.pem", "ca.pem"): f"tls_key {{}}/garbage.pem {NO_KEY}",
    ("chain.pem", "empty.pem", "ca.pem"): f"tls_key {{}}/empty.pem {NO_KEY}",
    ("chain.pem", "missing.pem", "ca.pem"): (
        "cannot read tls_key {}/missing.pem: No such file or directory"
    ),
    ("key.pem", "key.pem", "ca.pem"): f"tls_certificate {{}}/key.pem {NO_CERTIFICATE}",
    ("missing.pem", "key.pem", "ca.pem"): (
        "cannot read tls_certificate {}/missing.pem: No such file or directory"
    ),
    ("folder", "key.pem", "ca.pem"): (
        "cannot read tls_certificate {}/folder: Is a directory"
    ),
    ("chain.pem", "key.pem", "garbage.pem"): (
        f"tls_client_ca {{}}/garbage.pem {NO_CERTIFICATE}"
    ),
    ("chain.pem", "key.pem", "damaged.pem"): (
        "cannot use tls_client_ca {}/damaged.pem: it is damaged"
    ),
    ("chain.pem", "key.pem", "missing.pem"): (
        "cannot read tls_client_ca {}/missing.pem: No such file or directory"
    ),
}


def files_of(folder: Path, names: tuple[str, str, str]) -> list[str]:
    """Return the names as options have them."""
    return [str(folder / name) for name in names]


@pytest.mark.parametrize("names", BAD_CERTIFICATES)
def test_bad_certificates(folder: Path, names: tuple[str, str, str]) -> None:
    """Certificates that cannot be used are found before the first client comes, and named."""
    chain, key, authority = files_of(folder, names)
    chosen = Settings(tls_certificate=chain, tls_key=key, tls_client_ca=authority)
    with pytest.raises(CannotServe) as failure:
        certificates.credentials(chosen)
    assert str(failure.value) == BAD_CERTIFICATES[names].replace("{}", str(folder))


def test_a_bad_certificate(tmp_path: Path, folder: Path) -> None:
    """The same as a process."""
    names = ("chain.pem", "encrypted.pem", "ca.pem")
    chain, key, _ = files_of(folder, names)
    line = refused(tmp_path, "--tls-certificate", chain, "--tls-key", key)
    assert line == BAD_CERTIFICATES[names].replace("{}", str(folder))


NOT_A_LINE = "the token must be a line of printable ASCII characters"
BAD_TOKENS = {
    None: "No such file or directory",
    b"": NOT_A_LINE,
    b"\n": NOT_A_LINE,
    b"two\nlines": NOT_A_LINE,
    "gr\u00fcn".encode(): NOT_A_LINE,
    b"\xff": "the token must be text in UTF-8",
}


@pytest.mark.parametrize("content", BAD_TOKENS)
def test_bad_tokens(tmp_path: Path, content: bytes | None) -> None:
    """A file that holds no token is named; what it holds is not shown."""
    file = tmp_path / "file"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CannotServe) as failure:
        Settings(token_file=str(file)).required_token()
    expected = f"cannot use token_file {file}: {BAD_TOKENS[content]}"
    assert str(failure.value) == expected


def test_a_bad_token(tmp_path: Path) -> None:
    """The same as a process."""
    line = refused(tmp_path, "--token-file", "missing")
    assert line == f"cannot use token_file missing: {BAD_TOKENS[None]}"


# Missing packages

BLOCKER = """
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {name!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Blocker())
from flyte_runtime.service.command import main
main()
"""
NEEDED = ["grpc", "grpc_health", "grpc_reflection", "prometheus_client"]


@pytest.mark.parametrize(
    ("name", "processes"),
    [*((name, "1") for name in NEEDED), ("prometheus_client", "2")],
)
def test_missing_packages(tmp_path: Path, name: str, processes: str) -> None:
    """Without one of the packages the service needs it says what to install; help needs none of them."""
    blocked = (sys.executable, "-c", BLOCKER.format(name=name))
    free = [f"--port={free_port()}", f"--prometheus-port={free_port()}"]
    ended = run(tmp_path, *free, "--processes", processes, command=blocked)
    (line,) = ended.stderr.splitlines()
    assert ended.code == 1
    assert f"No module named '{name}" in line
    assert line.endswith("pip install 'flyte-sdk-codegen[connectors]'")
    assert run(tmp_path, "--help", command=blocked).code == 0
