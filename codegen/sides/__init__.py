"""What can be compared, found by name and read: specs in a folder, a project, a git revision; Python source, installed or published.

``finding`` says what a name means, ``specs`` and ``git`` find specs, ``python`` and ``published`` find source, ``reading`` makes
packages of either. Nothing here judges a change or prints one.
"""

from codegen.sides.reading import Loaded, load
from codegen.sides.texts import SideError

__all__ = ["Loaded", "SideError", "load"]
