"""The logger of the SDK.

Knows the environment variables that configure it: LOG_LEVEL, a name or a number, and LOG_FORMAT, "console" or "json".
"""

from __future__ import annotations

import logging
import os
from typing import TextIO

_DEFAULT_LEVEL = logging.WARNING


class JSONFormatter(logging.Formatter):
    """Writes each record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON, with its traceback if it has one."""
        content = {
            "timestamp": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "filename": record.filename,
            "lineno": record.lineno,
            "funcName": record.funcName,
        }
        # What code of the SDK attaches to its records.
        content.update(getattr(record, "fields", {}))
        if record.exc_info:
            content["exc_info"] = self.formatException(record.exc_info)
        import json

        return json.dumps(content)


def level_from_environment() -> int:
    """Return the level that LOG_LEVEL asks for; WARNING if it is not set or not a level."""
    value = os.environ.get("LOG_LEVEL", "").upper()
    if value.isdecimal():
        return int(value)
    return logging.getLevelNamesMapping().get(value, _DEFAULT_LEVEL)


def create_logger() -> logging.Logger:
    """Configure the logger called "flyte", whose records go to standard error and nowhere else."""
    handler: logging.StreamHandler[TextIO] = logging.StreamHandler()
    if os.environ.get("LOG_FORMAT") == "json":
        handler.setFormatter(JSONFormatter())
    else:
        handler.setFormatter(logging.Formatter("[flyte] %(message)s"))
    flyte_logger = logging.getLogger("flyte")
    flyte_logger.setLevel(level_from_environment())
    flyte_logger.addHandler(handler)
    flyte_logger.propagate = False
    return flyte_logger


logger = create_logger()
