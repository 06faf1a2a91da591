"""The command behind ``scripts/bench``: arguments, the table, and the file of samples."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import diffing, generation, pages, reading, report, sdk, service, site


def main() -> int:
    """Measure, print a table, and succeed whether or not the targets are met."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="take fewer rounds")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all samples")
    options = parser.parse_args()
    minutes = 6 if options.quick else 12
    print(f"measuring; this takes about {minutes} minutes", file=sys.stderr)
    try:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            rows = [
                *generation.rows(Path(folder), quick=options.quick),
                *diffing.rows(Path(folder), quick=options.quick),
                *pages.rows(quick=options.quick),
                *reading.rows(quick=options.quick),
                *sdk.rows(quick=options.quick),
                *service.rows(quick=options.quick),
                *site.rows(Path(folder), quick=options.quick),
            ]
    except subprocess.CalledProcessError as failure:
        print(f"{failure.output}\nerror: {failure}", file=sys.stderr)
        return 1
    print(f"{report.machine()}\n\n{report.table(rows)}")
    if options.json:
        text = json.dumps(report.data(rows), indent=2)
        options.json.write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
