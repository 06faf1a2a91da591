from ._types import Setting
from .public import load


class Engine:
    def run(self, setting: Setting, other: "_Local") -> None: ...


class _Local: ...


class Unused: ...


def start() -> Engine: ...
