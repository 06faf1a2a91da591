"""``codegen docs serve``: what browsers and people at a terminal see while a spec is being edited."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from codegen.serving import EVENTS
from tests.site.browsing import CHROMIUM, FLAGS, Visit

SECONDS = 30


class Served(NamedTuple):
    """A project that is being served: where, by which process, and what that prints."""

    address: str
    process: subprocess.Popen[str]
    spec: Path

    def edit(self, old: str, new: str) -> None:
        """Save the spec with another text."""
        self.spec.write_text(self.spec.read_text().replace(old, new))

    def ask(self, path: str) -> tuple[int, str]:
        """The status and the body of an answer; the path is sent as it is."""
        host = urllib.parse.urlsplit(self.address).netloc
        connection = http.client.HTTPConnection(host, timeout=SECONDS)
        connection.request("GET", path)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text


@pytest.fixture
def site(project: Path) -> Iterator[Served]:
    """The small project, served on a free port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "codegen", "docs", "serve", "--port", "0"],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    guard = threading.Timer(SECONDS, process.kill)
    guard.start()
    try:
        address = next(line for line in process.stdout if line.startswith("http"))
        assert "watching" in process.stderr.readline()
        yield Served(address.strip(), process, next(project.glob("specs/*.yaml")))
    finally:
        guard.cancel()
        process.kill()
        process.communicate(timeout=SECONDS)


def events(site: Served) -> Iterator[dict[str, Any]]:
    """What browsers are told, from now on."""
    with urllib.request.urlopen(
        site.address + EVENTS.lstrip("/"), timeout=SECONDS
    ) as stream:
        for line in stream:
            if line.startswith(b"data: "):
                yield json.loads(line.removeprefix(b"data: "))


def test_a_saved_spec_is_a_new_revision(site: Served) -> None:
    """Saving a spec tells every browser, and the page is the new one."""
    told = events(site)
    first = next(told)
    text = site.spec.read_text()
    doc = next(line for line in text.splitlines() if line.startswith("doc: "))
    site.edit(doc, "doc: Entirely new words.")
    assert next(told)["revision"] > first["revision"]
    assert "Entirely new words." in site.ask("/")[1]


def test_a_mistake_is_told_and_the_last_good_site_stays(site: Served) -> None:
    """A spec that is wrong for a moment does not take the site away."""
    told = events(site)
    first = next(told)
    before = site.ask("/")[1]
    good = site.spec.read_text()
    site.spec.write_text(good + "\nnonsense: true\n")
    told_now = next(told)
    assert "nonsense" in told_now["problems"]
    assert told_now["revision"] == first["revision"]
    assert site.ask("/")[1] == before
    site.spec.write_text(good)
    assert next(told) == first


@pytest.mark.parametrize(
    "path",
    ["/../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/nowhere.html", "/assets/"],
)
def test_nothing_but_the_site_is_served(site: Served, path: str) -> None:
    """A path out of the folder, a page that is not there and a list of files are not found."""
    status, text = site.ask(path)
    assert status == 404
    assert "root:" not in text


def test_a_folder_needs_its_slash(site: Served) -> None:
    """A folder's address without a slash leads to the one with it, or its links would be wrong."""
    folder = next(site.spec.parents[1].glob("**/api/*/index.html")).parent.name
    assert site.ask(f"/api/{folder}")[0] == 301
    assert site.ask(f"/api/{folder}/")[0] == 200


def test_ctrl_c_is_a_quiet_end(site: Served) -> None:
    """Ctrl-C ends it without a traceback, while browsers are listening."""
    told = events(site)
    next(told)
    site.process.send_signal(signal.SIGINT)
    _, errors = site.process.communicate(timeout=SECONDS)
    assert site.process.returncode in (0, 130)
    assert errors == ""


def test_a_port_that_is_taken(project: Path) -> None:
    """A port that somebody else uses is an error of one line."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = subprocess.run(
            [sys.executable, "-m", "codegen", "docs", "serve", "--port", port],
            cwd=project,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    assert ended.returncode == 2
    assert (
        ended.stderr
        == f"codegen: cannot listen on 127.0.0.1:{port}: Address already in use\n"
    )


@pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium")
def test_the_browser_follows(site: Served) -> None:
    """The page that is shown changes by itself when its spec is saved, and shows what is wrong with it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, headless=True, args=FLAGS
        )
        visit = Visit(browser.new_page())
        page = visit.page
        page.goto(site.address)
        good = site.spec.read_text()
        doc = next(line for line in good.splitlines() if line.startswith("doc: "))
        site.edit(doc, "doc: Entirely new words.")
        page.wait_for_selector("text=Entirely new words.")
        site.spec.write_text(good + "\nnonsense: true\n")
        page.wait_for_selector("[role=alert]:has-text('nonsense')")
        assert page.locator("h1").is_visible()
        site.spec.write_text(good)
        page.wait_for_selector("[role=alert]", state="detached")
        browser.close()
