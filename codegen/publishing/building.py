"""A described distribution becomes two files: a source archive, and the wheel that is built from it.

Knows the build frontend. It must not know what is built. The same description gives the same bytes, whenever and by
whomever it is built: hatchling takes times from SOURCE_DATE_EPOCH, or a fixed one, and modes are laid out the same.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from codegen import files
from codegen.publishing.describing import Described
from codegen.publishing.errors import PublishError

_SECONDS = 600


class Built(NamedTuple):
    """The two files of a distribution."""

    wheel: Path
    sdist: Path

    @property
    def contents(self) -> dict[str, bytes]:
        """The content of each file by its name."""
        return {path.name: path.read_bytes() for path in self}


def build(described: Described, folder: Path) -> Built:
    """Build both files in a folder of this process's own; raises PublishError when the build fails."""
    source, out = folder / "source", folder / "dist"
    files.lay_out(source, described.files)
    words = ["-m", "build", "--no-isolation", "--skip-dependency-check"]
    run([*words, "--outdir", str(out), str(source)], "the build")
    wheel = next(out.glob("*.whl"), None)
    sdist = next(out.glob("*.tar.gz"), None)
    if wheel is None or sdist is None:
        raise PublishError("the build made no wheel, or no source archive")
    return Built(wheel, sdist)


def run(
    words: list[str],
    subject: str,
    python: str = sys.executable,
    *,
    credentials: bool = False,
) -> str:
    """Run a Python program; return what it printed, or raise PublishError with the last line that says what is wrong.

    Only what uploads is told the ``credentials`` that stand in the environment.
    """
    environment = {
        name: value
        for name, value in os.environ.items()
        if credentials or not name.startswith("TWINE_")
    }
    # Nothing is coloured, and no line is broken before it ends.
    environment |= {
        "PYTHONUTF8": "1",
        "NO_COLOR": "1",
        "TERM": "dumb",
        "COLUMNS": "999",
    }
    try:
        ran = subprocess.run(
            [python, *words],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        raise PublishError(f"{subject} took more than {_SECONDS} seconds") from None
    if ran.returncode:
        missing = f"No module named {words[1]}" if words[0] == "-m" else "\0"
        if missing in ran.stderr:
            extra = "" if words[1] == "pip" else "; install it with the extra 'publish'"
            raise PublishError(f"{words[1]} is not installed beside codegen{extra}")
        raise PublishError(f"{subject} failed: {_reason(ran.stdout + ran.stderr)}")
    return ran.stdout


def _reason(output: str) -> str:
    """The line of an output that says what is wrong: the last that speaks of an error, else the last."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    # What build says at the end hides what its backend said.
    lines = [line for line in lines if "Backend subprocess exited" not in line]
    telling = [line for line in lines if "error" in line.lower()]
    return (telling or lines or ["no reason was given"])[-1]
