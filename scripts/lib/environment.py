"""Makes one of the project's virtual environments, as its lock says, unless it is already there.

Usage: environment.py NAME, where requirements/NAME.txt is the lock. ``dev`` goes to ``.venv`` and also gets the
project itself, editable; any other goes to ``.venv-NAME``.

Knows pip and venv, and only the standard library, because nothing is installed yet when it runs. A stamp inside the
environment says what it was made from. It is written last: an environment without a matching stamp is thrown away and
made anew, so an interrupted run leaves nothing to repair. Runs at the same time wait for each other.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import subprocess
import sys
import tomllib
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PIP = ["-I", "-m", "pip", "-qq", "--disable-pip-version-check", "--no-input"]


class Environment:
    """A virtual environment, and the files that determine what is in it."""

    def __init__(self, name: str) -> None:
        self.holds_project = name == "dev"
        self.folder = ROOT / (".venv" if self.holds_project else f".venv-{name}")
        self.lock = ROOT / "requirements" / f"{name}.txt"
        self.python = self.folder / "bin" / "python"
        self.stamp = self.folder / "made-from"

    def expected_stamp(self) -> str:
        """What the stamp of an up-to-date environment says."""
        sources = {self.lock.name: self.lock.read_bytes()}
        if self.holds_project:
            sources["pyproject.toml"] = installed_settings()
        digests = [
            f"{hashlib.sha256(content).hexdigest()} {name}\n"
            for name, content in sources.items()
        ]
        # An environment cannot be moved: its scripts and path files name its place.
        return "".join([*digests, f"{ROOT}\n"])

    def up_to_date(self) -> bool:
        """Whether the environment is complete, and its interpreter still there."""
        try:
            found = self.stamp.read_text(encoding="utf-8")
        except OSError:
            return False
        return found == self.expected_stamp() and self.python.exists()

    def make(self) -> None:
        """Make it from nothing."""
        version = ".".join(map(str, sys.version_info[:3]))
        print(
            f"making {self.folder.name} from requirements/{self.lock.name} with Python"
            f" {version}; this takes about a minute, and only the first time",
            file=sys.stderr,
        )
        self.stamp.unlink(missing_ok=True)
        venv.create(self.folder, clear=True, symlinks=True, with_pip=True)
        # A lock is complete, so what it leaves out is left out on purpose.
        self.pip(
            "install", "--no-deps", "--require-hashes", "--requirement", str(self.lock)
        )
        if self.holds_project:
            # The build backend comes from the lock, not from wherever pip would get one.
            self.pip(
                "install", "--no-deps", "--no-build-isolation", "--editable", str(ROOT)
            )
        self.stamp.write_text(self.expected_stamp(), encoding="utf-8")

    def pip(self, *arguments: str) -> None:
        """Run the environment's own pip."""
        subprocess.run([self.python, *PIP, *arguments], check=True, cwd=ROOT)


def installed_settings() -> bytes:
    """The parts of pyproject.toml that an editable install depends on."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    parts = [settings["build-system"], settings["project"], settings["tool"]["hatch"]]
    return json.dumps(parts).encode()


@contextmanager
def only_one(lock: Path) -> Iterator[None]:
    """Hold ``lock``, which the system releases however this process ends."""
    with lock.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("waiting for another run that makes it", file=sys.stderr)
            fcntl.flock(held, fcntl.LOCK_EX)
        yield


def main() -> int:
    """Make the environment that the command line names."""
    environment = Environment(sys.argv[1])
    if environment.up_to_date():
        return 0
    try:
        with only_one(environment.folder.with_suffix(".lock")):
            # Another run may have made it while this one waited.
            if not environment.up_to_date():
                environment.make()
    except subprocess.CalledProcessError as failure:
        print(
            f"error: {environment.folder.name} is not complete: pip failed with exit"
            f" code {failure.returncode}",
            file=sys.stderr,
        )
        return 1
    except OSError as failure:
        print(f"error: {environment.folder.name}: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
