"""Code as HTML in colours: Python by one regular expression, because there is much of it, everything else by pygments.

Knows lexical classes and the short names that pygments' style sheets give them. It must not know where code comes from.
"""

from __future__ import annotations

import keyword
import re

from markupsafe import Markup, escape

_KEYWORDS = "|".join(sorted(set(keyword.kwlist) - {"None", "True", "False"}))
_PYTHON = re.compile(
    rf"""(?P<c>\#[^\n]*)
    | (?P<s>\b[rRbBfFuU]{{0,2}}(?:\"\"\".*?(?:\"\"\"|\Z)|'''.*?(?:'''|\Z)|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?)
          | \"\"\".*?(?:\"\"\"|\Z) | '''.*?(?:'''|\Z) | "(?:[^"\\\n]|\\.)*"? | '(?:[^'\\\n]|\\.)*'?)
    | (?P<nd>^[ \t]*@[\w.]+)
    | (?P<k>\b(?:{_KEYWORDS})\b)
    | (?P<kc>\b(?:None|True|False)\b)
    | (?P<bp>\b(?:self|cls)\b)
    | (?P<m>\b\d[\w.]*\b)""",
    re.DOTALL | re.MULTILINE | re.VERBOSE,
)
_DEFINED = re.compile(r'(<span class="k">(?:def|class)</span> )(\w+)')
_PYTHON_NAMES = frozenset(("python", "py", "python3", "pycon", "pyi"))
_MOST = 200_000  # characters; more than that is shown without colours


def highlight(text: str, language: str) -> Markup:
    """Return code as HTML, without the ``pre`` around it; a language nobody knows has no colours."""
    if len(text) > _MOST:
        return escape(text)
    if language.lower() in _PYTHON_NAMES:
        return python(text)
    return _by_pygments(text, language)


def python(text: str) -> Markup:
    """Return Python as HTML, whether it is complete or not."""
    pieces: list[str] = []
    end = 0
    for match in _PYTHON.finditer(text):
        start = match.start()
        if start > end:
            pieces.append(str(escape(text[end:start])))
        pieces.append(f'<span class="{match.lastgroup}">{escape(match.group())}</span>')
        end = match.end()
    pieces.append(str(escape(text[end:])))
    return Markup(_DEFINED.sub(r'\1<span class="nf">\2</span>', "".join(pieces)))


def _by_pygments(text: str, language: str) -> Markup:
    from pygments.lexers import find_lexer_class_by_name
    from pygments.token import STANDARD_TYPES
    from pygments.util import ClassNotFound

    try:
        lexer = find_lexer_class_by_name(language)(stripnl=False, ensurenl=False)
    except ClassNotFound:
        return escape(text)
    pieces: list[str] = []
    for kind, piece in lexer.get_tokens(text):
        name = STANDARD_TYPES.get(kind, "")
        shown = str(escape(piece))
        pieces.append(f'<span class="{name}">{shown}</span>' if name else shown)
    return Markup("".join(pieces))


def lines(html: str) -> list[str]:
    """Split highlighted code into lines; a span that runs over several is closed and opened again on each."""
    found: list[str] = []
    opened = ""
    for line in html.split("\n"):
        whole = opened + line
        last = whole.rfind("<span")
        # Spans do not nest here, so that only the last one can be open.
        opened = ""
        if last >= 0 and "</span>" not in whole[last:]:
            opened = whole[last : whole.index(">", last) + 1]
            whole += "</span>"
        found.append(whole)
    return found
