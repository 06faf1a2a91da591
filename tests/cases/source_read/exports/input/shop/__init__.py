"""A package."""

from . import tools
from ._core import Engine, start as begin
from .public import *
from .public import helper

__all__ = ["Engine", "begin", "tools", "helper", "load", "Path"]
__all__ += tools.__all__

from pathlib import Path
