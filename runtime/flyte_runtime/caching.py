"""Caching of results: configurations, and the versions under which results are stored.

Knows `flyte._cache`. It must not know tasks: what a policy may look at comes as VersionParameters. Versions computed
here must not change without need, because a new version throws away all stored results.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
import textwrap
from typing import TYPE_CHECKING, Any, get_args

from flyte._cache.cache import Cache, CacheBehavior, CachePolicy
from flyte_runtime import checks

if TYPE_CHECKING:
    from flyte._cache.cache import CacheRequest, VersionParameters
    from flyte._cache.policy_function_body import FunctionBodyPolicy

BEHAVIORS = get_args(CacheBehavior)


def initialise_cache(self: Cache) -> None:
    """Check the fields, and bring the policies of an enabled cache into a list."""
    checks.require_choice("behavior", self.behavior, BEHAVIORS)
    checks.require(
        "version_override", self.version_override, (str, type(None)), "a str or None"
    )
    _check_ignored_inputs(self.ignored_inputs)
    checks.require("salt", self.salt, str, "a str")
    if not is_enabled(self):
        return
    if self.policies is None:
        self.policies = get_default_policies()
    elif not isinstance(self.policies, list):
        self.policies = [self.policies]
    checks.require_list("policies", self.policies, CachePolicy, "a CachePolicy")
    if self.version_override is None and not self.policies:
        raise ValueError("a Cache without version_override needs at least one policy")


def _check_ignored_inputs(value: object) -> None:
    if checks.is_tuple(value):
        for index, name in enumerate(value):
            checks.require(f"ignored_inputs[{index}]", name, str, "a str")
    else:
        checks.require("ignored_inputs", value, str, "a str or a tuple of str")


def is_enabled(self: Cache) -> bool:
    """Say whether results are stored."""
    return self.behavior != "disable"


def get_ignored_inputs(self: Cache) -> tuple[str, ...]:
    """Return the names as a tuple."""
    if isinstance(self.ignored_inputs, str):
        return (self.ignored_inputs,)
    return self.ignored_inputs


def get_version(self: Cache, params: VersionParameters[..., Any] | None = None) -> str:
    """Return the given version, or compute one."""
    if not is_enabled(self):
        return ""
    if self.version_override is not None:
        return self.version_override
    if params is None:
        raise ValueError(
            "params are needed to compute a version, unless version_override is set"
        )
    # The version of pickled code covers the function already.
    if params.code_bundle is not None and params.code_bundle.pkl is not None:
        return params.code_bundle.computed_version
    policies = self.policies if isinstance(self.policies, list) else []
    parts = [_version_of(policy, self.salt, params) for policy in policies]
    return hashlib.sha256("".join(parts).encode()).hexdigest()


def _version_of(
    policy: CachePolicy, salt: str, params: VersionParameters[..., Any]
) -> str:
    try:
        return policy.get_version(salt, params)
    except Exception as error:
        raise ValueError(
            f"cache policy {type(policy).__name__} could not compute a version: {error}"
        ) from error


def hash_function_body(
    self: FunctionBodyPolicy,
    salt: str,
    params: VersionParameters[..., Any],
) -> str:
    """Hash the syntax tree of the function, without positions, and the salt."""
    if params.func is None:
        return ""
    source = textwrap.dedent(inspect.getsource(params.func))
    tree = ast.dump(ast.parse(source), include_attributes=False)
    return hashlib.sha256(tree.encode() + salt.encode()).hexdigest()


def get_default_policies() -> list[CachePolicy]:
    """Return the policies that apply when none are given."""
    from flyte._cache.policy_function_body import FunctionBodyPolicy

    return [FunctionBodyPolicy()]


def cache_from_request(cache: CacheRequest) -> Cache:
    """Turn any form of a request into a configuration."""
    return cache if isinstance(cache, Cache) else Cache(behavior=cache)
