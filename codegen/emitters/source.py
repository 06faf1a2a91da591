"""Model to Python: the importable, typed package.

Knows what a generated module looks like from its first line to its last. A body is an assignment, a constant or one
delegation to a core; anything with a branch belongs in the core. It must not know what cores do.
"""

from __future__ import annotations

from codegen import spelling
from codegen.emitters.python.bodies import delegation, split_core
from codegen.emitters.python.classes import class_definition
from codegen.emitters.python.declarations import Declarations, Style, header
from codegen.emitters.python.deprecation import helper, variable_messages
from codegen.emitters.python.documentation import module_text
from codegen.emitters.python.exports import late_exports
from codegen.emitters.python.formatting import bracketed, docstring, wrapped
from codegen.emitters.python.functions import function_definition, pair_class
from codegen.emitters.python.members import pair_name, pairs
from codegen.layout import PythonModule
from codegen.model import Class, Function, TypeAlias, TypeVariable, Variable
from codegen.package import Package, Symbol

Lines = list[str]


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
                helpers: Lines = []
                for owner, name, method in pairs(symbol, cls):
                    helpers += pair_class(self, owner, name, method)
                return [*helpers, *class_definition(self, symbol, cls, "")]
            case Function(sync_and_async=True) as function:
                helper = pair_class(self, symbol, "", function)
                name = pair_name("", symbol.name)
                return [*helper, *wrapped([f"{symbol.name} = {name}()"])]
            case Function() as function:
                return function_definition(
                    self, symbol, symbol.name, function, None, ""
                )
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


def _is_block(lines: Lines) -> bool:
    return any(line.startswith(("class ", "def ", "async def ", "@")) for line in lines)
