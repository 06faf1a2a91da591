"""The heads of classes and of their properties, in a package and in its stubs: decorators, bases, slots, accessors.

Knows Python's syntax of classes. It must not know what stands in a body, nor what else a file declares.
"""

from __future__ import annotations

from codegen import spelling
from codegen.emitters.python.formatting import bracketed, wrapped
from codegen.emitters.python.members import pair_name
from codegen.emitters.python.signatures import Signatures
from codegen.model import Class, Dataclass, Function, Property, TypeVariable
from codegen.package import BUILTIN_NAMES, Symbol


class ClassHeads(Signatures):
    """The heads of classes and properties of one file, spelled with the names that file imports."""

    def type_parameters(self, symbol: Symbol) -> str:
        """The type variables a class is generic in, as the subscript that passes them on; empty for others."""
        found: list[str] = []
        for used in self.package.type_variables(symbol):
            assert isinstance(used.definition, TypeVariable)
            star = "*" if used.definition.kind == "type-variable-tuple" else ""
            found.append(star + self.names.special(used.path))
        return f"[{', '.join(found)}]" if found else ""

    def pair_line(self, owner: Symbol | None, name: str, function: Function) -> str:
        """The ``class`` line of the helper behind a pair; generic where the class it helps is."""
        line = f"class {pair_name(owner.name if owner else '', name)}"
        if owner is None or function.binding != "instance":
            return f"{line}:"
        parameters = self.type_parameters(owner)
        if not parameters:
            return f"{line}:"
        return f"{line}({self.names.special('typing.Generic')}{parameters}):"

    def pair_constructor(self, owner: Symbol, end: str) -> list[str]:
        """The ``def`` that keeps whose method a pair is."""
        whole = f"{owner.name}{self.type_parameters(owner)}"
        line = f"    def __init__(self, owner: {whole}) -> None:{end}"
        return wrapped([line], "    ", stub=self.stub)

    def pair_reader(self, owner: Symbol, name: str, indent: str, end: str) -> list[str]:
        """The property that gives the pair of an instance."""
        returned = f"{pair_name(owner.name, name)}{self.type_parameters(owner)}"
        line = f"{indent}def {name}(self) -> {returned}:{end}"
        marker = f"{indent}@{self.names.special('property')}"
        return [marker, *wrapped([line], indent, stub=self.stub)]

    def class_line(
        self, symbol: Symbol, cls: Class, name: str, indent: str, end: str = ":"
    ) -> list[str]:
        """The ``class`` line with its bases."""
        bases = [self.names.evaluated_type(symbol.module, base) for base in cls.bases]
        names = {base.partition("[")[0].rpartition(".")[2] for base in cls.bases}
        if cls.kind == "protocol" and "Protocol" not in names:
            # Generic comes last, by convention.
            place = next((i for i, b in enumerate(cls.bases) if "Generic[" in b), None)
            place = len(bases) if place is None else place
            bases.insert(place, self.names.special("typing.Protocol"))
        elif cls.kind == "enum" and BUILTIN_NAMES.issuperset(cls.bases):
            bases.append(self.names.special("enum.Enum"))
        elif cls.kind == "exception" and not bases:
            bases.append("Exception")
        elif cls.kind == "typed-dict" and not bases:
            bases.append(self.names.special("typing.TypedDict"))
        elif cls.kind == "named-tuple" and "NamedTuple" not in names:
            bases.insert(0, self.names.special("typing.NamedTuple"))
        if cls.kind == "typed-dict" and not cls.total:
            bases.append("total=False")
        for keyword, value in cls.keywords.items():
            if not self.stub and self._nobody_takes(symbol, cls, keyword):
                continue
            bases.append(f"{keyword}={self.names.value(symbol.module, value)}")
        if not bases:
            return [f"{indent}class {name}{end}"]
        lines = bracketed(f"class {name}", bases, end, indent)
        return wrapped(lines, indent, stub=self.stub)

    def _nobody_takes(self, symbol: Symbol, cls: Class, keyword: str) -> bool:
        """Whether a class keyword is one that Python refuses, because what takes it has no core to be called with it."""
        if keyword == "metaclass":
            return False
        above = [one for _, _, one in self.package.ancestors(symbol.module, cls)]
        makers = [
            found.definition
            for one in (cls, *above)
            if (text := one.keywords.get("metaclass"))
            and (found := self.package.find(symbol.module, text)) is not None
        ]
        taking = [maker for maker in makers if isinstance(maker, Class)] + above
        return any(
            one.methods[name].core is None
            for one in taking
            for name in ("__new__", "__init_subclass__")
            if name in one.methods
        )

    def class_decorators(self, symbol: Symbol, cls: Class, indent: str) -> list[str]:
        """Every decorator of a class."""
        lines = self.deprecation(cls.deprecated, indent)
        if cls.dataclass is not None and cls.dataclass.init:
            fields = self.package.constructor(symbol.module, cls) or {}
            lines += self.deprecated_parameters(fields, indent)
        lines += self.decorators(symbol, cls.decorators, indent)
        if cls.runtime_checkable:
            name = self.names.special("typing.runtime_checkable")
            lines.append(f"{indent}@{name}")
        if cls.dataclass is not None:
            name = self.names.special("dataclasses.dataclass")
            lines.append(f"{indent}@{name}{_dataclass_options(cls.dataclass)}")
        return lines

    def slots(self, cls: Class, indent: str) -> list[str]:
        """The statement that says which attributes instances have room for."""
        if cls.slots is None:
            return []
        names = [spelling.quote(name) for name in cls.slots]
        head = "__slots__"
        if cls.dataclass is None:
            # With a type it would be one of the fields of a dataclass.
            owner = f"{self.names.special('tuple')}[{self.names.special('str')}, ...]"
            head += f": {owner}"
        if len(names) == 1:
            lines = [f"{indent}{head} = ({names[0]},)"]
        else:
            lines = bracketed(f"{head} = ", names, "", indent)
        return wrapped(lines, indent, stub=self.stub)

    def property_head(self, symbol: Symbol, prop: Property, indent: str) -> list[str]:
        """Every decorator of a property's reader."""
        if prop.decorator is not None:
            lines = self.decorators(symbol, [prop.decorator], indent)
        else:
            lines = [f"{indent}@{self.names.special('property')}"]
        lines += self.decorators(symbol, prop.decorators, indent)
        lines += self.deprecation(prop.deprecated, indent)
        if prop.abstract:
            lines.append(f"{indent}@{self.names.special('abc.abstractmethod')}")
        return lines

    def property_reader(
        self, symbol: Symbol, name: str, prop: Property, indent: str, end: str
    ) -> list[str]:
        """The ``def`` of what reads a property."""
        receiver = "".join(self.received(symbol, "self", prop.receiver))
        annotation = self.names.annotation(symbol.module, prop.type)
        line = f"{indent}def {name}({receiver}) -> {annotation}:{end}"
        return wrapped([line], indent, stub=self.stub)

    def property_writer(
        self, symbol: Symbol, name: str, prop: Property, indent: str, end: str
    ) -> list[str]:
        """The ``def`` of what is called when a property is assigned to; nothing when it cannot be."""
        if not prop.writable and prop.setter is None:
            return []
        accepted = self.names.annotation(symbol.module, prop.accepts or prop.type)
        line = f"{indent}def {name}(self, value: {accepted}) -> None:{end}"
        return [
            f"{indent}@{name}.setter",
            *wrapped([line], indent, stub=self.stub),
        ]

    def property_deleter(
        self, name: str, prop: Property, indent: str, end: str
    ) -> list[str]:
        """The ``def`` of what is called when a property is deleted; nothing when it cannot be."""
        if not prop.deletable:
            return []
        return [
            f"{indent}@{name}.deleter",
            f"{indent}def {name}(self) -> None:{end}",
        ]


def _dataclass_options(options: Dataclass) -> str:
    defaults = Dataclass()
    given = [
        f"{name}={value}"
        for name in Dataclass.__struct_fields__
        if (value := getattr(options, name)) != getattr(defaults, name)
    ]
    return f"({', '.join(given)})" if given else ""
