"""Model to Python: the importable, typed package.

Knows what a generated module looks like. A body is an assignment, a constant or one delegation to a core; anything
with a branch belongs in the core. It must not know what cores do.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from msgspec import structs

from codegen import spelling, types
from codegen.emitters.python.bodies import (
    arguments,
    delegation,
    missing,
    returns_something,
    split_core,
)
from codegen.emitters.python.declarations import (
    Declarations,
    Style,
    has_fields,
    has_init,
    header,
    member_names,
    pair_name,
    receiver,
)
from codegen.emitters.python.deprecation import helper, variable_messages
from codegen.emitters.python.documentation import described, function_text, module_text
from codegen.emitters.python.exports import late_exports
from codegen.emitters.python.formatting import bracketed, docstring, wrapped
from codegen.layout import PythonModule
from codegen.model import (
    Attribute,
    Class,
    Function,
    Overload,
    Parameter,
    Property,
    TypeAlias,
    TypeVariable,
    Variable,
)
from codegen.package import Package, Symbol

Lines = list[str]

# What Python calls to make classes and instances: without a core, its own way is the only one that works.
CALLED_BY_PYTHON = frozenset(
    "__new__ __init__ __post_init__ __init_subclass__ __class_getitem__ __set_name__ __prepare__".split()
)


def emit(file: PythonModule, package: Package, style: Style) -> str:
    """Write one Python file of the package."""
    return _Source(file, package, style).text()


def emit_main(file: PythonModule, style: Style) -> str:
    """Write the ``__main__.py`` of a package that can be run."""
    assert file.main is not None
    text = docstring(f"What ``python -m {file.name}`` runs.", "")
    call = delegation(file.main, [], "", frozenset())
    return "\n".join([*header(file, style), "", *text, "", *call]) + "\n"


class _Source(Declarations):
    def __init__(self, file: PythonModule, package: Package, style: Style) -> None:
        super().__init__(file, package, style, stub=False)

    def text(self) -> str:
        blocks = [self._definition(symbol) for symbol in self.file.definitions]
        lines = [*header(self.file, self.style), ""]
        lines += docstring(module_text(self.file), "")
        if blocks or self.file.exports or self.file.passed_on:
            lines += ["", "from __future__ import annotations"]
            late = self._late_exports()
            warning = self._deprecated_variables()
            for part in (self.import_lines(), self.all_statement(), late):
                lines += ["", *part] if part else []
            apart = bool(late)
            for block in blocks:
                apart = apart or _is_block(block)
                lines += ["", *([""] if apart else []), *block]
                apart = _is_block(block)
            lines += ["", *([""] if apart else []), *warning] if warning else []
        if self.file.main is not None and not self.file.is_package:
            call = delegation(self.file.main, [], "    ", frozenset())
            air = ["", ""] if blocks else [""]
            lines += [*air, 'if __name__ == "__main__":', *call]
        return "\n".join(lines).rstrip("\n") + "\n"

    def _late_exports(self) -> Lines:
        homes = {
            symbol.name: symbol.home
            for symbol in self.file.exports
            if not self.names.is_used_on_import(symbol.home, symbol.name)
        }
        listed = self.file.listed
        return late_exports(homes, self.names, listed=listed) if homes else []

    def _deprecated_variables(self) -> Lines:
        """What takes deprecated variables out of the module at its end, so that Python asks for them."""
        messages = variable_messages(self.file.definitions)
        if not messages:
            return []
        self.names.special("typing.TYPE_CHECKING")
        items = [f"{self.names.special('globals')}()"]
        items += [f"{name}={spelling.quote(text)}" for name, text in messages.items()]
        lines = bracketed("__getattr__ = deprecated_variables", items, "", "    ")
        return [
            "# Type checkers see the variables above; with this function they would accept any name.",
            "if not TYPE_CHECKING:",
            f"    from {helper(self.package)} import deprecated_variables",
            "",
            *wrapped(lines, "    "),
        ]

    def _definition(self, symbol: Symbol) -> Lines:
        match symbol.definition:
            case TypeVariable() as variable:
                return self.type_variable(symbol, variable)
            case TypeAlias() as alias:
                return self._type_alias(symbol, alias)
            case Variable() as variable:
                return self._variable(symbol, variable)
            case Class() as cls:
                pairs: Lines = []
                for owner, name, method in self.pairs(symbol, cls):
                    pairs += self._pair(owner, name, method)
                return [*pairs, *self._class(symbol, cls, "")]
            case Function(sync_and_async=True) as function:
                helper = self._pair(symbol, "", function)
                name = pair_name("", symbol.name)
                return [*helper, *wrapped([f"{symbol.name} = {name}()"])]
            case Function() as function:
                return self._function(symbol, symbol.name, function, None, "")
        raise AssertionError(f"{symbol.path} is of no known kind")

    def _type_alias(self, symbol: Symbol, alias: TypeAlias) -> Lines:
        lines = self.type_alias(symbol, alias)
        return [*lines, *(docstring(alias.doc, "") if alias.doc else [])]

    def _variable(self, symbol: Symbol, variable: Variable) -> Lines:
        annotation = self.names.annotation(symbol.module, variable.type)
        if variable.core is not None:
            module, name = split_core(variable.core)
            value = f"{self.names.module(module)}.{name}"
        else:
            value = self.names.value(symbol.module, variable.value or "None")
        lines = wrapped([f"{symbol.name}: {annotation} = {value}"])
        return [*lines, *(docstring(variable.doc, "") if variable.doc else [])]

    def _class(self, symbol: Symbol, cls: Class, indent: str) -> Lines:
        inner = indent + "    "
        with self.names.inside(symbol.name, member_names(cls)):
            body = self._class_body(symbol, cls, inner)
        lines = self.class_decorators(symbol, cls, indent)
        name = symbol.name.rpartition(".")[2]
        lines += self.class_line(symbol, cls, name, indent)
        return [*lines, *(body or [f"{inner}pass"])]

    def _class_body(self, symbol: Symbol, cls: Class, inner: str) -> Lines:
        parts: list[Lines] = []
        if cls.doc or cls.parameters or cls.raises:
            parts.append(self._class_docstring(cls, inner))
        for name, nested in cls.classes.items():
            child = Symbol(symbol.module, f"{symbol.name}.{name}", nested, symbol.home)
            parts.append(self._class(child, nested, inner))
        variables = self._variables(symbol, cls, inner)
        if variables:
            parts.append(variables)
        parts += self._constructor(symbol, cls, inner)
        for name, prop in cls.properties.items():
            parts += self._property(symbol, cls, name, prop, inner)
        for name, method in cls.methods.items():
            parts += self._method(symbol, cls, name, method, inner)
        return _spaced([part for part in parts if part])

    def _class_docstring(self, cls: Class, indent: str) -> Lines:
        title = "Attributes" if cls.dataclass is not None else "Args"
        text = described(
            cls.doc, cls.parameters or {}, "", cls.raises, len(indent), title
        )
        return docstring(text, indent) if text else []

    def _variables(self, symbol: Symbol, cls: Class, indent: str) -> Lines:
        lines = self.slots(cls, indent)
        for name, attribute in cls.attributes.items():
            if cls.dataclass is None or attribute.class_variable or cls.kind == "enum":
                lines += self._class_variable(symbol, cls, name, attribute, indent)
        if has_fields(cls):
            for name, parameter in (cls.parameters or {}).items():
                if parameter.type is not None:
                    lines += self._field(symbol, cls, name, parameter, indent)
        if cls.dataclass is not None:
            for name, attribute in cls.attributes.items():
                if not attribute.class_variable:
                    lines += self._state(symbol, name, attribute, indent)
        return lines

    def _class_variable(
        self,
        symbol: Symbol,
        cls: Class,
        name: str,
        attribute: Attribute,
        indent: str,
    ) -> Lines:
        if cls.kind == "enum" and attribute.type is None:
            value = attribute.value or f"{self.names.special('enum.auto')}()"
            if attribute.value is not None:
                value = self.names.value(symbol.module, _without_new(cls, attribute))
            return wrapped([f"{indent}{name} = {value}"], indent)
        annotation = self._annotation(symbol, attribute.type)
        if attribute.class_variable:
            annotation = f"{self.names.special('typing.ClassVar')}[{annotation}]"
        line = f"{indent}{name}: {annotation}"
        if attribute.value is not None:
            line += f" = {self.names.value(symbol.module, attribute.value)}"
        return wrapped([line], indent)

    def _annotation(self, symbol: Symbol, text: str | None) -> str:
        if text is None:
            return self.names.special("typing.Any", run_time=False)
        return self.names.annotation(symbol.module, text)

    def _field(
        self,
        symbol: Symbol,
        cls: Class,
        name: str,
        parameter: Parameter,
        indent: str,
    ) -> Lines:
        annotation = self._annotation(symbol, parameter.type)
        options = []
        if parameter.factory is not None:
            factory = self.names.value(symbol.module, parameter.factory)
            options.append(f"default_factory={factory}")
        all_keyword_only = cls.dataclass is not None and cls.dataclass.kw_only
        if parameter.kind == "keyword-only" and not all_keyword_only:
            if parameter.default is not None:
                options.append(f"default={self.default(symbol, parameter.default)}")
            options.append("kw_only=True")
        if options:
            head = f"{name}: {annotation} = {self.names.special('dataclasses.field')}"
            return wrapped(bracketed(head, options, "", indent), indent)
        line = f"{indent}{name}: {annotation}"
        if parameter.default is not None:
            line += f" = {self.default(symbol, parameter.default)}"
        return wrapped([line], indent)

    def _state(
        self,
        symbol: Symbol,
        name: str,
        attribute: Attribute,
        indent: str,
    ) -> Lines:
        """A field that callers do not pass and that says nothing about equality."""
        options = []
        if attribute.factory is not None:
            factory = self.names.value(symbol.module, attribute.factory)
            options.append(f"default_factory={factory}")
        elif attribute.value is not None:
            options.append(
                f"default={self.names.value(symbol.module, attribute.value)}"
            )
        options += ["init=False", "repr=False", "compare=False"]
        annotation = self._annotation(symbol, attribute.type)
        head = f"{name}: {annotation} = {self.names.special('dataclasses.field')}"
        return wrapped(bracketed(head, options, "", indent), indent)

    def _constructor(self, symbol: Symbol, cls: Class, indent: str) -> Iterator[Lines]:
        inner = indent + "    "
        if cls.dataclass is not None:
            if cls.core is not None:
                yield [
                    f"{indent}def __post_init__(self) -> None:",
                    *delegation(cls.core, ["self"], inner, frozenset()),
                ]
            return
        if not has_init(cls):
            return
        parameters = cls.parameters or {}
        init = Function(parameters=parameters)
        lines = self.deprecated_parameters(parameters, indent)
        lines += self.signature(
            symbol,
            "__init__",
            init,
            receiver="self",
            indent=indent,
        )
        if cls.init_doc:
            lines += docstring(cls.init_doc, inner)
        if cls.core is not None:
            passed = ["self", *arguments(parameters)]
            lines += delegation(cls.core, passed, inner, frozenset(parameters))
        else:
            assignments: Lines = []
            for name in parameters if cls.stores else ():
                assignments += wrapped([f"{inner}self.{name} = {name}"], inner)
            lines += assignments or ([] if cls.init_doc else [f"{inner}pass"])
        yield lines

    def _property(
        self, symbol: Symbol, cls: Class, name: str, prop: Property, indent: str
    ) -> Iterator[Lines]:
        inner = indent + "    "
        lines = self.property_head(symbol, prop, indent)
        text = docstring(described(prop.doc, {}, "", prop.raises, len(inner)), inner)
        abstract = prop.abstract or cls.kind == "protocol"
        empty = abstract and prop.core is None and not text
        end = " ..." if empty else ""
        lines += self.property_reader(symbol, name, prop, indent, end)
        lines += text
        if prop.core is not None:
            lines += delegation(
                prop.core, ["self"], inner, frozenset(), prefix="return "
            )
        elif abstract:
            lines += [] if empty else [f"{inner}raise NotImplementedError"]
        else:
            lines += missing(f"{symbol.public_path}.{name}", inner)
        yield lines
        absent = missing(f"{symbol.public_path}.{name}", inner)
        writer = self.property_writer(symbol, name, prop, indent, "")
        if writer and prop.setter is not None:
            passed = ["self", "value"]
            yield writer + delegation(prop.setter, passed, inner, frozenset(["value"]))
        elif writer:
            yield writer + absent
        if prop.deletable:
            yield self.property_deleter(name, prop, indent, "") + absent

    def _method(
        self, symbol: Symbol, cls: Class, name: str, method: Function, indent: str
    ) -> Iterator[Lines]:
        if method.core is None and name in CALLED_BY_PYTHON:
            return
        if not method.sync_and_async:
            yield self._function(symbol, name, method, cls, indent)
            return
        helper = pair_name(symbol.name, name)
        if method.binding == "instance":
            returned = f"{helper}{self.type_parameters(symbol)}"
            yield [
                f"{indent}@{self.names.special('property')}",
                *wrapped([f"{indent}def {name}(self) -> {returned}:"], indent),
                f'{indent}    """Call it to block; await its ``aio`` otherwise."""',
                *wrapped([f"{indent}    return {helper}(self)"], f"{indent}    "),
            ]
        else:
            marker = self.names.special("typing.ClassVar")
            line = f"{indent}{name}: {marker}[{helper}] = {helper}()"
            yield wrapped([line], indent)

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
            lines += self._overload(symbol, name, function, overload, first, indent)
        lines += self.function_decorators(symbol, name, function, indent)
        inner = indent + "    "
        text = docstring(function_text(function, len(inner)), inner)
        abstract = function.abstract or (cls is not None and cls.kind == "protocol")
        empty = abstract and function.core is None and not text
        lines += self.signature(
            symbol,
            name,
            function,
            receiver=first,
            asynchronous=function.asynchronous,
            indent=indent,
            end=": ..." if empty else ":",
        )
        lines += text
        if function.core is not None:
            lines += self._delegated(function, first, inner)
        elif abstract:
            lines += [] if empty else [f"{inner}raise NotImplementedError"]
        else:
            where = (
                symbol.public_path if cls is None else f"{symbol.public_path}.{name}"
            )
            lines += missing(where, inner)
        return lines

    def _overload(
        self,
        symbol: Symbol,
        name: str,
        function: Function,
        overload: Overload,
        first: str | None,
        indent: str,
    ) -> Lines:
        lines = [f"{indent}@{self.names.special('typing.overload')}"]
        lines += self.decorators(symbol, overload.decorators, indent)
        lines += self.binding(name, function, indent)
        lines += self.signature(
            symbol,
            name,
            overload,
            receiver=first,
            asynchronous=function.asynchronous,
            indent=indent,
            end=": ...",
        )
        return [*lines, "", *([] if indent else [""])]

    def _delegated(self, function: Function, first: str | None, indent: str) -> Lines:
        assert function.core is not None
        passed = [*([first] if first else []), *arguments(function.parameters)]
        prefix = "return " if returns_something(function) else ""
        if function.asynchronous:
            prefix += "await "
        taken = frozenset(function.parameters)
        return delegation(function.core, passed, indent, taken, prefix=prefix)

    def _pair(self, symbol: Symbol, name: str, function: Function) -> Lines:
        """The class behind a callable that blocks when called and awaits through ``aio``.

        ``symbol`` is the class of the method ``name``, or without a name the function itself.
        """
        owner = symbol if name else None
        label = f"{symbol.name}.{name}" if name else symbol.name
        how = f"Call ``{label}`` to block until it is done, or await ``{label}.aio``."
        doc = "\n\n".join(filter(None, (function.doc.strip("\n"), how)))
        text = function_text(structs.replace(function, doc=doc), 4)
        line = self.pair_line(owner, name or symbol.name, function)
        lines = wrapped([line])
        lines += [*docstring(text, "    "), ""]
        passed = arguments(function.parameters)
        taken = frozenset((*function.parameters, symbol.name.partition(".")[0]))
        if owner is not None and function.binding == "instance":
            whole = f"{symbol.name}{self.type_parameters(symbol)}"
            lines += wrapped(
                [f"    def __init__(self, owner: {whole}) -> None:"], "    "
            )
            lines += ["        self._owner = owner", ""]
            passed.insert(0, "self._owner")
        elif owner is not None and function.binding == "class":
            passed.insert(0, symbol.name)
        label = f"{symbol.public_path}.{name}" if name else symbol.public_path
        blocking, awaiting = self._pair_bodies(function, label, passed, taken)
        called = structs.replace(function, asynchronous=False, binding="instance")
        lines += [*self._pair_signature(symbol, "__call__", called), *blocking, ""]
        awaited = structs.replace(called, asynchronous=True)
        lines += [*self._pair_signature(symbol, "aio", awaited), *awaiting]
        return [*lines, "", ""]

    def _pair_bodies(
        self, function: Function, label: str, passed: list[str], taken: frozenset[str]
    ) -> tuple[Lines, Lines]:
        """The body that blocks and the one that awaits."""
        indent = " " * 8
        if function.core is None:
            return missing(label, indent), missing(label, indent)
        prefix = "return " if returns_something(function) else ""
        blocking = delegation(
            function.core,
            passed,
            indent,
            taken,
            prefix=prefix,
            through=self.style.blocking,
            first_party=self.style.first_party,
        )
        awaiting = delegation(
            function.core, passed, indent, taken, prefix=f"{prefix}await "
        )
        return blocking, awaiting

    def _pair_signature(self, symbol: Symbol, name: str, function: Function) -> Lines:
        lines: Lines = []
        for overload in function.overloads:
            lines += self._overload(symbol, name, function, overload, "self", "    ")
        lines += self.deprecation(function.deprecated, "    ")
        lines += self.deprecated_parameters(function.parameters, "    ")
        return lines + self.signature(
            symbol,
            name,
            function,
            receiver="self",
            asynchronous=function.asynchronous,
            indent="    ",
        )


def _without_new(cls: Class, member: Attribute) -> str:
    """The value of an enum member; of several that ``__new__`` takes, the first, where no core can take them."""
    value = member.value or ""
    new = cls.methods.get("__new__")
    tree = types.parse_value(value)
    if new is None or new.core or not isinstance(tree, ast.Tuple) or not tree.elts:
        return value
    return ast.unparse(tree.elts[0])


def _is_block(lines: Lines) -> bool:
    return any(line.startswith(("class ", "def ", "async def ", "@")) for line in lines)


def _spaced(parts: list[Lines]) -> Lines:
    lines: Lines = []
    for part in parts:
        lines += [*([""] if lines else []), *part]
    return lines
