"""Declarations as black lays them out, with every type a link.

Knows Python's declaration syntax and how a line is broken. It must not know where names lead to or what else is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from markupsafe import Markup, escape

from codegen import spelling
from codegen.emitters.pages.parts import Field, Member
from codegen.emitters.pages.plain_code import (
    EMPTY,
    IMPLIED_BASES,
    dataclass_options,
)
from codegen.emitters.python.formatting import bracketed
from codegen.model import Attribute, Class, Function, Overload, Parameter
from codegen.site.names import Code, Names, plain


class Signatures(NamedTuple):
    """Writes declarations with the names of one package."""

    names: Names

    def default(self, module_name: str, element: Parameter | Attribute) -> Code | None:
        """The value that is used where none is given; None when there is none."""
        given = element.default if isinstance(element, Parameter) else element.value
        if given is not None:
            return self.names.value(module_name, given)
        if element.factory is None:
            return None
        if element.factory in EMPTY:
            return plain(EMPTY[element.factory])
        made = self.names.value(module_name, element.factory)
        return Code(f"{made.text}()", f"{made.html}()")

    def function(
        self,
        name: str,
        member: Member[Function],
        anchors: Mapping[str, str],
        *,
        method: bool,
    ) -> Markup:
        """A function or method, every overload of it if it has some; ``anchors`` are put on its parameters."""
        function = member.definition
        signatures: Iterable[Function | Overload] = function.overloads or (function,)
        written = [
            line
            for signature in signatures
            for line in self._function(name, member, signature, anchors, method=method)
        ]
        return Markup("\n".join(written))

    def _function(
        self,
        name: str,
        member: Member[Function],
        signature: Function | Overload,
        anchors: Mapping[str, str],
        *,
        method: bool,
    ) -> list[str]:
        function, module_name = member.definition, member.module
        lines = [_decorator("overload")] if function.overloads else []
        lines += [
            _decorator(self.names.value(module_name, text).html)
            for text in function.decorators
        ]
        receiver: list[Code] = []
        if method and function.binding != "static":
            bound = "self" if function.binding == "instance" else "cls"
            receiver = [Code(bound, f'<span class="bp">{bound}</span>')]
        if method and function.binding != "instance":
            lines.append(_decorator(f"{function.binding}method"))
        if function.abstract:
            lines.append(_decorator("abstractmethod"))
        fields = {
            key: Field(module_name, parameter, "")
            for key, parameter in signature.parameters.items()
        }
        returned = self.names.type(module_name, signature.returns.type or "None")
        # One that can be called both ways blocks when it is called plainly.
        words = "def" if function.sync_and_async else "async def"
        words = words if function.asynchronous else "def"
        return lines + laid_out(
            _head(words, name),
            [*receiver, *self.items(fields, anchors)],
            Code(f" -> {returned.text}", f" -&gt; {returned.html}"),
        )

    def items(
        self, fields: Mapping[str, Field], anchors: Mapping[str, str]
    ) -> list[Code]:
        """The parameters of a declaration, with the ``/`` and ``*`` their kinds need."""
        written = (
            (field.parameter.kind, self._item(name, field, anchors.get(name)))
            for name, field in fields.items()
        )
        return spelling.with_marks(written, plain)

    def _item(self, name: str, field: Field, anchor: str | None) -> Code:
        parameter = field.parameter
        item = plain(spelling.stars(parameter.kind) + name)
        if anchor is not None:
            item = Code(item.text, f'<span id="{escape(anchor)}">{item.html}</span>')
        sign = "="
        if parameter.type is not None:
            item = _joined(item, ": ", self.names.type(field.module, parameter.type))
            sign = " = "
        value = self.default(field.module, parameter)
        return item if value is None else _joined(item, sign, value)

    def declared_class(
        self,
        module_name: str,
        name: str,
        cls: Class,
        fields: Mapping[str, Field] | None,
    ) -> Markup:
        """A class: decorators, bases, and what its instances are made from."""
        lines = [
            _decorator(self.names.value(module_name, text).html)
            for text in cls.decorators
        ]
        if cls.runtime_checkable:
            lines.append(_decorator("runtime_checkable"))
        if cls.dataclass is not None:
            lines.append(_decorator(f"dataclass{dataclass_options(cls.dataclass)}"))
        bases = self._bases(module_name, cls)
        head = _head("class", name.rpartition(".")[2])
        tail = plain(":") if fields is not None else plain("")
        if bases:
            lines += laid_out(head, bases, tail)
        else:
            lines.append(head.html + tail.html)
        if fields is not None:
            receiver = Code("self", '<span class="bp">self</span>')
            head = _head("def", "__init__", "    ")
            lines += laid_out(
                head, [receiver, *self.items(fields, {})], plain(""), "    "
            )
        return Markup("\n".join(lines))

    def _bases(self, module_name: str, cls: Class) -> list[Code]:
        bases = [self.names.type(module_name, base) for base in cls.bases]
        names = {base.text.partition("[")[0].rpartition(".")[2] for base in bases}
        if cls.kind == "protocol" and "Protocol" not in names:
            bases.append(self.names.type(module_name, "typing.Protocol"))
        elif not bases and cls.kind in IMPLIED_BASES:
            bases.append(plain(IMPLIED_BASES[cls.kind]))
        if cls.kind == "typed-dict" and not cls.total:
            bases.append(plain("total=False"))
        return bases


def laid_out(head: Code, items: list[Code], tail: Code, indent: str = "") -> list[str]:
    """Lay out ``head(items)tail`` as its text would be laid out."""
    texts = [item.text for item in items]
    lines = bracketed(head.text, texts, tail.text, indent)
    if len(lines) == 1:
        joined = ", ".join(item.html for item in items)
        return [f"{head.html}({joined}){tail.html}"]
    inner = f"{indent}    "
    if lines[1] == f"{inner}{texts[0]},":
        body = [f"{inner}{item.html}," for item in items]
    else:
        body = [inner + ", ".join(item.html for item in items)]
    return [f"{head.html}(", *body, f"{indent}){tail.html}"]


def _head(words: str, name: str, indent: str = "") -> Code:
    shown = plain(name)
    return Code(
        f"{words} {name}",
        f'{indent}<span class="k">{words}</span> <span class="nf">{shown.html}</span>',
    )


def _joined(left: Code, sign: str, right: Code) -> Code:
    return Code(left.text + sign + right.text, left.html + sign + right.html)


def _decorator(html: str) -> str:
    return f'<span class="nd">@{html}</span>'
