"""Model to ``.pyi``: what type checkers need and nothing else, written as the typing guide for stubs asks.

Knows stub conventions: no bodies, no docstrings, defaults only where they are plain to see. It must not know what the
generated package does.
"""

from __future__ import annotations

from msgspec import structs

from codegen.emitters.python.declarations import (
    Declarations,
    Style,
    header,
)
from codegen.emitters.python.formatting import bracketed, wrapped
from codegen.emitters.python.members import (
    has_init,
    member_names,
    pair_name,
    pairs,
    receiver,
)
from codegen.layout import PythonModule
from codegen.model import (
    Attribute,
    Class,
    Definition,
    Function,
    Parameter,
    TypeAlias,
    TypeVariable,
    Variable,
)
from codegen.package import Package, Symbol

Lines = list[str]

# A constant whose type is that of its value, and only there.
_FINAL = ("Final", "typing.Final")

_OVERLOOKED = "  # type: ignore"


def emit(file: PythonModule, package: Package, style: Style) -> str:
    """Write one stub file."""
    return _Stub(file, package, style).text()


class _Stub(Declarations):
    def __init__(self, file: PythonModule, package: Package, style: Style) -> None:
        super().__init__(file, package, style, stub=True)

    def text(self) -> str:
        blocks = [self._definition(symbol) for symbol in self.file.definitions]
        lines = header(self.file, self.style)
        imports = self.import_lines()
        lines += ["", *imports] if imports else []
        exported = self.all_statement()
        lines += ["", *exported] if exported else []
        previous: Lines = []
        for block in blocks:
            # Black keeps one-line statements together and gives classes air.
            apart = not previous or _is_class(block) or _is_class(previous)
            apart = apart or _is_function(block) != _is_function(previous)
            apart = apart and not (_is_function(previous) and block[0][0] == "@")
            apart = apart and not (_is_empty_class(previous) and _is_empty_class(block))
            lines += [*([""] if apart else []), *block]
            previous = block
        return "\n".join(lines) + "\n"

    def _definition(self, symbol: Symbol) -> Lines:
        lines = self._defined(symbol)
        definition = symbol.definition
        if isinstance(definition, Class | TypeVariable):
            return lines
        return _overlooked(lines, definition)

    def _defined(self, symbol: Symbol) -> Lines:
        match symbol.definition:
            case TypeVariable() as variable:
                return self.type_variable(symbol, variable)
            case TypeAlias() as alias:
                return self.type_alias(symbol, alias)
            case Variable() as variable:
                line = self._declared(symbol, symbol.name, variable)
                return wrapped([line], stub=True)
            case Class() as cls:
                helpers: Lines = []
                for owner, name, method in pairs(symbol, cls):
                    helpers += self._pair(owner, name, method)
                return [*helpers, *self._class(symbol, cls, "")]
            case Function(sync_and_async=True) as function:
                helper = self._pair(symbol, "", function)
                line = f"{symbol.name}: {pair_name('', symbol.name)}"
                return [*helper, *wrapped([line], stub=True)]
            case Function() as function:
                return self._function(symbol, symbol.name, function, None, "")
        raise AssertionError(f"{symbol.path} is of no known kind")

    def _class(self, symbol: Symbol, cls: Class, indent: str) -> Lines:
        inner = indent + "    "
        members = member_names(cls) | _assigned_names(cls)
        with self.names.inside(symbol.name, members):
            body = self._class_body(symbol, cls, inner)
        lines = self.class_decorators(symbol, cls, indent)
        name = symbol.name.rpartition(".")[2]
        end = ":" if body else ": ..."
        lines += self.class_line(symbol, cls, name, indent, end)
        return [*_overlooked(lines, _for_stubs(cls)), *body]

    def _class_body(self, symbol: Symbol, cls: Class, inner: str) -> Lines:
        body: Lines = []
        last: Lines = []
        for name, inside in cls.classes.items():
            child = Symbol(symbol.module, f"{symbol.name}.{name}", inside, symbol.home)
            block = self._class(child, inside, inner)
            close = _is_empty_class(last, inner) and _is_empty_class(block, inner)
            body += [*([""] if last and not close else []), *block]
            last = block
        variables = self._variables(symbol, cls, inner)
        functions = self._functions(symbol, cls, inner)
        # Only what is no function may follow a class without a body closely.
        if last and (variables or functions):
            close = bool(variables) and _is_empty_class(last, inner)
            body += [] if close else [""]
        body += [*variables, *functions]
        return body

    def _declared(
        self, symbol: Symbol, name: str, variable: Variable | Attribute
    ) -> str:
        """A variable with its type; with its value only where that says the type."""
        line = f"{name}: {self.annotation(symbol, variable.type)}"
        if variable.type in _FINAL and variable.value is not None:
            line += f" = {self.names.value(symbol.module, variable.value)}"
        return line

    def _variables(self, symbol: Symbol, cls: Class, indent: str) -> Lines:
        lines = self.slots(cls, indent)
        lines += self._assigned(symbol, cls, indent)
        if cls.kind == "named-tuple":
            lines += self._fields(symbol, cls, indent)
        for name, attribute in cls.attributes.items():
            if cls.dataclass is None or attribute.class_variable or cls.kind == "enum":
                lines += self._attribute(symbol, cls, name, attribute, indent)
        if cls.dataclass is not None:
            lines += self._fields(symbol, cls, indent)
            for name, attribute in cls.attributes.items():
                if not attribute.class_variable:
                    field = self.names.special("dataclasses.field")
                    annotation = self.annotation(symbol, attribute.type)
                    head = f"{name}: {annotation} = {field}"
                    lines += wrapped(
                        bracketed(head, ["init=False"], "", indent), indent, stub=True
                    )
        return lines

    def _assigned(self, symbol: Symbol, cls: Class, indent: str) -> Lines:
        """The attributes that a constructor without a core assigns."""
        assigned = _assigned_names(cls)
        lines: Lines = []
        for name, parameter in (cls.parameters or {}).items():
            if name not in assigned:
                continue
            annotation = self._collected(symbol, parameter)
            lines += wrapped([f"{indent}{name}: {annotation}"], indent, stub=True)
        return lines

    def _collected(self, symbol: Symbol, parameter: Parameter) -> str:
        """The type a parameter has inside the function: variadic ones are collections there."""
        annotation = self.annotation(symbol, parameter.type)
        if parameter.kind == "var-keyword":
            key = self.names.special("str")
            return f"{self.names.special('dict')}[{key}, {annotation}]"
        if parameter.kind == "var-positional":
            more = "" if "Unpack[" in annotation else ", ..."
            return f"{self.names.special('tuple')}[{annotation}{more}]"
        return annotation

    def _attribute(
        self,
        symbol: Symbol,
        cls: Class,
        name: str,
        attribute: Attribute,
        indent: str,
    ) -> Lines:
        if cls.kind == "enum" and attribute.type is None:
            value = "..."
            if attribute.value is not None:
                value = self.default(symbol, attribute.value)
            return [f"{indent}{name} = {value}"]
        line = self._declared(symbol, name, attribute)
        if cls.kind == "protocol" and attribute.value is not None:
            # Without a value, those who inherit from the protocol would have to give it one.
            line = line.partition(" = ")[0] + " = ..."
        if attribute.class_variable:
            annotation = self.annotation(symbol, attribute.type)
            line = f"{name}: {self.names.special('typing.ClassVar')}[{annotation}]"
        return _overlooked(wrapped([indent + line], indent, stub=True), attribute)

    def _fields(self, symbol: Symbol, cls: Class, indent: str) -> Lines:
        """The fields of a dataclass: those only passed by name behind a marker, where a default can be a plain dot."""
        lines: Lines = []
        keyword_only: Lines = []
        for name, parameter in (cls.parameters or {}).items():
            if parameter.type is None:
                continue
            annotation = self.annotation(symbol, parameter.type)
            default = "" if parameter.required else " = ..."
            line = f"{indent}{name}: {annotation}{default}"
            behind = keyword_only if parameter.kind == "keyword-only" else lines
            behind += wrapped([line], indent, stub=True)
        if keyword_only and cls.dataclass is not None and not cls.dataclass.kw_only:
            marker = self.names.special("dataclasses.KW_ONLY")
            return [*lines, f"{indent}_: {marker}", *keyword_only]
        return lines + keyword_only

    def _functions(self, symbol: Symbol, cls: Class, indent: str) -> Lines:
        lines: Lines = []
        if cls.dataclass is not None and cls.core is not None:
            lines.append(f"{indent}def __post_init__(self) -> None: ...")
        if has_init(cls):
            init = Function(parameters=cls.parameters or {})
            lines += self._plain(symbol, "__init__", init, "self", indent)
        for name, prop in cls.properties.items():
            block = self.property_head(symbol, prop, indent)
            block += self.property_reader(symbol, name, prop, indent, " ...")
            block += self.property_writer(symbol, name, prop, indent, " ...")
            block += self.property_deleter(name, prop, indent, " ...")
            lines += _overlooked(block, prop)
        for name, method in cls.methods.items():
            lines += self._method(symbol, cls, name, method, indent)
        return lines

    def _method(
        self, symbol: Symbol, cls: Class, name: str, method: Function, indent: str
    ) -> Lines:
        if not method.sync_and_async:
            block = self._function(symbol, name, method, cls, indent)
            return _overlooked(block, method)
        if method.binding == "instance":
            return self.pair_reader(symbol, name, indent, " ...")
        helper = pair_name(symbol.name, name)
        marker = self.names.special("typing.ClassVar")
        return wrapped([f"{indent}{name}: {marker}[{helper}]"], indent, stub=True)

    def _function(
        self,
        symbol: Symbol,
        name: str,
        function: Function,
        cls: Class | None,
        indent: str,
    ) -> Lines:
        first = receiver(function) if cls is not None else None
        lines: Lines = []
        for overload in function.overloads:
            lines.append(f"{indent}@{self.names.special('typing.overload')}")
            lines += self.decorators(symbol, overload.decorators, indent)
            lines += self.function_decorators(symbol, name, function, indent)
            lines += self.signature(
                symbol,
                name,
                overload,
                receiver=first,
                asynchronous=function.asynchronous,
                indent=indent,
                end=": ...",
            )
        if lines:
            return lines
        lines = self.function_decorators(symbol, name, function, indent)
        return [*lines, *self._plain(symbol, name, function, first, indent)]

    def _plain(
        self,
        symbol: Symbol,
        name: str,
        function: Function,
        first: str | None,
        indent: str,
    ) -> Lines:
        return self.signature(
            symbol,
            name,
            function,
            receiver=first,
            asynchronous=function.asynchronous,
            indent=indent,
            end=": ...",
        )

    def _pair(self, symbol: Symbol, name: str, function: Function) -> Lines:
        owner = symbol if name else None
        lines = wrapped([self.pair_line(owner, name or symbol.name, function)])
        if owner is not None and function.binding == "instance":
            lines += self.pair_constructor(owner, " ...")
        called = structs.replace(
            function, asynchronous=False, binding="instance", decorators=()
        )
        awaited = structs.replace(called, asynchronous=True)
        lines += self._function(symbol, "__call__", called, Class(), "    ")
        lines += self._function(symbol, "aio", awaited, Class(), "    ")
        return [*lines, ""]


def _assigned_names(cls: Class) -> frozenset[str]:
    """The attributes that a constructor without a core assigns and nothing else declares."""
    if not has_init(cls) or cls.core is not None or not cls.stores:
        return frozenset()
    return frozenset(cls.parameters or {}) - member_names(cls)


def _for_stubs(cls: Class) -> Class:
    """A class with what a stub must say beside: mypy refuses an enum that leaves its members to others."""
    has_members = any(a.type is None for a in cls.attributes.values())
    if cls.kind != "enum" or has_members or "*" in cls.type_ignore:
        return cls
    codes = dict.fromkeys((*cls.type_ignore, "misc"))
    return structs.replace(cls, type_ignore=tuple(codes))


def _overlooked(block: Lines, definition: Definition) -> Lines:
    """Tell type checkers what to overlook, wherever they may report it: at each line of the head."""
    if not definition.type_ignore:
        return block
    codes = ", ".join(definition.type_ignore)
    comment = _OVERLOOKED + ("" if "*" in definition.type_ignore else f"[{codes}]")
    return [line + comment for line in block]


def _is_class(block: Lines) -> bool:
    return any(line.startswith("class ") for line in block)


def _is_function(block: Lines) -> bool:
    return any(line.startswith(("def ", "async def ")) for line in block)


def _is_empty_class(block: Lines, indent: str = "") -> bool:
    """Whether a block is a class without a body, which black keeps close to others of its kind."""
    return (
        bool(block)
        and block[0].startswith(f"{indent}class ")
        and block[-1].startswith((f"{indent}class ", f"{indent})"))
        and block[-1].partition(_OVERLOOKED)[0].endswith(": ...")
    )
