"""What keeps something from being published, said in one line that holds no secret.

Knows which variables hold secrets. It must not know what is done with them.
"""

from __future__ import annotations

import os
import re
from urllib.parse import quote, urlsplit, urlunsplit

_SECRETS = ("TWINE_PASSWORD", "TWINE_USERNAME")
_SHORTEST = 4


class PublishError(Exception):
    """Nothing is published; the message says why, in one line."""

    def __init__(self, message: str) -> None:
        super().__init__(without_secrets(" ".join(message.split())))


class OptionsError(PublishError):
    """Settings or options are missing or wrong; nothing was tried."""


def without_secrets(text: str) -> str:
    """A text without passwords and without what stands before the host of an address."""
    for name in _SECRETS:
        secret = os.environ.get(name, "")
        # A user's name may be an ordinary word, and a few letters are in every word.
        told = name == "TWINE_PASSWORD" or secret.startswith("pypi-")
        if told and len(secret) >= _SHORTEST:
            text = text.replace(secret, "***").replace(quote(secret, safe=""), "***")
    return re.sub(r"(?<=://)[^/@\s]+@", "", text)


def shown(url: str) -> str:
    """An address as people may see it: without a user and a password."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return without_secrets(urlunsplit(parts._replace(netloc=host)))
