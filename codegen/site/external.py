"""Where names from elsewhere are documented: a table of address patterns that have been stable for years.

Knows the standard library's pages and those of protobuf, grpc and typing. It must not know the project; what it does not
know, settings can add by prefix.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Mapping

_PYTHON = "https://docs.python.org/3/library/"
_STANDARD_TYPES = frozenset(
    "bytearray bytes dict frozenset list memoryview range set str tuple".split()
)
_CONSTANTS = frozenset("None True False Ellipsis NotImplemented".split())
# Modules below a top-level one that have a page of their own.
_SUBMODULES = frozenset(
    "collections.abc concurrent.futures curses.ascii curses.panel curses.textpad email.charset email.contentmanager "
    "email.encoders email.errors email.generator email.header email.headerregistry email.iterators email.mime "
    "email.parser email.policy email.utils encodings.idna encodings.utf_8_sig html.entities html.parser http.client "
    "http.cookiejar http.cookies http.server importlib.metadata importlib.resources importlib.resources.abc "
    "logging.config logging.handlers multiprocessing.shared_memory os.path sys.monitoring tkinter.colorchooser "
    "tkinter.dnd tkinter.font tkinter.messagebox tkinter.scrolledtext tkinter.ttk unittest.mock urllib.error "
    "urllib.parse urllib.request urllib.response urllib.robotparser wsgiref.types xml.dom xml.dom.minidom "
    "xml.dom.pulldom xml.etree.ElementTree xml.sax xml.sax.handler xml.sax.saxutils xmlrpc.client xmlrpc.server".split()
)
# asyncio documents its names by subject.
_ASYNCIO = {
    "asyncio-eventloop": "AbstractEventLoop AbstractServer Server Handle TimerHandle SelectorEventLoop EventLoop",
    "asyncio-future": "Future",
    "asyncio-protocol": "BaseTransport Transport ReadTransport WriteTransport DatagramTransport SubprocessTransport "
    "BaseProtocol Protocol BufferedProtocol DatagramProtocol SubprocessProtocol",
    "asyncio-queue": "Queue PriorityQueue LifoQueue QueueEmpty QueueFull",
    "asyncio-runner": "Runner run",
    "asyncio-stream": "StreamReader StreamWriter",
    "asyncio-sync": "Lock Event Condition Semaphore BoundedSemaphore Barrier",
    "asyncio-task": "Task TaskGroup Timeout",
    "asyncio-exceptions": "TimeoutError CancelledError InvalidStateError IncompleteReadError LimitOverrunError",
}
_ASYNCIO_PAGES = {
    name: page for page, names in _ASYNCIO.items() for name in names.split()
}
_PROTOBUF = "https://googleapis.dev/python/protobuf/latest/{slashed}.html#{path}"
_GRPC = "https://grpc.github.io/grpc/python/"

PATTERNS: Mapping[str, str] = {
    "google.protobuf": _PROTOBUF,
    "grpc": f"{_GRPC}grpc.html#{{path}}",
    "grpc.aio": f"{_GRPC}grpc_asyncio.html#{{path}}",
    "grpc_channelz": f"{_GRPC}grpc_channelz.html#{{path}}",
    "grpc_health": f"{_GRPC}grpc_health_checking.html#{{path}}",
    "grpc_reflection": f"{_GRPC}grpc_reflection.html#{{path}}",
    "grpc_status": f"{_GRPC}grpc_status.html#{{path}}",
    "typing_extensions": "https://typing-extensions.readthedocs.io/en/latest/#{path}",
}
"""Prefix of a dotted name to address; ``fill`` says what stands for the words in braces."""


def address(path: str, patterns: Mapping[str, str]) -> str | None:
    """Return where a dotted name from outside the project is documented; None when nobody says."""
    prefix = path
    while prefix:
        pattern = patterns.get(prefix) or PATTERNS.get(prefix)
        if pattern is not None:
            return fill(pattern, path)
        prefix = prefix.rpartition(".")[0]
    root, dot, rest = path.partition(".")
    if not dot:
        return _builtin(path)
    if root == "builtins":
        return _builtin(rest)
    return _standard_library(path, root)


def fill(pattern: str, path: str) -> str:
    """Put the parts of a dotted name into a pattern.

    ``{path}`` is all of it, ``{module}`` what stands before the first capital, ``{slashed}`` that with slashes,
    ``{package}`` the module's parent, and ``{name}`` the rest.
    """
    parts = path.split(".")
    count = next(
        (index for index, part in enumerate(parts) if part[:1].isupper()),
        max(1, len(parts) - 1),
    )
    module = ".".join(parts[:count])
    words = {
        "{path}": path,
        "{module}": module,
        "{slashed}": module.replace(".", "/"),
        "{package}": module.rpartition(".")[0],
        "{name}": ".".join(parts[count:]),
    }
    for word, text in words.items():
        pattern = pattern.replace(word, text)
    return pattern


def _builtin(name: str) -> str | None:
    if name in _CONSTANTS:
        return f"{_PYTHON}constants.html#{name}"
    value = getattr(builtins, name, None)
    if value is None:
        return None
    if isinstance(value, type) and issubclass(value, BaseException):
        return f"{_PYTHON}exceptions.html#{name}"
    page = "stdtypes" if name in _STANDARD_TYPES else "functions"
    return f"{_PYTHON}{page}.html#{name}"


def _standard_library(path: str, root: str) -> str | None:
    if root not in sys.stdlib_module_names or root.startswith("_"):
        return None
    if root == "asyncio":
        name = path.split(".")[1]
        page = _ASYNCIO_PAGES.get(name)
        return f"{_PYTHON}{page}.html#{path}" if page else f"{_PYTHON}asyncio.html"
    module = path.rpartition(".")[0]
    while module and module not in _SUBMODULES and module != root:
        module = module.rpartition(".")[0]
    # Pages are called after their module in lower case.
    return f"{_PYTHON}{module.lower()}.html#{path}"
