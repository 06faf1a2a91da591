"""Secrets: their checks, the variable they are injected as, and requests in their several forms.

Knows `flyte._secret`. It never sees the content of a secret, only its name.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

from flyte_runtime import checks

if TYPE_CHECKING:
    from flyte._secret import Secret, SecretRequest

MOUNT = Path("/etc/flyte/secrets")

_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")


def initialise_secret(self: Secret) -> None:
    """Check the fields, and name the variable where neither it nor a mount is given."""
    checks.require("key", self.key, str, "a str")
    if not self.key:
        raise ValueError("the key of a secret must not be empty")
    checks.require("group", self.group, (str, type(None)), "a str or None")
    checks.require("mount", self.mount, (Path, str, type(None)), "a Path or None")
    checks.require("as_env_var", self.as_env_var, (str, type(None)), "a str or None")
    if self.mount:
        self.mount = Path(self.mount)
        if self.mount != MOUNT:
            raise ValueError(f"the mount of a secret must be {MOUNT}, got {self.mount}")
    elif not self.as_env_var:
        name = f"{self.group}_{self.key}" if self.group else self.key
        self.as_env_var = name.replace("-", "_").upper()
    if self.as_env_var is not None and not _VARIABLE.fullmatch(self.as_env_var):
        raise ValueError(
            f"as_env_var must be upper-case letters, digits and '_', not beginning "
            f"with a digit, got {self.as_env_var!r}"
        )


def stable_hash(self: Secret) -> str:
    """Hash all fields in the same way in every process."""
    mount = str(self.mount) if self.mount else ""
    text = "|".join((self.key, self.group or "", mount, self.as_env_var or ""))
    return hashlib.sha256(text.encode()).hexdigest()


def secrets_from_request(secrets: SecretRequest) -> list[Secret]:
    """Turn any form of a request into a list."""
    items = secrets if isinstance(secrets, list) else [secrets]
    return [_as_secret(item) for item in items]


def _as_secret(item: str | Secret) -> Secret:
    from flyte._secret import Secret

    return Secret(key=item) if isinstance(item, str) else item
