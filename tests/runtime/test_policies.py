"""Retries, timeouts, reuse, pod templates and documentation: what is accepted, and every refusal."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from flyte import PodTemplate, RetryStrategy, ReusePolicy, Timeout, logger
from flyte._doc import Documentation, extract_docstring
from flyte._timeout import timeout_from_request

SECONDS = "must be a number of seconds as an int, or a timedelta"


@pytest.mark.parametrize(
    ("make", "values", "error", "message"),
    [
        (RetryStrategy, {"count": -1}, ValueError, "count must be at least 0, got -1"),
        (RetryStrategy, {"count": "3"}, TypeError, "count must be an int, got str '3'"),
        (
            RetryStrategy,
            {"count": True},
            TypeError,
            "count must be an int, got bool True",
        ),
        (
            Timeout,
            {"max_runtime": "1h"},
            TypeError,
            f"max_runtime {SECONDS}, got str '1h'",
        ),
        (
            Timeout,
            {"max_runtime": 1.5},
            TypeError,
            f"max_runtime {SECONDS}, got float 1.5",
        ),
        (
            Timeout,
            {"max_runtime": -1},
            ValueError,
            "max_runtime must not be negative, got int -1",
        ),
        (
            Timeout,
            {"max_runtime": 1, "max_queued_time": False},
            TypeError,
            f"max_queued_time {SECONDS}, got bool False",
        ),
        (
            Timeout,
            {"max_runtime": 1, "max_queued_time": -2},
            ValueError,
            "max_queued_time must not be negative, got int -2",
        ),
        (
            PodTemplate,
            {"primary_container_name": ""},
            ValueError,
            "primary_container_name must not be empty",
        ),
        (
            PodTemplate,
            {"primary_container_name": None},
            TypeError,
            "primary_container_name must be a str, got None",
        ),
        (
            PodTemplate,
            {"labels": {"a": 1}},
            TypeError,
            "labels['a'] must be a str, got int",
        ),
        (
            PodTemplate,
            {"annotations": ["a"]},
            TypeError,
            "annotations must be a dict or None, got list ['a']",
        ),
        (
            ReusePolicy,
            {"replicas": None},
            ValueError,
            "replicas must be an int or a pair of the least and the largest number, "
            "got None",
        ),
        (
            ReusePolicy,
            {"replicas": [1, 2]},
            ValueError,
            "replicas must be an int or a pair of the least and the largest number, "
            "got list [1, 2]",
        ),
        (
            ReusePolicy,
            {"replicas": (1, 2, 3)},
            ValueError,
            "replicas must be an int or a pair of the least and the largest number, "
            "got tuple (1, 2, 3)",
        ),
        (
            ReusePolicy,
            {"replicas": 0},
            ValueError,
            "replicas must be at least 1, got 0",
        ),
        (
            ReusePolicy,
            {"replicas": True},
            ValueError,
            "replicas must be an int, got bool True",
        ),
        (
            ReusePolicy,
            {"replicas": (3, 2)},
            ValueError,
            "the largest number of replicas must be at least 3, got 2",
        ),
        (
            ReusePolicy,
            {"replicas": (-1, 2)},
            ValueError,
            "the least number of replicas must be at least 0, got -1",
        ),
        (
            ReusePolicy,
            {"replicas": (0, 0)},
            ValueError,
            "the largest number of replicas must be at least 1, got 0",
        ),
        (
            ReusePolicy,
            {"concurrency": 0},
            ValueError,
            "concurrency must be at least 1, got 0",
        ),
        (
            ReusePolicy,
            {"concurrency": "2"},
            ValueError,
            "concurrency must be an int, got str '2'",
        ),
        *(
            (ReusePolicy, {field: value}, ValueError, f"{field} {message}")
            for field in ("idle_ttl", "scaledown_ttl")
            for value, message in (
                (29, "must be at least 30 seconds, got int 29"),
                (-1, "must not be negative, got int -1"),
                ("60", f"{SECONDS}, got str '60'"),
                (None, f"{SECONDS}, got None"),
            )
        ),
    ],
)
def test_wrong_values_are_refused(
    make: Callable[..., object],
    values: dict[str, Any],
    error: type[Exception],
    message: str,
) -> None:
    """The error names the parameter, the value and what is allowed."""
    with pytest.raises(error) as caught:
        make(**values)
    assert str(caught.value) == message


# Timeouts


def test_timeouts_stay_in_the_form_they_were_given_in() -> None:
    """Seconds stay a number, durations durations."""
    timeout = Timeout(60, timedelta(days=2))
    assert (timeout.max_runtime, timeout.max_queued_time) == (60, timedelta(days=2))


def test_requests_become_timeouts() -> None:
    """A number is in seconds; a timeout stays as it is."""
    assert timeout_from_request(90) == Timeout(timedelta(seconds=90))
    assert timeout_from_request(timedelta(hours=26)) == Timeout(timedelta(hours=26))
    timeout = Timeout(5)
    assert timeout_from_request(timeout) is timeout
    assert timeout_from_request(0) == Timeout(timedelta(0))


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ("1h", f"timeout {SECONDS}, got str '1h'"),
        (None, f"timeout {SECONDS}, got None"),
        (-1, "timeout must not be negative, got int -1"),
    ],
)
def test_wrong_requests_are_refused(request_: Any, message: str) -> None:
    """Whatever is no duration is a ValueError."""
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        timeout_from_request(request_)


# Reuse


def test_reuse_brings_values_into_one_form() -> None:
    """Replicas are a pair, durations timedeltas."""
    policy = ReusePolicy()
    assert policy == ReusePolicy(
        replicas=(2, 2), idle_ttl=timedelta(seconds=30), scaledown_ttl=30
    )
    assert (policy.min_replicas, policy.max_replicas) == (2, 2)
    assert policy.idle_ttl == timedelta(seconds=30)
    assert policy.get_scaledown_ttl() == timedelta(seconds=30)
    assert policy.concurrency == 1


def test_reuse_understands_what_is_assigned_later() -> None:
    """Bare numbers that were assigned later are brought into form too."""
    policy = ReusePolicy(replicas=(0, 3))
    assert (policy.min_replicas, policy.max_replicas) == (0, 3)
    policy.replicas, policy.scaledown_ttl = 4, 60
    assert (policy.min_replicas, policy.max_replicas) == (4, 4)
    assert policy.get_scaledown_ttl() == timedelta(minutes=1)


class Recorder(logging.Handler):
    """Keeps the messages it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a message."""
        self.messages.append(record.getMessage())


def test_one_replica_for_one_task_is_a_warning() -> None:
    """A task that calls another would wait for its own place; more of either is silent."""
    recorder = Recorder()
    logger.addHandler(recorder)
    try:
        ReusePolicy(replicas=2)
        ReusePolicy(replicas=1, concurrency=2)
        assert recorder.messages == []
        ReusePolicy(replicas=1)
    finally:
        logger.removeHandler(recorder)
    assert len(recorder.messages) == 1
    assert "can wait for itself for ever" in recorder.messages[0]


# Pod templates


def test_a_pod_template_takes_any_pod() -> None:
    """The pod is checked where kubernetes is needed, not before."""
    pod = object()
    template = PodTemplate(pod, labels={"a": "b"}, annotations={})
    assert template.pod_spec is pod
    assert PodTemplate().pod_spec is None
    assert PodTemplate().primary_container_name == "primary"


# Documentation


def documented() -> None:
    """Say something.

    And something more.
    """


def test_documentation_comes_from_docstrings() -> None:
    """The text is taken without its indentation; no function and no text give an empty one."""
    assert extract_docstring(documented) == Documentation(
        "Say something.\n\nAnd something more."
    )
    assert extract_docstring(lambda: None) == Documentation("")
    assert extract_docstring(None) == Documentation("")
