"""Secrets reach connectors as keyword arguments, and nothing else that the service writes or answers."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from tests.service.conftest import Serve
from tests.service.example_calls import about, ask, connection, creation

TOKEN = 'to/ken with "quotes", back\\slash and ümlaut'
PASSWORD = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0\n-----END KEY-----\n"
SECRETS = connection({"token": TOKEN, "password": PASSWORD})


def _spellings(secret: str) -> list[str]:
    return [
        secret,
        repr(secret)[1:-1],
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        quote(secret, safe=""),
        base64.b64encode(secret.encode()).decode(),
        # As after "user:" without the characters that also hold bits of what stands around.
        base64.b64encode(f"user:{secret}".encode()).decode()[8:-4],
        *(line for line in secret.splitlines() if "MII" in line),
    ]


@pytest.mark.parametrize("layout", ["console", "json"])
def test_secrets_appear_nowhere(serve: Serve, layout: str) -> None:
    """With everything logged and connectors that log and raise their secrets, none can be read in any spelling."""
    service = serve(
        modules=("tests.service.talkative_connectors",),
        environment={"LOG_LEVEL": "DEBUG", "LOG_FORMAT": layout},
        tracebacks=True,
    )
    with service.channel() as channel:
        refusals = [
            ask(channel, creation("talkative", connection=SECRETS)),
            ask(
                channel,
                about("GetTask", "talkative", b'{"number": 1}', connection=SECRETS),
            ),
            ask(
                channel,
                about("DeleteTask", "talkative", b'{"number": 1}', connection=SECRETS),
            ),
            ask(
                channel,
                about("GetTask", "talkative", TOKEN.encode(), connection=SECRETS),
            ),
            ask(channel, about("GetTask", TOKEN, connection=SECRETS)),
            ask(
                channel, creation("talkative", connection=connection({"inputs": TOKEN}))
            ),
        ]
    service.stop(tracebacks=True)
    log = service.log()
    assert log.count("Traceback") >= 4
    assert "vendor" in log or layout == "console"
    told = "\n".join(refusal.details for refusal in refusals)
    lines = [*log.splitlines(), *told.splitlines(), json.dumps(log), json.dumps(told)]
    found = {
        (spelling, line[:300])
        for secret in (TOKEN, PASSWORD)
        for spelling in _spellings(secret)
        for line in lines
        if spelling in line
    }
    assert not found


def test_log_lines_are_json_where_that_is_asked_for(serve: Serve) -> None:
    """With LOG_FORMAT=json each line of a call is an object with the operation, the task type and the status."""
    service = serve(environment={"LOG_LEVEL": "INFO", "LOG_FORMAT": "json"})
    with service.channel() as channel:
        ask(channel, about("GetTask", "echo"))
        ask(channel, about("GetTask", "nobody's"))
    service.stop()
    lines = [json.loads(line) for line in service.log().splitlines() if line[0] == "{"]
    calls = [
        (line["operation"], line["task_type"], line["status"], line["level"])
        for line in lines
        if "operation" in line
    ]
    assert calls == [
        ("get", "echo", "OK", "INFO"),
        ("get", "nobody's", "NOT_FOUND", "WARNING"),
    ]
