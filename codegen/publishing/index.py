"""What an index has of a project: the simple API, as JSON (PEP 691) or HTML (PEP 503).

Knows addresses of indexes and what they answer. It must not know what is published, and writes nothing.
"""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Iterator
from hashlib import algorithms_available
from hashlib import new as new_hash
from html.parser import HTMLParser
from http.client import HTTPException
from typing import Any, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urldefrag, urljoin, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from codegen.publishing.errors import OptionsError, PublishError, shown

_SECONDS = 30
_PUBLIC = ("pypi.org", "test.pypi.org")
_FORMS = (
    "application/vnd.pypi.simple.v1+json, "
    "application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"
)


class File(NamedTuple):
    """A file of a project on an index: its name, its address, and its hashes by algorithm."""

    name: str
    url: str
    hashes: dict[str, str]

    @property
    def version(self) -> str | None:
        """The version its name gives; None when it gives none."""
        from packaging.utils import (
            InvalidSdistFilename,
            InvalidWheelFilename,
            parse_sdist_filename,
            parse_wheel_filename,
        )

        try:
            if self.name.endswith(".whl"):
                return str(parse_wheel_filename(self.name)[1])
            return str(parse_sdist_filename(self.name)[1])
        except (InvalidSdistFilename, InvalidWheelFilename):
            return None


def simple(repository: str) -> str:
    """The address of the simple API that belongs to the address uploads go to."""
    host = urlsplit(repository).netloc.rpartition("@")[2]
    if host in ("upload.pypi.org", *_PUBLIC):
        return f"https://{host.removeprefix('upload.')}/simple/"
    base = repository.rstrip("/")
    return f"{re.sub('/legacy$', '', base)}/simple/"


class Index:
    """One index, asked with the credentials that uploads use; no other host is told them."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._opener = build_opener(_Redirects)

    def files(self, project: str) -> list[File]:
        """The files the index has of a project, none for one it does not know.

        Raises PublishError when it cannot be reached or does not answer as an index does.
        """
        from packaging.utils import canonicalize_name

        answer = self._ask(f"{self._url}/{canonicalize_name(project)}/")
        if answer is None:
            return []
        kind, data, place = answer
        if "json" in kind:
            return list(_of_json(data, place))
        page = _Page(place)
        page.feed(data.decode("utf-8", "replace"))
        return page.files

    def fetch(self, file: File) -> bytes:
        """The content of a file; raises PublishError when the index does not have it after all."""
        answer = self._ask(file.url)
        if answer is None:
            raise PublishError(f"the index lists {file.name}, but does not have it")
        return answer[1]

    def holds(self, file: File, data: bytes) -> bool:
        """Whether a file has this very content; asks for it where the index says no hash."""
        for algorithm, value in file.hashes.items():
            if algorithm in algorithms_available:
                return new_hash(algorithm, data).hexdigest() == value.lower()
        return self.fetch(file) == data

    def _ask(self, url: str) -> tuple[str, bytes, str] | None:
        """The kind, the content and the address of an answer; None where there is nothing."""
        if not url.startswith(("http://", "https://")):
            raise OptionsError(f"'{shown(url)}' is no address of an index")
        headers = {"Accept": _FORMS, **self._credentials(url)}
        request = Request(_without_user(url), headers=headers)
        try:
            with self._opener.open(request, timeout=_SECONDS) as answer:
                kind = answer.headers.get("Content-Type", "")
                return kind, answer.read(), answer.geturl()
        except HTTPError as error:
            error.close()
            if error.code == 404:
                return None
            if error.code in (401, 403):
                raise PublishError(
                    f"the index {shown(url)} refuses the credentials ({error.code}); "
                    "TWINE_USERNAME and TWINE_PASSWORD say them"
                ) from None
            raise PublishError(f"the index {shown(url)} answers {error.code}") from None
        except (URLError, OSError, HTTPException, ValueError) as error:
            reason = getattr(error, "reason", None) or error
            raise PublishError(
                f"the index {shown(url)} cannot be reached: {reason}"
            ) from None

    def _credentials(self, url: str) -> dict[str, str]:
        """The credentials in the index's address, or those for uploads; nothing for public indexes and for other hosts."""
        own, asked = urlsplit(self._url), urlsplit(url)
        here = (own.scheme, own.hostname, own.port)
        if here != (asked.scheme, asked.hostname, asked.port):
            return {}
        if own.hostname in _PUBLIC:
            return {}
        user = unquote(own.username or "") or os.environ.get("TWINE_USERNAME", "")
        password = unquote(own.password or "") or os.environ.get("TWINE_PASSWORD", "")
        if not user or not password:
            return {}
        word = base64.b64encode(f"{user}:{password}".encode()).decode()
        return {"Authorization": f"Basic {word}"}


class _Redirects(HTTPRedirectHandler):
    """Follows redirections, and takes no credentials along: the other place may be anybody's."""

    def redirect_request(
        self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> Request | None:
        """The request for the other place."""
        request = super().redirect_request(req, fp, code, msg, headers, newurl)
        if request is not None:
            request.remove_header("Authorization")
        return request


def _without_user(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _of_json(data: bytes, place: str) -> Iterator[File]:
    try:
        found: Any = json.loads(data)["files"]
        for entry in found:
            url = urljoin(place, entry["url"])
            yield File(entry["filename"], url, dict(entry.get("hashes", {})))
    except (ValueError, KeyError, TypeError):
        raise PublishError(f"{shown(place)} is no answer of an index") from None


class _Page(HTMLParser):
    """The links of a project's page."""

    def __init__(self, place: str) -> None:
        super().__init__()
        self.files: list[File] = []
        self._place = place

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a link with the hash behind it."""
        href = dict(attrs).get("href")
        if tag != "a" or not href:
            return
        url, fragment = urldefrag(urljoin(self._place, href))
        algorithm, _, value = fragment.partition("=")
        name = unquote(url.rpartition("/")[2])
        self.files.append(File(name, url, {algorithm: value} if value else {}))
