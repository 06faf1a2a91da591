"""Commands that run for a limited time: how they end, what is left of them, and how a test run shows where it hangs."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).parents[2]
BOUNDED = ROOT / "scripts/lib/bounded.py"
# What is waited for comes much earlier.
PATIENCE = 60


# As a shell starts a job in the background.
IN_BACKGROUND = ("sh", "-c", 'trap "" INT; exec "$@"', "sh")


def bounded(
    folder: Path, minutes: float, *words: str, through: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder, and read its output until nobody can write to it any more."""
    return subprocess.run(
        [*through, sys.executable, str(BOUNDED), str(minutes), *words],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def runs(pid: int) -> bool:
    """Tell whether a process is there."""
    return Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize(
    ("script", "code"), [("exit 0", 0), ("exit 3", 3), ("kill -KILL $$", 137)]
)
def test_the_exit_code_is_that_of_the_command(
    script: str, code: int, tmp_path: Path
) -> None:
    """Whoever reads the exit code sees no difference, and what the command prints is not touched."""
    ended = bounded(tmp_path, 1, "sh", "-c", f"echo printed; {script}")
    assert (ended.returncode, ended.stdout) == (code, "printed\n")


def test_a_command_that_is_not_there(tmp_path: Path) -> None:
    """It is named, and the exit code is that of a shell."""
    ended = bounded(tmp_path, 1, "nothing-like-it")
    assert ended.stdout == "error: there is no command nothing-like-it\n"
    assert ended.returncode == 127


def test_a_command_that_hangs_is_stopped(tmp_path: Path) -> None:
    """It is told to end as by ctrl-c, so that it can show what it has; a message says why."""
    (tmp_path / "hanging.py").write_text(
        "import time\ntry:\n    time.sleep(1000)\nfinally:\n    print('found so far')\n"
    )
    ended = bounded(tmp_path, 0.01, sys.executable, "hanging.py")
    assert ended.stdout.splitlines()[0] == (
        "error: it took more than 0.01 minutes and was stopped:"
        f" {sys.executable} hanging.py"
    )
    assert "found so far" in ended.stdout
    assert ended.returncode == 124


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    """An orphan in a session of its own, which holds the output open, ends with the command."""
    script = f"""
        import subprocess
        orphan = subprocess.Popen(["sleep", "{PATIENCE}"], start_new_session=True)
        print(orphan.pid)
    """
    ended = bounded(tmp_path, 1, sys.executable, "-c", dedent(script))
    assert ended.returncode == 0
    assert not runs(int(ended.stdout))


def test_a_run_that_is_cancelled() -> None:
    """SIGTERM ends the command as well."""
    words = [sys.executable, str(BOUNDED), "1", "sh", "-c", "echo $$; sleep 1000"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            pid = int(process.stdout.readline())
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE) == 128 + signal.SIGTERM
        finally:
            process.kill()
    assert not runs(pid)


def test_ctrl_c_works_in_the_background(tmp_path: Path) -> None:
    """A shell lets jobs in the background ignore ctrl-c; the command does not."""
    script = "import signal; print(signal.getsignal(signal.SIGINT).__name__)"
    words = (sys.executable, "-c", script)
    ended = bounded(tmp_path, 1, *words, through=IN_BACKGROUND)
    assert ended.stdout == "default_int_handler\n"


# Test runs

HANGING = '''
    """Tests of which some hang, each in another way."""

    import ctypes
    import signal
    import threading
    import time

    import pytest

    @pytest.fixture
    def endless():
        yield
        threading.Event().wait()

    def test_in_python():
        time.sleep(1000)

    def test_in_c():
        # Without handlers and with the lock that other threads need to run.
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
        ctypes.PyDLL(None).sleep(1000)

    def test_in_a_fixture_after_a_failure(endless):
        assert not "a failure"

    def test_that_interrupts_itself():
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
'''


def test_a_test_that_hangs_does_not_keep_the_others_waiting(tmp_path: Path) -> None:
    """Whatever it hangs in, it fails and shows where, and all other tests are run; ctrl-c works for each."""
    tests = tmp_path / "tests"
    tests.mkdir()
    (tests / "test_hanging.py").write_text(dedent(HANGING))
    (tests / "conftest.py").write_text((ROOT / "tests/conftest.py").read_text())
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    limits = ["-o", "timeout=2", "-o", "faulthandler_timeout=3"]
    words = (sys.executable, "-m", "pytest", "-n", "2", "-p", "no:cacheprovider")
    ended = bounded(tmp_path, 1, *words, *limits, through=IN_BACKGROUND)
    assert "4 failed, 1 passed" in ended.stdout, ended.stdout
    assert "Failed: Timeout (>2.0s) from pytest-timeout." in ended.stdout
    for place in ("test_in_c", "endless"):
        assert f'test_hanging.py", line {line_of(place)} in {place}' in ended.stdout


def line_of(place: str) -> int:
    """Return the number of the line in which a function hangs."""
    lines = dedent(HANGING).splitlines()
    start = lines.index(f"def {place}():")
    return next(
        number
        for number, line in enumerate(lines[start:], start + 1)
        if "sleep" in line or "wait" in line
    )
