"""``codegen scaffold``: cores follow their specs. Missing ones are written, signatures of others are changed in place.

``running`` goes from a project to files, ``updating`` changes one text; everything below knows one part of that.
"""

from __future__ import annotations

from codegen.scaffolding.running import Scaffolded, scaffold

__all__ = ["Scaffolded", "scaffold"]
