"""Python text as black leaves it: signatures, docstrings, and black itself for what does not fit.

Knows line lengths, indentation and escaping. It must not know the model. Black costs milliseconds a fragment, so it is
asked only for lines that plain rules cannot fit, and every answer is kept.
"""

from __future__ import annotations

import textwrap

LINE_LENGTH = 88

_wrapped: dict[tuple[str, bool], list[str]] = {}


def bracketed(head: str, items: list[str], tail: str, indent: str = "") -> list[str]:
    """Lay out ``head(items)tail``: on one line, else the items on one indented line, else one item a line."""
    joined = ", ".join(items)
    line = f"{indent}{head}({joined}){tail}"
    if not items or _fits(line):
        return [line]
    inner = f"{indent}    "
    if len(items) > 1 and _fits(inner + joined):
        body = [inner + joined]
    else:
        body = [f"{inner}{item}," for item in items]
    return [f"{indent}{head}(", *body, f"{indent}){tail}"]


def fits(lines: list[str]) -> bool:
    """Whether no line is longer than black allows."""
    return all(map(_fits, lines))


def _fits(line: str) -> bool:
    """Whether a line takes no more columns than there are: East Asian characters take two, combining ones none."""
    if line.isascii():
        return len(line) <= LINE_LENGTH
    narrow = sum(map(str.isascii, line))
    if narrow + 2 * (len(line) - narrow) <= LINE_LENGTH:
        return True
    if narrow > LINE_LENGTH:
        return False
    # Only black knows how wide it takes each character to be, and loading it costs more than most files.
    from black.strings import str_width

    return str_width(line) <= LINE_LENGTH


def wrapped(lines: list[str], indent: str = "", *, stub: bool = False) -> list[str]:
    """Return the lines of one statement as they are if they fit, else as black wraps them."""
    if fits(lines):
        return lines
    depth = len(indent) // 4
    dedented = "\n".join(line[len(indent) :] for line in lines)
    # Wrapped as deep as it will stand, so that black sees the real width.
    nested = "".join(f"{'    ' * level}if x:\n" for level in range(depth))
    # What a header or a decorator needs behind it to be a statement.
    rest = "\n    pass" if dedented.endswith(":") else ""
    rest = "\nclass X:\n    x = 0" if dedented.startswith("@") else rest
    source = nested + textwrap.indent(dedented + rest, indent) + "\n"
    key = (source, stub)
    if key not in _wrapped:
        import black
        from black.mode import TargetVersion

        # Said, not guessed: the statement alone shows less than the file it will stand in.
        mode = black.Mode(
            target_versions={TargetVersion.PY311},
            line_length=LINE_LENGTH,
            is_pyi=stub,
        )
        text = black.format_str(source, mode=mode).rstrip("\n")
        result = text.split("\n")[depth:]
        while not result[0]:
            del result[0]
        _wrapped[key] = result[: len(result) - rest.count("\n")]
    return list(_wrapped[key])


def docstring(text: str, indent: str) -> list[str]:
    """Write a docstring: one line when it is one, else the closing quotes on a line of their own."""
    body = text.expandtabs().strip()
    if not body:
        return []
    body = body.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    lines = [line.rstrip() for line in body.split("\n")]
    # A quote beside the quotes that delimit a docstring needs air.
    before = " " if body.startswith('"') else ""
    if len(lines) == 1:
        after = " " if body.endswith('"') else ""
        return [f'{indent}"""{before}{body}{after}"""']
    rest = [indent + line if line else "" for line in lines[1:]]
    below = text.startswith("\n")
    if below or all(line.startswith(" ") for line in lines[1:] if line):
        # Python takes the indentation all further lines share for that of the code, unless the text starts below.
        return [f'{indent}"""', indent + lines[0], *rest, f'{indent}"""']
    return [f'{indent}"""{before}{lines[0]}', *rest, f'{indent}"""']


def section(title: str, entries: list[tuple[str, str]], width: int) -> list[str]:
    """Write a docstring section of named entries (Google style), continuation lines indented."""
    lines = [f"{title}:"]
    for name, text in entries:
        lines += _entry(name, text, width)
    return lines


def _entry(name: str, text: str, width: int) -> list[str]:
    label = f"{name}: " if name else ""
    line = f"    {label}{text}"
    if "\n" not in text and len(line) <= width:
        return [line.rstrip()]
    if "```" in text:
        first, *rest = text.strip("\n").split("\n")
        return [f"    {label}{first}".rstrip(), *(f"        {line}" for line in rest)]
    return textwrap.wrap(
        text,
        width=width,
        initial_indent=f"    {label}",
        subsequent_indent="        " if name else "    ",
        break_long_words=False,
        break_on_hyphens=False,
    ) or [f"    {label}".rstrip()]
