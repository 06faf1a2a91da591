"""One module cannot be read."""

from .good import fine as fine
from .bad import broken as broken
