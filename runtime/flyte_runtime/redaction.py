"""Secrets, kept out of log lines and error messages.

Knows values that came as secrets and the forms in which programs print a value. It must not know where they came from
or who logs.
"""

from __future__ import annotations

import base64
import json
import logging
import re
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from urllib.parse import quote

MASK = "***"
# A shorter text occurs in ordinary words, and hides nothing.
SHORTEST = 4
SHORTEST_LINE = 16
# Backends send the same few secrets with every call.
MOST = 1024


class Redactor:
    """Replaces the secrets it was shown in texts.

    Secrets are remembered beyond the call they came with, because what a call has begun may log later.
    """

    def __init__(self) -> None:
        """Know no secret."""
        self._known: OrderedDict[str, None] = OrderedDict()
        self._pattern: re.Pattern[str] | None = None
        self._lock = threading.Lock()

    def learn(self, secrets: Iterable[str]) -> None:
        """Remember secrets; the oldest are forgotten when there are too many."""
        for secret in secrets:
            if secret in self._known or len(secret) < SHORTEST:
                continue
            with self._lock:
                self._known[secret] = None
                if len(self._known) > MOST:
                    self._known.popitem(last=False)
                forms = {form for known in self._known for form in _forms(known)}
                # The longest first: one secret may be the beginning of another.
                ordered = sorted(forms, key=len, reverse=True)
                self._pattern = re.compile("|".join(map(re.escape, ordered)))

    def redact(self, text: str) -> str:
        """Return the text with each secret replaced."""
        return text if self._pattern is None else self._pattern.sub(MASK, text)


def _forms(secret: str) -> Iterator[str]:
    """Yield the spellings of a secret: in JSON, in Python, in URLs, in headers, and line by line."""
    yield secret
    yield json.dumps(secret)[1:-1]
    yield repr(secret)[1:-1]
    yield quote(secret, safe="")
    yield base64.b64encode(secret.encode()).decode()
    for line in secret.splitlines():
        if len(line) >= SHORTEST_LINE:
            yield line


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
