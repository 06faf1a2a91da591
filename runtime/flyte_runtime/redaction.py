"""Secrets, kept out of log lines and error messages.

Knows values that came as secrets and the forms in which programs print a value. It must not know where they came from
or who logs.
"""

from __future__ import annotations

import base64
import json
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import quote, quote_plus

MASK = "***"
# A shorter text occurs in ordinary words, and hides nothing.
SHORTEST = 4
# What is only a part of a secret, such as one of its lines.
SHORTEST_PART = 12
# Backends send the same few secrets with every call.
MOST = 1024


class Redactor:
    """Replaces the secrets it was shown in texts.

    Secrets are remembered beyond the call they came with, because what a call has begun may log later.
    """

    def __init__(self) -> None:
        """Know no secret."""
        # Each with the forms it may be printed in.
        self._known: OrderedDict[str, frozenset[str]] = OrderedDict()
        # All of them, None while they must be sorted anew, which can wait until something is printed.
        self._forms: list[str] | None = []
        self._lock = threading.Lock()

    def learn(self, secrets: Iterable[str]) -> None:
        """Remember secrets; the oldest are forgotten when there are too many."""
        for secret in secrets:
            if secret in self._known or len(secret) < SHORTEST:
                continue
            forms = frozenset(_forms(secret))
            with self._lock:
                self._known[secret] = forms
                self._forms = None
                if len(self._known) > MOST:
                    self._known.popitem(last=False)

    def redact(self, text: str) -> str:
        """Return the text with each secret replaced."""
        forms = self._forms
        if forms is None:
            forms = self._all_forms()
        for form in forms:
            text = text.replace(form, MASK)
        return text

    def _all_forms(self) -> list[str]:
        with self._lock:
            forms = frozenset[str]().union(*self._known.values())
            # The longest first: one secret may be the beginning of another.
            self._forms = sorted(forms, key=len, reverse=True)
            return self._forms


# How programs write a text.
_QUOTED: tuple[Callable[[str], str], ...] = (
    lambda text: text,
    lambda text: json.dumps(text)[1:-1],
    lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    lambda text: repr(text)[1:-1],
    # Beside a quotation mark of the other kind.
    lambda text: repr(f'"{text}')[2:-1],
    lambda text: repr(text.encode(errors="replace"))[2:-1],
)


def _forms(secret: str) -> Iterator[str]:
    """Yield the spellings of a secret: in JSON, in Python, in both, in URLs, in headers, and line by line."""
    for outer in _QUOTED:
        for inner in _QUOTED:
            yield outer(inner(secret))
    data = secret.encode(errors="replace")
    yield quote(data)
    yield quote(data, safe="")
    yield quote_plus(data)
    yield base64.b64encode(data).decode()
    parts = [*secret.splitlines(), *_in_base64(data)]
    yield from (part for part in parts if len(part) >= SHORTEST_PART)


def _in_base64(data: bytes) -> Iterator[str]:
    """Yield what a secret becomes in the middle of a text in base64, as after the user in ``user:password``."""
    for before in range(3):
        whole = base64.b64encode(bytes(before) + data)
        # The first and the last characters also hold bits of what stands around.
        first, last = -(-before * 8 // 6), (before + len(data)) * 8 // 6
        part = whole[first:last].decode()
        yield part
        yield part.replace("+", "-").replace("/", "_")


# Knows the secrets of the whole process.
redactor = Redactor()


class RedactingFormatter(logging.Formatter):
    """Formats records as another formatter does, without the secrets."""

    def __init__(self, inner: logging.Formatter) -> None:
        """Wrap a formatter."""
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        """Return the formatted record, its traceback included."""
        return redactor.redact(self._inner.format(record))


def protect(logger: logging.Logger) -> None:
    """Let every handler of a logger redact what it writes."""
    for handler in logger.handlers:
        inner = handler.formatter or logging.Formatter()
        if not isinstance(inner, RedactingFormatter):
            handler.setFormatter(RedactingFormatter(inner))


def protect_all() -> None:
    """Let every handler of every logger redact what it writes."""
    named = [logging.getLogger(name) for name in logging.root.manager.loggerDict]
    for logger in (logging.root, *named):
        protect(logger)
