"""Docstrings of generated code: the texts of a spec as one Google-style docstring.

Knows which texts an element has and in which order they are told. It must not know how a docstring is quoted.
"""

from __future__ import annotations

from codegen import spelling
from codegen.emitters.python.formatting import section
from codegen.layout import PythonModule
from codegen.model import Function, Parameter

_WIDTH = 88


def function_text(function: Function, indent: int) -> str:
    """The docstring of a function: its text, then what it takes, returns and raises."""
    return described(
        function.doc,
        function.parameters,
        function.returns.doc,
        function.raises,
        indent,
    )


def described(
    doc: str,
    parameters: dict[str, Parameter],
    returns: str,
    raises: dict[str, str],
    indent: int,
    title: str = "Args",
) -> str:
    """A text and the sections that follow it, for code that is indented this far."""
    width = _WIDTH - indent
    parts = [doc.strip("\n")] if doc.strip() else []
    documented = [
        (spelling.stars(parameter.kind) + name, parameter.doc)
        for name, parameter in parameters.items()
        if parameter.doc.strip()
    ]
    if documented:
        parts.append("\n".join(section(title, documented, width)))
    if returns:
        parts.append("\n".join(section("Returns", [("", returns)], width)))
    if raises:
        parts.append("\n".join(section("Raises", list(raises.items()), width)))
    # A docstring that begins with a section begins on a line of its own.
    opening = "" if doc.strip() or not parts else "\n"
    return opening + "\n\n".join(parts)


def module_text(file: PythonModule) -> str:
    """The docstring of a file; one that only holds definitions says whose they are."""
    if file.doc:
        return file.doc
    names = [f"``{s.name}``" for s in file.definitions if not s.name.startswith("_")]
    owners = sorted(file.sources - {file.name})
    if names and owners:
        shown = ", ".join(names[:6]) + (", ..." if len(names) > 6 else "")
        return f"Part of ``{owners[0]}``: {shown}."
    return f"The package ``{file.name}``."
