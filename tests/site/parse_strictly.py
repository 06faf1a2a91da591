"""Run in the environment of the site's tools: parse every HTML file of a folder strictly, and print what is wrong."""

from __future__ import annotations

import sys
from pathlib import Path

import html5lib


def main(folder: Path) -> None:
    """Print a line for each page that is not valid HTML5, or has an attribute or nesting a validator would refuse."""
    for path in sorted(folder.rglob("*.html")):
        parser = html5lib.HTMLParser(strict=False)
        parser.parse(path.read_text(encoding="utf-8"))
        for position, code, _ in parser.errors:
            print(f"{path.relative_to(folder)}:{position}: {code}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
