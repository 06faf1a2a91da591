"""Which release of the SDK this one stands in for.

Knows nothing else. Backends record the release with everything they are sent, and the default image carries it in its
tag: programs of that very release read, inside the container, what is written here.
"""

from __future__ import annotations

RELEASE = "2.0.0b44"
