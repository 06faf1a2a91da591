"""Files go to an index, one after the other, by twine; it finds credentials where it always does, and nobody shows them.

Knows twine's command line and what indexes answer. It must not know what is uploaded.
"""

from __future__ import annotations

import re
from pathlib import Path

from codegen.publishing.building import run
from codegen.publishing.errors import OptionsError, PublishError, shown


def address(repository: str | None) -> tuple[str, list[str]]:
    """Where uploads go, and how twine is told: a URL, or the name of a section of ~/.pypirc, by default what twine takes.

    Raises PublishError for a name that nobody has written down.
    """
    import os

    if repository is None:
        repository = os.environ.get("TWINE_REPOSITORY_URL")
    if repository is not None and "://" in repository:
        return repository, ["--repository-url", repository]
    try:
        from twine.exceptions import TwineException
        from twine.utils import DEFAULT_CONFIG_FILE, get_repository_from_config
    except ImportError:
        raise PublishError(
            "twine is not installed beside codegen; install it with the extra 'publish'"
        ) from None
    name = repository or os.environ.get("TWINE_REPOSITORY") or "pypi"
    try:
        found = get_repository_from_config(DEFAULT_CONFIG_FILE, name)
    except (TwineException, ValueError, OSError) as error:
        raise OptionsError(f"there is no repository '{name}': {error}") from None
    return str(found["repository"]), ["--repository", name]


def upload(path: Path, url: str, options: list[str]) -> None:
    """Upload one file; raises PublishError when the index does not take it."""
    words = ["-m", "twine", "upload", "--non-interactive", "--disable-progress-bar"]
    try:
        run([*words, *options, str(path)], "the upload", credentials=True)
    except PublishError as error:
        reason = str(error)
    else:
        return
    code = re.search(r"\b(4\d\d|5\d\d) ", reason)
    if code is not None and code[1] in ("401", "403"):
        reason = (
            f"refused the credentials ({code[1]}); TWINE_USERNAME and TWINE_PASSWORD, "
            "~/.pypirc or the keyring say them"
        )
    elif "NonInteractive" in reason:
        reason = "wants credentials; set TWINE_USERNAME and TWINE_PASSWORD, or write ~/.pypirc"
    elif code is not None and code[1] == "409":
        reason = "has a file of that name already"
    else:
        reason = f"did not take it: {reason.removeprefix('the upload failed: ')}"
    raise PublishError(f"{path.name} is not uploaded: {shown(url)} {reason}")
