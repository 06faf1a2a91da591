"""Returns and errors that old docstring parsers left in the text of the last parameter, taken out of it again.

Knows the form in which the emitter of old styles puts them there. It must not know where the text stood.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import msgspec

from codegen.model import Function, Returns

_BEGIN = re.compile(r"(?:^|  )(?=:raises [\w.]+: |:return: )")
_FIELD = re.compile(r":raises ([\w.]+): |:return: ")


class _Fields(NamedTuple):
    """A text without its fields, and what they say."""

    text: str
    raises: dict[str, str]
    returns: str


def with_sections(function: Function) -> Function:
    """Move the fields in the text of a parameter to where a spec says such things."""
    found = {
        name: fields
        for name, parameter in function.parameters.items()
        if ":r" in parameter.doc and (fields := _split(parameter.doc)) is not None
    }
    if len(found) != 1:
        return function
    ((name, fields),) = found.items()
    parameters = dict(function.parameters)
    parameters[name] = msgspec.structs.replace(parameters[name], doc=fields.text)
    last = next((key for key in reversed(parameters) if parameters[key].doc), None)
    returns = function.returns
    if fields.returns:
        returns = Returns(
            type=returns.type, documented_as=returns.documented_as, doc=fields.returns
        )
    return msgspec.structs.replace(
        function,
        parameters=parameters,
        raises=fields.raises,
        returns=returns,
        sections_after=None if name == last else name,
    )


def _split(text: str) -> _Fields | None:
    """Split a text at its fields; None when it has none, or not in the order in which they are written."""
    begin = _BEGIN.search(text)
    if begin is None:
        return None
    marks = list(_FIELD.finditer(text, begin.end()))
    ends = [*(mark.start() - 1 for mark in marks[1:]), len(text)]
    raises: dict[str, str] = {}
    returns = ""
    for mark, end in zip(marks, ends, strict=True):
        said = text[mark.end() : end]
        if not said or said != said.strip() or returns or mark[1] in raises:
            return None
        if mark[1]:
            raises[mark[1]] = said
        else:
            returns = said
    return _Fields(text[: begin.start()], raises, returns)
