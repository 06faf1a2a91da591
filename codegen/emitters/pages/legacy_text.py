"""How the legacy page styles print the smallest parts: types, defaults, notes and sections.

Knows the rules of each style (A = 2.0.0b31, B = 2.0.0b43 and 2.0.0b44, C = 2.6). It must not know how a page is put
together. These rules reproduce published pages, including what they get wrong.
"""

from __future__ import annotations

import ast
import re

from codegen import spelling, types
from codegen.model import Class, Function, PageStyle, Parameter, Returns, Variable
from codegen.package import Package
from codegen.page_texts import cell, escape, reasons

_MODERN: PageStyle = "2.6"

_CLASS_REPR = re.compile(r"<class '(.+)'>")
_OBJECT_REPR = re.compile(r"<([\w.]+) object at 0x[0-9a-fA-F]+>")


def annotation(name: str, parameter: Parameter, style: PageStyle) -> str:
    """Return the type a style prints for a parameter; empty when it has none."""
    if style != "2.6":
        stars = {"args": "*args", "kwargs": "**kwargs"}.get(name)
        if stars is not None and parameter.documented_as is None:
            return stars
    return printed(parameter.documented_as or parameter.type or "", style)


def declared(
    name: str,
    parameter: Parameter,
    style: PageStyle,
    package: Package,
    module_name: str,
) -> str:
    """Return the line of a declaration for one parameter, without the comma."""
    text = annotation(name, parameter, style)
    if style == "2.6":
        shown = spelling.stars(parameter.kind) + name
        text = f"{shown}: {text}" if text else shown
        value = _default(parameter, package, module_name)
        return f"{text} = {value}" if value else text
    if parameter.documented_as is None:
        variadic = parameter.kind.startswith("var-") and name in ("args", "kwargs")
        # Where the annotation is missing, or always in the oldest style, the name stands alone.
        if parameter.type is None or (variadic and style == "2.0.0b31"):
            return name
    return f"{name}: {text}" if text else name


def printed(text: str, style: PageStyle) -> str:
    """Return a type as a style prints it."""
    match = _CLASS_REPR.fullmatch(text)
    text = match.group(1) if match else text
    return _OBJECT_REPR.sub(r"\1", text) if style == "2.6" else text


def returned(returns: Returns, style: PageStyle) -> str:
    """Return the printed return type; empty for None and for none given."""
    text = printed(returns.documented_as or returns.type or "", style)
    return "" if text == "None" else text


def parameter_texts(function: Function) -> dict[str, str]:
    """The parameters' texts, with the sections that old docstring parsers left in the last of them."""
    texts = {name: parameter.doc for name, parameter in function.parameters.items()}
    sections = [f":raises {name}: {text}" for name, text in function.raises.items()]
    if function.returns.doc:
        sections.append(f":return: {function.returns.doc}")
    last = function.sections_after or next(
        (name for name in reversed(texts) if texts[name]), None
    )
    if sections and last in texts:
        # Two line ends, because a cell shows each as a space.
        texts[last] = "\n\n".join(filter(None, (texts[last], "\n".join(sections))))
    return texts


def pair_note(name: str, function: Function, owner: str | None) -> list[str]:
    """The note of a callable that can be called and awaited; a blank line comes first."""
    subject = ""
    if owner is not None:
        instance = function.binding == "instance"
        subject = f"<{owner} instance>." if instance else f"{owner}."
    return [
        "",
        "> [!NOTE] This method can be called both synchronously or asynchronously.",
        "> Default invocation is sync and will block.",
        "> To call it asynchronously, use the function `.aio()` on the method name itself, e.g.,:",
        f"> `result = await {subject}{name}.aio()`.",
    ]


def modern_sections(returns: str, raises: dict[str, str], notes: str) -> list[str]:
    """What the modern style shows after the parameters."""
    sections: list[str] = []
    if "\n" in returns:
        sections.append(f"**Returns**\n\n{escape(returns, _MODERN)}")
    elif returns:
        sections.append(f"**Returns:** {escape(returns, _MODERN)}")
    if raises:
        rows = [
            f"| `{name}` | {cell(reason, _MODERN)} |"
            for name, text in raises.items()
            for reason in reasons(text)
        ]
        sections.append(
            "\n".join(["**Raises**", "", "| Exception | Description |", "|-|-|", *rows])
        )
    if notes:
        quoted = "\n".join(f"> {line}".rstrip() for line in notes.strip().split("\n"))
        sections.append(f"> [!NOTE]\n{quoted}")
    return sections


def _default(parameter: Parameter, package: Package, module_name: str) -> str:
    if parameter.default_documented_as is not None:
        return parameter.default_documented_as
    if parameter.factory is not None:
        return "<factory>"
    if parameter.default is None:
        return ""
    if parameter.default == "...":
        # That there is a default is all that is known.
        return parameter.default
    return _repr(types.parse_value(parameter.default), package, module_name)


def _repr(node: ast.expr, package: Package, module_name: str) -> str:
    """Return what ``repr`` would print for a default; an object that prints an address is ``...``."""
    try:
        return repr(ast.literal_eval(node))
    except (ValueError, TypeError):
        pass
    name = types.dotted(node)
    if name is not None:
        return _repr_of_name(name, package, module_name)
    if isinstance(node, ast.Call):
        return _repr_of_call(node, package, module_name)
    return "..."


def _repr_of_name(name: str, package: Package, module_name: str) -> str:
    symbol = package.find(module_name, name)
    if symbol is None:
        # An enum member shows its class; whatever else a dotted name is, so does it.
        return ".".join(name.split(".")[-2:])
    if isinstance(symbol.definition, Variable) and symbol.definition.value is not None:
        value = types.parse_value(symbol.definition.value)
        return _repr(value, package, symbol.module)
    return symbol.name


def _repr_of_call(node: ast.Call, package: Package, module_name: str) -> str:
    name = types.dotted(node.func) or ""
    symbol = package.find(module_name, name)
    if symbol is None and (package.canonical(module_name, name) or "").startswith(
        "datetime."
    ):
        # These print as they are written.
        return spelling.spell_value(
            ast.unparse(node), lambda part: package.canonical(module_name, part) or part
        )
    if symbol is None or not isinstance(symbol.definition, Class):
        return "..."
    fields = package.constructor(symbol.module, symbol.definition)
    if symbol.definition.dataclass is None or fields is None:
        return "..."
    given = dict(zip(fields, node.args, strict=False))
    given |= {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
    shown = [
        (
            f"{key}={_repr(given[key], package, module_name)}"
            if key in given
            else f"{key}={_repr_of_field(field, package, symbol.module)}"
        )
        for key, field in fields.items()
    ]
    return f"{symbol.name}({', '.join(shown)})"


def _repr_of_field(field: Parameter, package: Package, module_name: str) -> str:
    if field.factory is None:
        return _default(field, package, module_name)
    empty = {"list": "[]", "dict": "{}", "set": "set()", "tuple": "()"}
    if field.factory in empty:
        return empty[field.factory]
    return _repr(types.parse_value(f"{field.factory}()"), package, module_name)
