"""docs/connectors.md tells the truth: its files are written, its commands run, and what they print is what stands there.

A Python block that begins with a comment naming a file is that file; any other is a script of its own. A console block is
a command and its output; `c0` runs until the next one is started, or to the end of the page. Ports are the only thing
that differs from the page, because tests run side by side. ``--update`` renews the table of options.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import trustme

from flyte_runtime.service.failures import http_code
from flyte_runtime.service.settings import Settings, variable

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "connectors.md"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"# (\S+\.(?:py|toml))\n")
# What differs from run to run, and from Python to Python.
VARYING = (
    (re.compile(r"\d+\.\d\ds"), "0.05s"),
    (re.compile(r":py3\.\d+-"), ":py3.11-"),
)
OPTIONS = "| option | environment variable | default | meaning |\n|---|---|---|---|\n"


class Block(NamedTuple):
    """A fenced block of the guide."""

    language: str
    text: str


BLOCKS = [Block(*found.groups()) for found in FENCE.finditer(GUIDE.read_text())]
SNIPPETS = [
    block.text
    for block in BLOCKS
    if block.language == "python" and not FILE.match(block.text)
]


class Reader:
    """Somebody who follows the guide in a folder, with the ports of this test."""

    def __init__(self, folder: Path, start: Callable[..., Any]) -> None:
        """Have the commands of the guide at hand."""
        self.folder = folder
        self._start = start
        self._service: Any = None
        commands = folder / "bin"
        commands.mkdir()
        python = commands / "python"
        python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
        python.chmod(0o755)
        self._environment = {
            **os.environ,
            "PATH": f"{commands}:{os.environ['PATH']}",
            "PYTHONPATH": f"{ROOT / 'generated'}:{ROOT / 'runtime'}",
        }

    def follow(self, block: Block) -> None:
        """Write the file a block holds, or run its command and compare what it prints."""
        named = FILE.match(block.text)
        if named:
            (self.folder / named[1]).write_text(block.text)
        elif block.language == "console":
            command, _, expected = block.text.removeprefix("$ ").partition("\n")
            assert self.output(command) == expected

    def output(self, command: str) -> str:
        """Run a command; the service is left running."""
        words = command.split()
        if words[0] == "c0":
            return self._serve(words[1:])
        self._replace_ports("localhost:8000", f"localhost:{self._service.port}")
        done = subprocess.run(
            command,
            shell=True,
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        printed = done.stdout.removesuffix("\n") + "\n"
        for pattern, shown in VARYING:
            printed = pattern.sub(shown, printed)
        return printed

    def _serve(self, arguments: list[str]) -> str:
        if self._service is not None:
            assert self._service.stop() == 0
            self._replace_ports(f"localhost:{self._service.port}", "localhost:8000")
        self._service = self._start(*arguments, environment={"LOG_LEVEL": "WARNING"})
        printed: str = self._service.log.read_text()
        return printed.replace(f":{self._service.port}", ":8000").replace(
            f":{self._service.metrics_port}/", ":9090/"
        )

    def _replace_ports(self, old: str, new: str) -> None:
        for path in self.folder.glob("*.py"):
            path.write_text(path.read_text().replace(old, new))


def write_certificates(folder: Path) -> None:
    """Write the certificates and the token that the guide takes for granted."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.crt"))
    for name, issued in (
        ("tls", authority.issue_cert("localhost", "127.0.0.1")),
        ("client", authority.issue_cert("backend@example.com")),
    ):
        issued.private_key_pem.write_to_path(str(folder / f"{name}.key"))
        for part in issued.cert_chain_pems:
            part.write_to_path(str(folder / f"{name}.crt"), append=True)
    (folder / "token").write_text("a token nobody guesses\n")


def test_the_guide_can_be_followed(tmp_path: Path, start: Callable[..., Any]) -> None:
    """Whoever writes the files and runs the commands, from the first to the last, sees what the guide shows."""
    write_certificates(tmp_path)
    reader = Reader(tmp_path, start)
    for block in BLOCKS:
        reader.follow(block)
    project = tomllib.loads((tmp_path / "pyproject.toml").read_text())
    assert project["project"]["entry-points"]["flyte.connectors"]


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_a_snippet_runs(snippet: str) -> None:
    """A block of Python that is no file is complete, and what it asserts is true."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", snippet],
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'generated'}:{ROOT / 'runtime'}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def option_rows() -> Iterator[str]:
    """Yield the rows of the table of options, as the settings declare them."""
    for one in fields(Settings):
        option = f"--{one.name.replace('_', '-')} {one.metadata['metavar']}"
        default = "" if one.default in (None, ()) else f"`{one.default}`"
        text = one.metadata["help"]
        yield f"| `{option}` | `{variable(one.name)}` | {default} | {text} |"


def test_all_options_are_listed(update: bool) -> None:
    """The table of options has every option of the service with its variable, default and meaning."""
    before, table, rest = GUIDE.read_text().partition(OPTIONS)
    assert table
    shown, gap, after = rest.partition("\n\n")
    expected = "\n".join(option_rows())
    if update:
        GUIDE.write_text(f"{before}{table}{expected}{gap}{after}")
    else:
        assert shown == expected


def rows_of(heading: str) -> list[list[str]]:
    """Return the cells of the table below a heading."""
    section = GUIDE.read_text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [
        line.strip("|").split("|") for line in section.splitlines() if line[:1] == "|"
    ]
    return [[cell.strip().strip("`") for cell in row] for row in rows[2:]]


def test_the_metrics_are_those_of_the_service(start: Callable[..., Any]) -> None:
    """The metrics page has each metric the guide lists, and no other of the service."""
    service = start("--modules", "flyte_sqlite.connector")
    address = f"http://127.0.0.1:{service.metrics_port}/metrics"
    with urllib.request.urlopen(address, timeout=60) as page:
        found = set(
            re.findall(
                r"^# HELP (flyte_connector_\w+)", page.read().decode(), re.MULTILINE
            )
        )
    created = {name for name in found if name.endswith("_created")}
    assert {row[0] for row in rows_of("Monitoring")} == found - created


def test_status_codes_have_the_names_metrics_use() -> None:
    """The table of errors says the same about `error_code` as the service does."""
    import grpc

    for name, _, label in rows_of("Errors"):
        if label != "not counted":
            assert http_code(grpc.StatusCode[name]) == label


def test_links_lead_somewhere() -> None:
    """Every relative link of the guide leads to a file or folder."""
    links = re.findall(r"\]\(((?!https?:)[^)#]+)", GUIDE.read_text())
    assert links
    for link in links:
        assert (GUIDE.parent / link).exists(), link
