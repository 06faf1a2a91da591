"""The one exception that all parts of `fserve` raise for what its user can understand and mend."""

from __future__ import annotations


class Failure(Exception):
    """Ends the program with exit code 1 and its text, one line, as the message."""


class UsageFailure(Failure):
    """The same for a command line that makes no sense as a whole; the exit code is 2."""
