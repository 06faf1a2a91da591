"""Pages and files: settings of a page that its style needs, and a spec's own file name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codegen.checks.base import Context, Finding
from codegen.model import Module


def page_settings(module: Module, context: Context) -> Iterator[Finding]:
    """Variants are signed names, and old styles have the version they print."""
    del context
    page = module.page
    for index, variant in enumerate(page.variants):
        if not re.fullmatch(r"[+-][A-Za-z0-9_-]+", variant):
            message = f"'{variant}' is not a signed name"
            hint = (
                f"write +{variant.strip('+-') or 'name'} to show the page in that build"
            )
            yield Finding("page-variant", ("page", "variants", index), message, hint)
    if page.style != "plain" and page.version is None:
        message = f"a page of style {page.style} prints a version, and none is given"
        hint = f"add `version: {page.style}`"
        yield Finding("page-version", ("page",), message, hint, key=True)
