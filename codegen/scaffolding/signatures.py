"""The header of a handwritten function, rewritten in place: what changes is replaced, all else keeps its bytes.

Knows how parameters, markers, commas and comments stand in a header, through libcst. It must not know specs: it is told
what each parameter continues and what is new about it.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from codegen import spelling
from codegen.model import ParameterKind
from codegen.scaffolding.layouts import Layout, Piece, comment_in, without_comma

if TYPE_CHECKING:
    import libcst as cst


class Refused(Exception):
    """A function is written in a way that cannot be rewritten safely; the message says why."""


class Item(NamedTuple):
    """A parameter as it should be; ``former`` is the one it continues, None where it is new.

    ``annotation`` None keeps what is there. The default is only looked at where it is ``redefaulted``.
    """

    name: str
    kind: ParameterKind
    former: str | None = None
    annotation: str | None = None
    default: str | None = None
    redefaulted: bool = False


class Edit(NamedTuple):
    """Bytes from ``start`` to ``end`` that give way to a text."""

    start: int
    end: int
    text: str


def apply(text: str, edits: list[Edit]) -> str:
    """Return the text with every edit made."""
    data = text.encode()
    for edit in sorted(edits, reverse=True):
        data = data[: edit.start] + edit.text.encode() + data[edit.end :]
    return data.decode()


class Source:
    """A module of cores, parsed once for all its functions.

    Making one raises Refused when libcst cannot read the text.
    """

    def __init__(self, text: str) -> None:
        import libcst as cst
        from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper

        try:
            self._module = cst.parse_module(text)
        except cst.ParserSyntaxError as error:
            raise Refused(f"cannot be rewritten: {error.message}") from None
        wrapper = MetadataWrapper(self._module, unsafe_skip_copy=True)
        self._spans = wrapper.resolve(ByteSpanPositionProvider)
        self._data = text.encode()
        self._newline = "\r\n" if "\r\n" in text else "\n"
        ends = [place for place, byte in enumerate(self._data) if byte == 10]
        self._functions = {
            (node.name.value, bisect(ends, span.start) + 1): node
            for node, span in self._spans.items()
            if isinstance(node, cst.FunctionDef)
        }

    def header_edits(
        self,
        name: str,
        line: int,
        items: list[Item],
        *,
        asynchronous: bool,
        returns: str | None,
    ) -> list[Edit]:
        """What makes the function at a line take these parameters; ``returns`` None keeps what it returns.

        Raises Refused when its header is written in a form that is left alone.
        """
        function = self._function(name, line)
        edits = list(self._parameters(function, items, returns))
        start = self._spans[function].start
        if asynchronous and function.asynchronous is None:
            edits.append(Edit(start, start, "async "))
        elif function.asynchronous is not None and not asynchronous:
            edits.append(Edit(start, self._data.index(b"def", start + 5), ""))
        if returns is not None and function.returns is not None:
            edits.append(Edit(*self._result(function), returns))
        return edits

    def _function(self, name: str, line: int) -> cst.FunctionDef:
        found = self._functions.get((name, line))
        if found is None:
            raise Refused("is not written as a plain `def`")
        return found

    def _code(self, node: cst.CSTNode, margin: str = "") -> str:
        """A node as it is written where lines begin with ``margin``, which libcst does not know of a part."""
        return self._module.code_for_node(node).replace("\n", f"\n{margin}")

    def _result(self, function: cst.FunctionDef) -> tuple[int, int]:
        """Where what a function returns begins and ends."""
        assert function.returns is not None
        text = self._code(function.returns.annotation).encode()
        start = self._data.find(text, self._spans[function.returns].start)
        if start < 0:
            raise Refused("has a header in a form that is not rewritten")
        return start, start + len(text)

    def _parameters(
        self, function: cst.FunctionDef, items: list[Item], returns: str | None
    ) -> Iterator[Edit]:
        after = self._spans[function.name]
        start = after.start + after.length
        if function.type_parameters is not None:
            start += len(self._code(function.type_parameters).encode())
        start = self._data.index(b"(", start) + 1
        nodes = dict(_nodes(function.params))
        begin = self._data.rfind(b"\n", 0, start) + 1
        head = self._data[begin : start - 1].decode()
        margin = head[: len(head) - len(head.lstrip())]
        pieces, opening, end = self._pieces(nodes, start, margin)
        wanted = self._wanted(items, nodes, pieces, margin)
        same = [piece[:2] for piece in wanted] == [piece[:2] for piece in pieces]
        if same and returns is None:
            return
        tail = self._data[end + 1 :]
        if returns is not None and function.returns is not None:
            first, last = self._result(function)
            between, rest = self._data[end + 1 : first], self._data[last:]
            tail = between + returns.encode() + rest
        line = tail.decode().partition("\n")[0]
        layout = Layout(opening, pieces, head, line, self._newline)
        yield Edit(start, end, layout.laid_out(wanted))

    def _pieces(
        self, nodes: dict[str, cst.CSTNode], start: int, margin: str
    ) -> tuple[list[Piece], str, int]:
        """Each parameter and marker as it is written, what stands before the first, and where the bracket closes."""
        places: list[tuple[str, str, int, int]] = []
        for key, node in nodes.items():
            text = key if key in "/*" else self._code(_bare(node), margin)
            begin = self._spans[node].start
            stop = begin + len(text.encode())
            if self._data[begin:stop] != text.encode():
                raise Refused("has a header in a form that is not rewritten")
            places.append((key, text, begin, stop))
        last = places[-1][3] if places else start
        end = last + _closing(self._data[last:].decode())
        starts = [place[2] for place in places] + [end]
        opening = self._data[start : starts[0]].decode()
        pieces: list[Piece] = []
        before = opening
        for index, (key, text, _, stop) in enumerate(places):
            gap = self._data[stop : starts[index + 1]].decode()
            _, line_end, lead = before.partition("\n")
            trail = comment_in(gap)
            pieces.append(Piece(key, text, bool(line_end), lead, trail, gap, index))
            before = without_comma(gap)
        return pieces, opening, end

    def _wanted(
        self,
        items: list[Item],
        nodes: dict[str, cst.CSTNode],
        pieces: list[Piece],
        margin: str,
    ) -> list[Piece]:
        """The pieces of the new header in order, markers among them."""
        former = {piece.key: piece for piece in pieces}
        wanted: list[Piece] = []
        slash = star = False
        for item in items:
            if slash and item.kind != "positional-only":
                wanted.append(former.get("/", Piece("/", "/")))
            slash = item.kind == "positional-only"
            if item.kind == "keyword-only" and not star:
                wanted.append(former.get("*", Piece("*", "*")))
            star |= item.kind in ("keyword-only", "var-positional")
            known = former.get(item.former or "")
            node = nodes[known.key] if known is not None else None
            text = self._code(_parameter(item, node), margin)
            if known is None:
                wanted.append(Piece(item.name, text))
            else:
                wanted.append(known._replace(text=text))
        if slash:
            wanted.append(former.get("/", Piece("/", "/")))
        return wanted


def _nodes(params: cst.Parameters) -> Iterator[tuple[str, cst.CSTNode]]:
    """Every parameter and marker in order, by name."""
    import libcst as cst

    for param in params.posonly_params:
        yield param.name.value, param
    if isinstance(params.posonly_ind, cst.ParamSlash):
        yield "/", params.posonly_ind
    for param in params.params:
        yield param.name.value, param
    if isinstance(params.star_arg, cst.Param):
        yield params.star_arg.name.value, params.star_arg
    elif isinstance(params.star_arg, cst.ParamStar):
        yield "*", params.star_arg
    for param in params.kwonly_params:
        yield param.name.value, param
    if params.star_kwarg is not None:
        yield params.star_kwarg.name.value, params.star_kwarg


def _bare(node: cst.CSTNode) -> cst.CSTNode:
    """A parameter without its comma and what follows."""
    import libcst as cst

    nothing = cst.SimpleWhitespace("")
    return node.with_changes(
        comma=cst.MaybeSentinel.DEFAULT, whitespace_after_param=nothing
    )


def _parameter(item: Item, node: cst.CSTNode | None) -> cst.CSTNode:
    """A parameter as an item says it; as much as possible of the one it continues is kept."""
    import libcst as cst

    node = cst.Param(cst.Name(item.name), star="") if node is None else _bare(node)
    assert isinstance(node, cst.Param)
    changes: dict[str, object] = {"name": node.name.with_changes(value=item.name)}
    changes["star"] = spelling.stars(item.kind)
    if item.annotation is not None:
        expression = cst.parse_expression(item.annotation)
        known = node.annotation
        changes["annotation"] = (
            cst.Annotation(expression)
            if known is None
            else known.with_changes(annotation=expression)
        )
    if item.redefaulted and item.default is None:
        changes |= {"default": None, "equal": cst.MaybeSentinel.DEFAULT}
    elif item.redefaulted and item.default is not None:
        changes["default"] = cst.parse_expression(item.default)
        if node.default is None:
            annotated = item.annotation is not None or node.annotation is not None
            space = cst.SimpleWhitespace(" " if annotated else "")
            changes["equal"] = cst.AssignEqual(space, space)
    return node.with_changes(**changes)


def _closing(text: str) -> int:
    """How far the closing bracket is from the end of the last parameter."""
    place = 0
    while text[place] != ")":
        place = text.index("\n", place) if text[place] == "#" else place + 1
    return place
