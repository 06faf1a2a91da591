"""Caching: configurations, every refusal, and the versions under which results are stored."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from flyte import Cache, CachePolicy
from flyte._cache.cache import VersionParameters, cache_from_request
from flyte._cache.defaults import get_default_policies
from flyte._cache.policy_function_body import FunctionBodyPolicy
from flyte.models import CodeBundle


class Fixed:
    """A policy as users write them: it inherits from nothing."""

    def get_version(self, salt: str, params: VersionParameters[..., Any]) -> str:
        """Return a version that shows the salt."""
        return f"{salt}-fixed"


class Broken:
    """A policy that fails."""

    def get_version(self, salt: str, params: VersionParameters[..., Any]) -> str:
        """Fail."""
        raise RuntimeError("no idea")


def add(x: int) -> int:
    """Add one."""
    # A comment does not count.
    return x + 1


def test_policies_need_no_base_class() -> None:
    """Whatever has get_version is a policy."""
    assert isinstance(Fixed(), CachePolicy)
    assert isinstance(FunctionBodyPolicy(), CachePolicy)
    assert not isinstance(object(), CachePolicy)


def test_policies_become_a_list() -> None:
    """None stands for the default policy, one policy for a list of it."""
    assert Cache("auto").policies == [FunctionBodyPolicy()] == get_default_policies()
    policy = Fixed()
    assert Cache("auto", policies=policy).policies == [policy]
    assert Cache("override", policies=[policy]).policies == [policy]
    assert Cache("disable").policies is None


def test_equal_configurations_are_equal() -> None:
    """The default policy does not make two configurations different."""
    assert Cache("auto") == Cache("auto")


@pytest.mark.parametrize(
    ("behavior", "enabled"), [("auto", True), ("override", True), ("disable", False)]
)
def test_is_enabled(behavior: Any, enabled: bool) -> None:
    """All behaviours but one store results."""
    assert Cache(behavior).is_enabled() is enabled


@pytest.mark.parametrize(
    ("ignored", "expected"), [((), ()), ("x", ("x",)), (("x", "y"), ("x", "y"))]
)
def test_ignored_inputs(ignored: Any, expected: tuple[str, ...]) -> None:
    """One name stands for a tuple of it, also where caching is disabled."""
    for behavior in ("auto", "disable"):
        cache = cache_from_request(Cache(behavior, ignored_inputs=ignored))
        assert cache.get_ignored_inputs() == expected


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        (
            {"behavior": "off"},
            ValueError,
            "behavior must be one of 'auto', 'override', 'disable', got str 'off'",
        ),
        (
            {"behavior": None},
            ValueError,
            "behavior must be one of 'auto', 'override', 'disable', got None",
        ),
        (
            {"policies": []},
            ValueError,
            "a Cache without version_override needs at least one policy",
        ),
        (
            {"policies": "body"},
            TypeError,
            "policies[0] must be a CachePolicy, got str 'body'",
        ),
        (
            {"policies": [Fixed(), 5]},
            TypeError,
            "policies[1] must be a CachePolicy, got int 5",
        ),
        (
            {"ignored_inputs": ["x"]},
            TypeError,
            "ignored_inputs must be a str or a tuple of str, got list ['x']",
        ),
        (
            {"ignored_inputs": ("x", 5)},
            TypeError,
            "ignored_inputs[1] must be a str, got int 5",
        ),
        ({"salt": None}, TypeError, "salt must be a str, got None"),
        (
            {"version_override": 5},
            TypeError,
            "version_override must be a str or None, got int 5",
        ),
    ],
)
def test_wrong_configurations_are_refused(
    values: dict[str, Any], error: type[Exception], message: str
) -> None:
    """The error names the value and what is allowed."""
    with pytest.raises(error) as caught:
        Cache(**{"behavior": "auto", **values})
    assert str(caught.value) == message


def test_a_given_version_is_used_as_it_is() -> None:
    """Nothing needs to be known about the task then."""
    assert Cache("auto", version_override="7").get_version() == "7"
    assert Cache("auto", version_override="").get_version() == ""
    assert Cache("auto", version_override="7", policies=[]).get_version() == "7"


def test_a_disabled_cache_has_no_version() -> None:
    """Not even a given one."""
    assert Cache("disable", version_override="7").get_version() == ""


def test_versions_are_hashes_of_all_policies() -> None:
    """What the policies return is joined and hashed."""
    cache = Cache("auto", salt="s", policies=[Fixed(), Fixed()])
    expected = hashlib.sha256(b"s-fixeds-fixed").hexdigest()
    assert cache.get_version(VersionParameters(func=add)) == expected


def test_pickled_code_has_a_version_already() -> None:
    """The version of a pickled bundle covers the function."""
    parameters = VersionParameters(
        func=add, code_bundle=CodeBundle(computed_version="v", pkl="s3://b/x.pkl")
    )
    assert Cache("auto").get_version(parameters) == "v"
    parameters.code_bundle = CodeBundle(computed_version="v", tgz="s3://b/x.tgz")
    assert Cache("auto").get_version(parameters) != "v"


def test_a_version_needs_parameters() -> None:
    """The error says what is missing."""
    with pytest.raises(ValueError, match=r"^params are needed to compute") as caught:
        Cache("auto").get_version()
    assert str(caught.value) == (
        "params are needed to compute a version, unless version_override is set"
    )


def test_a_failing_policy_is_named() -> None:
    """The original error is the cause."""
    with pytest.raises(ValueError, match=r"^cache policy Broken could not") as caught:
        Cache("auto", policies=Broken()).get_version(VersionParameters(func=add))
    assert str(caught.value) == (
        "cache policy Broken could not compute a version: no idea"
    )
    assert isinstance(caught.value.__cause__, RuntimeError)


def test_the_default_policy_looks_at_the_code() -> None:
    """Code and salt count; without a function there is nothing to hash."""
    policy = FunctionBodyPolicy()
    version = policy.get_version("", VersionParameters(func=add))
    assert len(version) == 64
    assert version == policy.get_version("", VersionParameters(func=add))
    assert version != policy.get_version("salt", VersionParameters(func=add))
    assert version != policy.get_version("", VersionParameters(func=Fixed.get_version))
    assert policy.get_version("", VersionParameters[..., Any](func=None)) == ""


def test_requests_become_configurations() -> None:
    """A behaviour stands for a configuration with defaults; a configuration stays."""
    assert cache_from_request("auto") == Cache("auto")
    cache = Cache("override")
    assert cache_from_request(cache) is cache
