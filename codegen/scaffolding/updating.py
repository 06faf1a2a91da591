"""One module of cores brought up to date: new functions at its end, changed headers in place, imports where they belong.

Knows in which order a text is changed, and what somebody must look at afterwards. It must not read or write files.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import cached_property

from codegen import spelling
from codegen.diagnostics import Diagnostic
from codegen.package import BUILTIN_NAMES
from codegen.readers.source import CoreFunction
from codegen.scaffolding import signatures
from codegen.scaffolding.changes import Change, Outside, Updated
from codegen.scaffolding.functions import is_default_needed, new_function
from codegen.scaffolding.imports import Names, bindings
from codegen.scaffolding.inserting import with_imports
from codegen.scaffolding.signatures import Edit, Item, Refused
from codegen.scaffolding.uses import located, own_names, read_in_body
from codegen.scaffolding.wanted import Wanted


class CoreText:
    """The text of one module of cores while it is brought up to date."""

    def __init__(self, module: str, path: str, text: str, outside: Outside) -> None:
        self._path = path
        self._before = text
        self._tree = ast.parse(text)
        self._lines = text.split("\n")
        self._functions = {
            node.lineno: node
            for node in ast.walk(self._tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        self._outside = outside
        self._bound = bindings(module, self._tree)
        self._names = Names(module, self._tree, outside.canonical, outside.split)
        self._postponed = any(
            isinstance(s, ast.ImportFrom) and s.module == "__future__"
            for s in self._tree.body
        )
        self._source: signatures.Source | None = None
        self._edits: list[Edit] = []
        self._added: list[str] = []
        self.updated: list[Updated] = []
        self.own_types = 0
        self.refused: list[Diagnostic] = []
        self._findings: list[Diagnostic] = []

    @cached_property
    def text(self) -> str:
        """The new text, once all cores are there; the old one, byte for byte, where nothing has changed."""
        if not self.updated:
            return self._before
        text = signatures.apply(self._before, self._edits)
        if self._added:
            text += self._ending(text)
        return with_imports(text, self._names.needed, self._outside.first_party)

    def _ending(self, text: str) -> str:
        """The new functions, as far from the end of a text as functions stand from each other."""
        newline = "\r\n" if "\r\n" in text else "\n"
        ended = "" if text.endswith("\n") or not text else newline
        lines = (text + ended).split(newline)[:-1]
        while self._added and not self._added[0] and lines and not lines[-1]:
            del self._added[0], lines[-1]
        return ended + newline.join([*self._added, ""])

    def add(self, wanted: Wanted) -> None:
        """Write a core that does not exist yet."""
        name = wanted.reference.partition(":")[2]
        known = self._bound.get(name)
        if known is not None:
            return  # The name means something else; the check says so.
        items = []
        for key, parameter in wanted.function.parameters.items():
            annotation = self._annotation(
                wanted.written(parameter.type or "typing.Any")
            )
            left_out = self._left_out(wanted, key)
            default = None if left_out else self._value(parameter.default)
            items.append(
                Item(key, parameter.kind, None, annotation, default, redefaulted=True)
            )
        returns = wanted.written(wanted.function.returns.type or "None")
        self._added += ["", ""] if self._before.strip() else []
        self._added += new_function(
            name,
            items,
            self._annotation(returns),
            asynchronous=wanted.function.asynchronous,
            line=wanted.line,
            label=wanted.label,
        )
        self.updated.append(Updated(wanted, ("new",), False))

    def update(self, wanted: Wanted, core: CoreFunction) -> None:
        """Make the signature of a core what its spec documents."""
        name = wanted.reference.partition(":")[2]
        needed = len(self._names.needed)
        try:
            change = Change(wanted, core, self._names.path, self._outside)
            self.own_types += change.own_types
            items = list(self._items(wanted, change))
            edits = self._header(name, core, items, wanted, change)
            if edits and (change.flips or self._says_global(core)):
                self._require_python(edits, core)
        except Refused as refusal:
            del self._names.needed[needed:]
            message = f"'{name}' {refusal}"
            hint = "change it by hand"
            self.refused.append(
                Diagnostic(core.location, "scaffold-refused", message, hint)
            )
            return
        if not edits:
            return
        self._edits += edits
        self.updated.append(change.summary())
        self._findings += self._consequences(name, core, change)

    def _header(
        self,
        name: str,
        core: CoreFunction,
        items: list[Item],
        wanted: Wanted,
        change: Change,
    ) -> list[Edit]:
        if not change.is_any:
            return []
        if self._source is None:
            self._source = signatures.Source(self._before)
        returns = None
        if change.returns:
            written = wanted.written(wanted.function.returns.type or "None")
            returns = self._annotation(written)
        return self._source.header_edits(
            name,
            core.location.line,
            items,
            asynchronous=wanted.function.asynchronous,
            returns=returns,
        )

    def _items(self, wanted: Wanted, change: Change) -> Iterator[Item]:
        """The parameters of the new header."""
        if change.receiver is not None:
            name, kind = change.receiver
            yield Item(name, kind, name)
        elif wanted.first:
            parameter = wanted.function.parameters[wanted.first]
            receiver = self._annotation(parameter.type or "typing.Any")
            yield Item(wanted.first, parameter.kind, None, receiver)
        for name, parameter in wanted.parameters.items():
            former = change.former(name)
            retyped = former is None or name in change.retyped
            written = wanted.written(parameter.type or "typing.Any")
            annotation = self._annotation(written) if retyped else None
            redefaulted = former is None or name in change.redefaulted
            left_out = not redefaulted or self._left_out(wanted, name)
            default = None if left_out else self._value(parameter.default)
            yield Item(name, parameter.kind, former, annotation, default, redefaulted)

    @staticmethod
    def _left_out(wanted: Wanted, name: str) -> bool:
        """Whether a default names something generated, which a core need not import when it is defined."""
        if name not in wanted.own_defaults:
            return False
        return not is_default_needed(name, wanted.parameters, wanted.own_defaults)

    def _annotation(self, text: str) -> str:
        used: list[str] = []

        def spell(path: str) -> str:
            used.append(self._names.spell(path, run_time=False))
            return used[-1]

        spelled = spelling.spell_type(text, spell)
        # Without `from __future__ import annotations` Python looks the names up.
        if self._postponed or all(map(self._names.is_at_run_time, used)):
            return spelled
        return spelling.quote(spelled)

    def _value(self, text: str | None) -> str | None:
        return text and spelling.spell_value(
            text, lambda path: self._names.spell(path, run_time=True)
        )

    def _says_global(self, core: CoreFunction) -> bool:
        """Whether a body has names of the module that no parameter may have."""
        function = self._functions.get(core.location.line)
        return function is not None and any(
            isinstance(node, ast.Global) for node in ast.walk(function)
        )

    def _require_python(self, edits: list[Edit], core: CoreFunction) -> None:
        """Refuse a header with which the body is no Python any more, as one that awaits in a plain function."""
        text = signatures.apply(self._before, edits)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                compile(text, self._path, "exec", dont_inherit=True)
        except SyntaxError as error:
            place = f"{self._path}:{error.lineno or core.location.line}"
            raise Refused(f"keeps its signature: {error.msg} ({place})") from None

    def to_look_at(self) -> list[Diagnostic]:
        """What somebody must look at in the new text."""
        if not self._findings:
            return []
        matcher = SequenceMatcher(None, self._lines, self.text.split("\n"), False)
        lines = {
            old + step + 1: max(min(new + step, end - 1), 0) + 1
            for _, old, stop, new, end in matcher.get_opcodes()
            for step in range(stop - old)
        }
        moved = []
        for found in self._findings:
            line = lines[found.location.line]
            moved.append(found._replace(location=found.location._replace(line=line)))
        return moved

    def _consequences(
        self, name: str, core: CoreFunction, change: Change
    ) -> Iterator[Diagnostic]:
        """What the body still does with parameters that are gone, renamed or new."""
        for new, former in change.renamed.items():
            message = f"'{former}' of '{name}' is taken for the documented '{new}'"
            hint = "where that is wrong, take the change back and edit the core by hand"
            yield Diagnostic(
                core.location, "scaffold-renamed", message, hint, "warning"
            )
        function = self._functions.get(core.location.line)
        if function is None:
            return
        stale = frozenset(change.gone) | frozenset(change.renamed.values())
        news = {former: new for new, former in change.renamed.items()}
        for read in read_in_body(function, stale):
            new_name = news.get(read.id)
            message = (
                f"the body of '{name}' uses '{read.id}', which is no parameter any more"
            )
            hint = f"it is called '{new_name}' now" if new_name else ""
            yield self._about(read, message, hint)
        outer = self._bound.keys() | BUILTIN_NAMES
        hiding = frozenset(change.new) & outer
        hiding -= own_names(function)
        for read in read_in_body(function, hiding):
            message = (
                f"the body of '{name}' uses '{read.id}', which the new parameter hides"
            )
            yield self._about(read, message, "")

    def _about(self, node: ast.Name, message: str, hint: str) -> Diagnostic:
        place = located(self._path, self._lines, node)
        return Diagnostic(place, "scaffold-body", message, hint, "warning")
