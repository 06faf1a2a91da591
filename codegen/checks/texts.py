"""Pages and files: settings of a page that its style needs, and a spec's own file name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codegen.checks.base import Context, Finding
from codegen.model import Module
from codegen.placement import page_files as files_of


def page_settings(module: Module, context: Context) -> Iterator[Finding]:
    """Variants are signed names, and old styles have the version they print."""
    del context
    page = module.page
    for index, variant in enumerate(page.variants):
        # One empty name stands for an entry that names none.
        if page.variants != ("",) and not re.fullmatch(r"[+-][A-Za-z0-9_-]+", variant):
            message = f"'{variant}' is not a signed name"
            hint = (
                f"write +{variant.strip('+-') or 'name'} to show the page in that build"
            )
            yield Finding("page-variant", ("page", "variants", index), message, hint)
    if page.style != "plain" and page.version is None:
        message = f"a page of style {page.style} prints a version, and none is given"
        hint = f"add `version: {page.style}`"
        yield Finding("page-version", ("page",), message, hint, key=True)


def page_files(module: Module, context: Context) -> Iterator[Finding]:
    """Pages stay inside the folder of pages, and no two are written to one file."""
    if module.page.style == "plain":
        return
    for index, (file, path) in enumerate(files_of(module.module, module)):
        parts = file.split("/")
        if {"", ".", ".."} & set(parts):
            message = f"a page cannot be written to '{file}'"
            hint = "name a file below the folder of pages, such as area/name.md"
            yield Finding("page-file", path, message, hint)
        owner = context.package.page_files.get(file.casefold())
        if owner != (module.module, index):
            message = f"another page is written to '{file}' already"
            yield Finding("path-collision", path, message, "give one of them a `file`")
