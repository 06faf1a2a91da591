"""The head of a callable, in a package and in its stubs: decorators, markers, parameters, defaults, what is returned.

Knows Python's syntax of functions. It must not know what stands in a body, nor what else a file declares.
"""

from __future__ import annotations

from collections.abc import Iterable

from codegen import spelling, types
from codegen.emitters.python import deprecation
from codegen.emitters.python.formatting import bracketed, wrapped
from codegen.emitters.python.names import Names
from codegen.model import (
    Deprecation,
    Function,
    Overload,
    Parameter,
    Returns,
    Variable,
)
from codegen.package import Package, Symbol


class Signatures:
    """The heads of callables of one file, spelled with the names that file imports."""

    def __init__(self, package: Package, names: Names, *, stub: bool) -> None:
        self.package = package
        self.names = names
        self.stub = stub

    def deprecation(self, deprecated: Deprecation | None, indent: str) -> list[str]:
        """The PEP 702 decorator of a deprecated element."""
        if deprecated is None:
            return []
        home = "typing_extensions" if self.stub else deprecation.helper(self.package)
        decorator = self.names.special(f"{home}.deprecated")
        message = spelling.quote(deprecation.deprecation_message(deprecated))
        return wrapped([f"{indent}@{decorator}({message})"], indent, stub=self.stub)

    def deprecated_parameters(
        self, parameters: dict[str, Parameter], indent: str
    ) -> list[str]:
        """The decorator that warns when a deprecated parameter is passed; stubs have no word for it."""
        messages = deprecation.parameter_messages(parameters)
        if self.stub or not messages:
            return []
        home = deprecation.helper(self.package)
        decorator = self.names.special(f"{home}.deprecated_parameters")
        items = [f"{name}={spelling.quote(text)}" for name, text in messages.items()]
        lines = bracketed(f"@{decorator}", items, "", indent)
        return wrapped(lines, indent, stub=self.stub)

    def decorators(
        self, symbol: Symbol, decorators: Iterable[str], indent: str
    ) -> list[str]:
        """Decorators a spec adds of its own."""
        lines: list[str] = []
        for text in decorators:
            if not self.stub and self._cannot_run(symbol.module, text):
                continue
            decorator = f"{indent}@{self.names.value(symbol.module, text)}"
            lines += wrapped([decorator], indent, stub=self.stub)
        return lines

    def _cannot_run(self, module: str, decorator: str) -> bool:
        """Whether a decorator is one of the project's own without a core, or is given what only a core could make."""
        for index, reference in enumerate(types.references(decorator)):
            found = self.package.find(module, reference.name)
            match found.definition if found is not None else None:
                case Function(core=None) | Variable(core=None) if index == 0:
                    return True
                case Variable(core=None, value=value) if value in (None, "..."):
                    return True
                case _:
                    pass
        return False

    def function_decorators(
        self, symbol: Symbol, name: str, function: Function, indent: str
    ) -> list[str]:
        """Every decorator of a function or method except ``overload``."""
        lines = self.binding(name, function, indent)
        lines += self.decorators(symbol, function.decorators, indent)
        lines += self.deprecation(function.deprecated, indent)
        lines += self.deprecated_parameters(function.parameters, indent)
        if function.abstract:
            lines.append(f"{indent}@{self.names.special('abc.abstractmethod')}")
        return lines

    def binding(self, name: str, function: Function, indent: str) -> list[str]:
        """The decorator that says what a method is bound to; Python knows it of ``__new__``."""
        marker = f"{function.binding}method"
        if function.binding == "instance" or name == "__new__":
            return []
        if marker in function.decorators:
            return []
        return [f"{indent}@{self.names.special(marker)}"]

    def signature(
        self,
        symbol: Symbol,
        name: str,
        signature: Function | Overload,
        *,
        receiver: str | None,
        asynchronous: bool = False,
        indent: str = "",
        end: str = ":",
    ) -> list[str]:
        """The ``def`` line or lines of a callable."""
        if receiver in signature.parameters:
            receiver = {"self": "_self", "cls": "metacls"}[receiver]
        items = self.received(symbol, receiver, signature.receiver)
        items += self.parameters(symbol, signature.parameters)
        returns = self.returned(symbol, signature.returns)
        head = f"{'async ' if asynchronous else ''}def {name}"
        lines = bracketed(head, items, f" -> {returns}{end}", indent)
        return wrapped(lines, indent, stub=self.stub)

    def received(
        self, symbol: Symbol, receiver: str | None, annotation: str | None
    ) -> list[str]:
        """The first parameter of a method; nothing for functions."""
        if receiver is None:
            return []
        if annotation is None:
            return [receiver]
        return [f"{receiver}: {self.names.annotation(symbol.module, annotation)}"]

    def returned(self, symbol: Symbol, returns: Returns) -> str:
        """The return annotation; a callable that documents none returns None."""
        if returns.type is None:
            return "None"
        return self.names.annotation(symbol.module, returns.type)

    def parameters(self, symbol: Symbol, parameters: dict[str, Parameter]) -> list[str]:
        """Every parameter as it is declared, with the ``/`` and ``*`` markers their kinds need."""
        written = (
            (parameter.kind, self.parameter(symbol, name, parameter))
            for name, parameter in parameters.items()
        )
        return spelling.with_marks(written, str)

    def parameter(self, symbol: Symbol, name: str, parameter: Parameter) -> str:
        """One parameter: stars, name, type and default."""
        stars = spelling.stars(parameter.kind)
        text = f"{stars}{name}: {self.annotation(symbol, parameter.type)}"
        if parameter.default is None:
            return text
        return f"{text} = {self.default(symbol, parameter.default)}"

    def annotation(self, symbol: Symbol, text: str | None) -> str:
        """A type as an annotation; without one, whatever there may be."""
        if text is None:
            return self.names.special("typing.Any", run_time=False)
        return self.names.annotation(symbol.module, text)

    def default(self, symbol: Symbol, value: str) -> str:
        """A default: in full in code; in stubs only what is plain to see, as the typing guide advises."""
        if self.stub and not is_plain(value):
            return "..."
        return self.names.value(symbol.module, value)


def is_plain(value: str) -> bool:
    """Whether a default is short and literal enough to stand in a stub."""
    return (
        len(value) <= 30
        and all(char not in value for char in "([{.")
        and (value[:1] in "'\"-0123456789" or value in ("None", "True", "False"))
    )
