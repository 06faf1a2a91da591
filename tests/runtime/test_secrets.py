"""Secrets: the variable they are injected as, every refusal, and requests in their several forms."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flyte import Secret
from flyte._secret import secrets_from_request

MOUNT = Path("/etc/flyte/secrets")


@pytest.mark.parametrize(
    ("values", "variable"),
    [
        ({"key": "my-api-key"}, "MY_API_KEY"),
        ({"key": "key", "group": "my-group"}, "MY_GROUP_KEY"),
        ({"key": "key", "group": ""}, "KEY"),
        ({"key": "key", "as_env_var": "OTHER"}, "OTHER"),
        ({"key": "key", "as_env_var": ""}, "KEY"),
        ({"key": "a.b", "as_env_var": "A_B"}, "A_B"),
        ({"key": "key", "mount": MOUNT}, None),
        ({"key": "key", "mount": MOUNT, "as_env_var": "KEY"}, "KEY"),
    ],
)
def test_the_variable_of_a_secret(values: dict[str, Any], variable: str | None) -> None:
    """Group and key name the variable, unless it is given or the secret is a file."""
    assert Secret(**values).as_env_var == variable


def test_a_mount_may_be_text() -> None:
    """A path in text form becomes a path."""
    mount: Any = "/etc/flyte/secrets"
    assert Secret("key", mount=mount).mount == MOUNT


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ({"key": ""}, ValueError, "the key of a secret must not be empty"),
        ({"key": None}, TypeError, "key must be a str, got None"),
        ({"group": 5}, TypeError, "group must be a str or None, got int 5"),
        ({"mount": 5}, TypeError, "mount must be a Path or None, got int 5"),
        ({"as_env_var": 5}, TypeError, "as_env_var must be a str or None, got int 5"),
        (
            {"mount": Path("/tmp/x")},
            ValueError,
            "the mount of a secret must be /etc/flyte/secrets, got /tmp/x",
        ),
        *(
            (
                {"as_env_var": variable},
                ValueError,
                "as_env_var must be upper-case letters, digits and '_', "
                f"not beginning with a digit, got {variable!r}",
            )
            for variable in ("key", "1KEY", "A-B", "A B", "KEY\n", "Ü")
        ),
        (
            {"key": "a.b"},
            ValueError,
            "as_env_var must be upper-case letters, digits and '_', "
            "not beginning with a digit, got 'A.B'",
        ),
    ],
)
def test_wrong_secrets_are_refused(
    values: dict[str, Any], error: type[Exception], message: str
) -> None:
    """The error names the value and what is allowed."""
    with pytest.raises(error) as caught:
        Secret(**{"key": "key", **values})
    assert str(caught.value) == message


def test_secrets_are_comparable_and_hashable() -> None:
    """Equal secrets count once."""
    assert len({Secret("a"), Secret("a"), Secret("a", group="b")}) == 2


def test_the_stable_hash_is_the_same_everywhere() -> None:
    """The hash depends on the fields and on nothing else."""
    assert Secret("key", group="group").stable_hash() == (
        "9475a7b18422d3973d31fb0fde019c3292834010cc9fef1a17c6866f41e4d6ff"
    )
    assert Secret("key", mount=MOUNT).stable_hash() != Secret("key").stable_hash()


def test_requests_become_lists() -> None:
    """A key, a secret and a list of both all become a list of secrets."""
    secret = Secret("a", as_env_var="B")
    assert secrets_from_request("a") == [Secret("a")]
    assert secrets_from_request(secret) == [secret]
    assert secrets_from_request(["a", secret]) == [Secret("a"), secret]
    assert secrets_from_request([]) == []
