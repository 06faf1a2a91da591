"""Expressions of a source as a spec writes them: names resolved to what they mean, types in modern form.

Knows how names are looked up where an expression stands. It must not know what the expression is for: callers say what
becomes of one that a spec cannot hold.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import NamedTuple

from codegen import spelling, types
from codegen.readers.source.bindings import Body, SourceModule
from codegen.readers.source.world import Found, World
from codegen.types import dotted

_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{4,}")


class Unknown(Exception):
    """Why an expression cannot stand in a spec."""

    def __init__(self, message: str, rule: str) -> None:
        super().__init__(message)
        self.message = message
        self.rule = rule


class Placement(NamedTuple):
    """Which spec holds each definition, and who wants to know what is used."""

    spec_of: Callable[[Found], str]
    names_of: Callable[[str], frozenset[str]]
    use: Callable[[Found], bool]
    kind_of: Callable[[Found], str]
    use_external: Callable[[str], None]
    import_as: Callable[[str, str], str]


class Scope:
    """The names in reach of one definition: its own type parameters, its class, its module, Python's builtins."""

    def __init__(
        self,
        world: World,
        source: SourceModule,
        placement: Placement,
        spec: str,
        owners: tuple[tuple[str, Body], ...] = (),
        type_parameters: dict[str, Found] | None = None,
    ) -> None:
        self.world = world
        self.source = source
        self.spec = spec
        self.owners = owners
        self._placement = placement
        self._type_parameters = type_parameters or {}
        self._types: dict[str, str | Unknown] = {}

    def inside(self, name: str, body: Body) -> Scope:
        """The scope of a class body."""
        return Scope(
            self.world,
            self.source,
            self._placement,
            self.spec,
            (*self.owners, (name, body)),
            self._type_parameters,
        )

    def with_type_parameters(self, parameters: dict[str, Found]) -> Scope:
        """The scope of a definition that declares type parameters of its own (PEP 695)."""
        if not parameters:
            return self
        return Scope(
            self.world,
            self.source,
            self._placement,
            self.spec,
            self.owners,
            {**self._type_parameters, **parameters},
        )

    # What a name means

    def find(self, name: str) -> Found | str | None:
        """What a dotted name means here: a definition of the tree, a dotted name from elsewhere, or nothing."""
        first, dot, rest = name.partition(".")
        if first in self._type_parameters:
            return self._type_parameters[first]._replace(rest=rest)
        if self.owners:
            _, body = self.owners[-1]
            own = body.bindings.get(first)
            if own is not None and isinstance(own.node, ast.ClassDef):
                path = ".".join([*(name for name, _ in self.owners), first])
                top, _, inner = path.partition(".")
                return Found(self.source.name, top, inner + dot + rest)
        return self.world.meaning(self.source.name, name)

    def path(self, node: ast.expr) -> str:
        """The absolute dotted name an expression means; empty when it is no name or means nothing."""
        name = dotted(node)
        found = self.find(name) if name else None
        if isinstance(found, Found):
            return found.path
        return found or ""

    # Expressions as specs write them

    def type(self, node: ast.expr) -> str:
        """A type; raise Unknown when a spec cannot say it."""
        text = self.source.losses.segment(node)
        known = self._types.get(text)
        if known is None:
            try:
                known = self._type(node, text)
            except Unknown as problem:
                known = problem
            self._types[text] = known
        if isinstance(known, Unknown):
            raise known
        return known

    def _type(self, node: ast.expr, text: str) -> str:
        found = self._spelled_type(node, text)
        if "Annotated[" not in found or "(" not in found:
            return found
        # What a call says of a type would run when the package is imported.
        plain = ast.unparse(_Plain(self).visit(ast.parse(text, mode="eval")))
        message = (
            f"what Annotated says in {types.shorten(text)} is left out: it is computed"
        )
        self.source.losses.report(node, "loss-type", message)
        return self._spelled_type(node, plain)

    def _spelled_type(self, node: ast.expr, text: str) -> str:
        _refuse_addresses(text)
        if "'" in text or '"' in text:
            text = ast.unparse(_Unquoted().visit(ast.parse(text, mode="eval")))
        elif "\n" in text:
            text = ast.unparse(node)
        try:
            return spelling.spell_type(text, self._spell_type)
        except types.ExpressionError as error:
            raise Unknown(error.message, "loss-type") from None
        except (SyntaxError, ValueError, RecursionError):
            raise Unknown(f"{types.shorten(text)} is no type", "loss-type") from None

    def value(self, node: ast.expr) -> str:
        """A default or constant; raise Unknown when a spec cannot say it."""
        text = self.source.losses.segment(node)
        if "\n" in text:
            text = ast.unparse(node)
        _refuse_addresses(text)
        try:
            return spelling.spell_value(text, self._spell_value)
        except types.ExpressionError as error:
            raise Unknown(error.message, "loss-value") from None

    def named(self, name: str) -> str:
        """A class that a text names, as docstrings do; raise Unknown when it means nothing here."""
        if not all(part.isidentifier() for part in name.split(".")):
            raise Unknown(f"{types.shorten(name)} is no name", "loss-name")
        return self._spell_type(name)

    def can_name(self, name: str) -> bool:
        """Whether a text's name for a class means something here."""
        try:
            self.named(name)
        except Unknown:
            return False
        return True

    def standard(self, path: str) -> str:
        """How the spec writes a name of the standard library."""
        return self._short(path)

    def is_typed(self, found: Found) -> bool:
        """Whether a callable of the tree says what it returns, so that type checkers can follow it as a decorator."""
        behind = self.world.resolved(found)
        if not isinstance(behind, Found):
            return behind is not None
        nodes = self.world.nodes(behind)
        if not nodes:
            return False
        match nodes[-1]:
            case ast.FunctionDef(returns=returns) | ast.AsyncFunctionDef(
                returns=returns
            ):
                return returns is not None
            case ast.ClassDef() | ast.AnnAssign():
                return True
            case ast.Assign(value=ast.Call(func=made)):
                name = dotted(made)
                owner = self.world.meaning(behind.module, name) if name else None
                inner = self.world.nodes(owner) if isinstance(owner, Found) else ()
                return bool(inner) and isinstance(inner[-1], ast.ClassDef)
            case _:
                return False

    def _spell_type(self, name: str) -> str:
        found = self.find(name)
        if isinstance(found, Found) and not found.rest:
            kind = self._placement.kind_of(found)
            special = found.module in ("typing", "typing_extensions")
            if kind in ("variable", "function") and not special:
                message = f"'{name}' is a {kind}, which type checkers refuse as a type"
                raise Unknown(message, "loss-type")
        if isinstance(found, Found) and found.rest and not self._is_type_member(found):
            message = (
                f"'{name}' is an attribute of a class, which no spec names as a type"
            )
            raise Unknown(message, "loss-type")
        return self._spelled(name, found, is_type=True)

    def _is_type_member(self, found: Found) -> bool:
        """Whether what is reached through a name is a class, or the arguments of a ParamSpec."""
        if self._placement.kind_of(found) == "type-variable":
            return True
        nodes = self.world.nodes(self.world.owner(found))
        return bool(nodes) and isinstance(nodes[-1], ast.ClassDef)

    def _spell_value(self, name: str) -> str:
        found = self.find(name)
        if (
            isinstance(found, Found)
            and found.rest
            and self._placement.kind_of(found) != "class"
        ):
            raise Unknown(f"'{name}' is computed", "loss-value")
        return self._spelled(name, found, is_type=False)

    def _spelled(self, name: str, found: Found | str | None, *, is_type: bool) -> str:
        if found is None:
            raise Unknown(f"'{name}' is not defined in the source", "loss-name")
        if isinstance(found, Found):
            return self.spell_own(name, found)
        if self.world.is_module(found) or found.partition(".")[0] == self.world.root:
            raise Unknown(
                f"'{name}' is a module, which a spec cannot name", "loss-name"
            )
        if not is_type:
            return self._short(found)
        path = _STANDARD.get(found, found)
        own = self.world.find(path)
        if isinstance(own, Found):
            return self.spell_own(name, own)
        return self._short(types.MODERN.get(path, path))

    def spell_own(self, name: str, found: Found) -> str:
        """A definition of the tree: by its name in the spec that holds it, else by its dotted name."""
        if found.rest:
            found = self.world.owner(found)
        if not self._placement.use(found):
            raise Unknown(f"'{name}' is not kept", "loss-name")
        if self._placement.spec_of(found) == self.spec:
            return ".".join(filter(None, (found.name, found.rest)))
        return self._dotted(found.path)

    def _dotted(self, path: str) -> str:
        """A dotted name; one whose first part the spec defines as something else is imported under another name."""
        if path.partition(".")[0] not in self._placement.names_of(self.spec):
            return path
        return self._placement.import_as(self.spec, path)

    def _short(self, path: str) -> str:
        """Builtins and names of typing need no module in front, unless a definition of the spec hides them."""
        owner, dot, name = path.rpartition(".")
        if not dot:
            owner, path = "builtins", f"builtins.{name}"
        if path in ("typing.Optional", "typing.Union"):
            return path
        hidden = name in self._placement.names_of(self.spec)
        if owner == "builtins" and not hidden:
            return name
        modern = types.MODERN.get(f"typing.{name}", f"typing.{name}")
        if name in types.TYPING_NAMES and modern == path and not hidden:
            return name
        self._placement.use_external(path)
        return self._dotted(path)


# Backports, under the names of the standard library's own.
_STANDARD = {
    f"typing_extensions.{name}": f"typing.{name}"
    for name in (
        "Annotated Any Awaitable Callable ClassVar Concatenate Final Generic Iterable "
        "Iterator List Dict Literal LiteralString Mapping NamedTuple Never NoReturn "
        "NotRequired Optional Protocol Required Self Sequence Set SupportsIndex Text "
        "Tuple Type TypeGuard TypedDict Union Unpack ParamSpec TypeAlias TypeVarTuple"
    ).split()
}


def _refuse_addresses(text: str) -> None:
    if " at 0x" in text and _ADDRESS.search(text):
        shown = types.shorten(text)
        message = f"{shown} holds a memory address, which differs from run to run"
        raise Unknown(message, "memory-address")


class _Plain(ast.NodeTransformer):
    """Replaces annotated types by the types alone."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        form = self._scope.path(node.value).rpartition(".")[2]
        if form == "Annotated" and isinstance(node.slice, ast.Tuple):
            inner: ast.expr = self.visit(node.slice.elts[0])
            return inner
        self.generic_visit(node)
        return node


class _Unquoted(ast.NodeTransformer):
    """Replaces quoted types by what they quote; texts in Literal and the metadata of Annotated stay."""

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if not isinstance(node.value, str):
            return node
        try:
            inner = ast.parse(node.value.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            shown = types.shorten(node.value)
            raise Unknown(f"{shown} is no type", "loss-type") from None
        unquoted: ast.expr = self.visit(inner)
        return unquoted

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        form = (dotted(node.value) or "").rpartition(".")[2]
        if form == "Literal":
            return node
        if form == "Annotated" and isinstance(node.slice, ast.Tuple):
            first, *metadata = node.slice.elts
            elements = [self.visit(first), *metadata]
            items = ast.Tuple(elts=elements, ctx=ast.Load())
            return ast.Subscript(value=node.value, slice=items, ctx=ast.Load())
        self.generic_visit(node)
        return node
