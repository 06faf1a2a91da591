"""Reads a package from source, with the reader of specs or with griffe, and prints the processor time that took.

Everything is imported before the clock starts; neither runs any of the package.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import griffe

from codegen.importing_source import find, read_texts
from codegen.readers.source.packages import read_package


def with_codegen(site: Path, package: str) -> None:
    """Read the package into specs."""
    texts, _ = read_texts(find(package, [site]))
    assert read_package(package, texts).modules


def with_griffe(site: Path, package: str) -> None:
    """Load the package as griffe's own data."""
    griffe.load(
        package, search_paths=[site], allow_inspection=False, try_relative_path=False
    )


def main(how: str, site: Path, package: str) -> None:
    """Read in one of two ways."""
    start = time.process_time()
    {"codegen": with_codegen, "griffe": with_griffe}[how](site, package)
    print(time.process_time() - start)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
