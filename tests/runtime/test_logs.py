"""The logger of the SDK: its level, its form, and that it keeps to itself."""

from __future__ import annotations

import json
import logging

import pytest

import flyte
from flyte_runtime.logs import JSONFormatter, create_logger, level_from_environment


@pytest.mark.parametrize(
    ("value", "level"),
    [
        (None, logging.WARNING),
        ("", logging.WARNING),
        ("debug", logging.DEBUG),
        ("INFO", logging.INFO),
        ("warn", logging.WARNING),
        ("Critical", logging.CRITICAL),
        ("15", 15),
        ("loud", logging.WARNING),
        ("-1", logging.WARNING),
    ],
)
def test_the_level_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, value: str | None, level: int
) -> None:
    """A name or a number; anything else is the default."""
    if value is None:
        monkeypatch.delenv("LOG_LEVEL", raising=False)
    else:
        monkeypatch.setenv("LOG_LEVEL", value)
    assert level_from_environment() == level


def test_the_logger_is_called_flyte() -> None:
    """It has a handler of its own, and does not pass records on."""
    assert flyte.logger is logging.getLogger("flyte")
    assert flyte.logger.handlers
    assert flyte.logger.propagate is False


@pytest.fixture
def restored_logger() -> object:
    """Give the logger its handlers back after a test."""
    handlers, level = list(flyte.logger.handlers), flyte.logger.level
    yield
    flyte.logger.handlers[:] = handlers
    flyte.logger.setLevel(level)


@pytest.mark.usefixtures("restored_logger")
def test_the_form_of_records(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a console a record has a prefix; as JSON it is one line with its traceback."""
    monkeypatch.setenv("LOG_LEVEL", "info")
    flyte.logger.handlers.clear()
    create_logger().info("hello %s", "you")
    assert capsys.readouterr().err == "[flyte] hello you\n"

    monkeypatch.setenv("LOG_FORMAT", "json")
    flyte.logger.handlers.clear()
    try:
        raise ValueError("broken")
    except ValueError:
        create_logger().exception("oh\nno")
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    content = json.loads(lines[0])
    assert (content["level"], content["logger"]) == ("ERROR", "flyte")
    assert content["message"] == "oh\nno"
    assert content["filename"] == "test_logs.py"
    assert content["funcName"] == "test_the_form_of_records"
    assert "ValueError: broken" in content["exc_info"]


def test_json_without_an_error_has_no_traceback() -> None:
    """The key is there only when there is something to say."""
    record = logging.makeLogRecord({"msg": "hello", "filename": "a.py"})
    assert "exc_info" not in json.loads(JSONFormatter().format(record))
