"""Run in the environment of the site's tools: print every line of an inventory as Sphinx reads it."""

from __future__ import annotations

import sys
from pathlib import Path

from sphinx.util.inventory import InventoryFile


def main(path: Path) -> None:
    """Print role, name and place of each object."""
    inventory = InventoryFile.loads(path.read_bytes(), uri="")
    for role, objects in sorted(inventory.data.items()):
        for name, item in sorted(objects.items()):
            print(role, name, item.uri)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
