"""Two APIs: modules, what each exports, and every definition that is on both sides.

Knows what is public and what kinds of definitions there are. It must not know how two classes or functions differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codegen import parallel
from codegen.diff.assignable import Assignable
from codegen.diff.both import Side, Sided, Sides, names_of
from codegen.diff.callables import Callable, callable_changes
from codegen.diff.changes import Change, Place, Role, Subject, judged, plain, restored
from codegen.diff.classes import ClassComparison
from codegen.diff.constants import (
    alias_changes,
    type_variable_changes,
    variable_changes,
)
from codegen.diff.context import Context
from codegen.diff.members import is_closed
from codegen.diff.removals import removal_hint, too_early
from codegen.diff.structure import Structure
from codegen.diff.typed import Type
from codegen.diff.untouched import Untouched
from codegen.model import (
    Class,
    Function,
    Module,
    TypeAlias,
    TypeVariable,
    Variable,
)
from codegen.package import Package, Symbol
from codegen.walk import class_path

_GROUPS: dict[type, str] = {
    TypeVariable: "type_variables",
    TypeAlias: "type_aliases",
    Variable: "variables",
    Function: "functions",
}


def compare(
    old: Package, new: Package, *, version: str | None = None
) -> Iterator[Change]:
    """What changed for users from one API to another; ``version`` is the new one's, where it is known.

    Modules that are one object on both sides are known to be the same without being looked at.
    """
    sides = Sides.of(old, new)
    assignable = Assignable(sides)
    context = Context(sides, assignable, Untouched(sides), version)
    assignable.structural = Structure(context).fits
    yield from _modules(sides)
    yield from _exports(context)
    yield from _definitions(context)


def _modules(sides: Sides) -> Iterator[Change]:
    before, after = sides.old.modules, sides.new.modules
    for name in sorted(before - after):
        message = f"the module '{name}' can no longer be imported"
        place = _of_module(sides.old, name)
        role = _role_of_module(sides.old, name)
        yield judged(
            "module-removed", message, name=name, old=place, new=None, role=role
        )
    for name in sorted(after - before):
        message = f"the module '{name}' is new"
        place = _of_module(sides.new, name)
        yield judged("module-added", message, name=name, old=None, new=place)


def _of_module(side: Side, name: str) -> Place | None:
    return Place(name, ("module",)) if name in side.package.modules else None


def _exports(context: Context) -> Iterator[Change]:
    """Names that can no longer be imported from where they were, and new ones."""
    old, new = context.sides
    for path, found in _lacking(old, new):
        yield _removed(context, path, found)
    for path, found in _lacking(new, old):
        place = _place(new, path, found)
        message = f"'{path}' can be imported"
        owner = _of_module(old, path.rpartition(".")[0])
        yield judged("export-added", message, name=path, old=owner, new=place)


def _lacking(side: Side, other: Side) -> Iterator[tuple[str, Symbol | str]]:
    """What one side exports and the other does not, from modules both have; a definition lost altogether comes once."""
    for path, found in side.public.items():
        module = path.rpartition(".")[0]
        if path in other.public or path in other.package.homes:
            continue
        if module in side.modules - other.modules:
            continue
        if isinstance(found, Symbol):
            gone = other.symbol(side.shared(found.path)) is None
            if gone and side.names[side.shared(found.path)] != path:
                continue
        yield path, found


def _removed(context: Context, path: str, found: Symbol | str) -> Change:
    old, new = context.sides
    rule, hint = "export-removed", ""
    role: Role = "used"
    message = f"'{path}' can no longer be imported"
    if isinstance(found, Symbol):
        announced = getattr(found.definition, "deprecated", None)
        hint = removal_hint(announced)
        elsewhere = new.names.get(old.shared(found.path))
        role = _role(old, found)
        if elsewhere is not None:
            hint = f"it can be imported as '{elsewhere}'"
        if announced is not None and too_early(announced, context.version):
            rule = "removed-too-early"
            message += f", although {announced.remove_in} was announced for that"
    place = _place(old, path, found)
    owner = _of_module(new, path.rpartition(".")[0])
    return judged(rule, message, name=path, old=place, new=owner, role=role, hint=hint)


def _role(side: Side, symbol: Symbol) -> Role:
    """What users do with a definition besides using it: they derive from classes, though hardly from protocols."""
    definition = symbol.definition
    if not isinstance(definition, Class) or definition.kind == "protocol":
        return "used"
    return "used" if is_closed(Sided(side, symbol)) else "overridable"


def _role_of_module(side: Side, module: str) -> Role:
    """What users do with a module: they derive from its classes if they may derive from one."""
    exported = (
        found
        for path, found in side.public.items()
        if path.rpartition(".")[0] == module
    )
    derived = any(
        isinstance(found, Symbol) and _role(side, found) == "overridable"
        for found in exported
    )
    return "overridable" if derived else "used"


def _place(side: Side, path: str, found: Symbol | str) -> Place | None:
    """Where an export stands: the definition, or the entry that passes it on."""
    module, _, name = path.rpartition(".")
    if isinstance(found, Symbol) and found.module == module:
        return definition_place(found)
    spec = side.package.modules.get(module)
    for index, exported in enumerate(spec.exports if spec is not None else ()):
        if exported.rpartition(".")[2] == name:
            return Place(module, ("exports", index))
    return definition_place(found) if isinstance(found, Symbol) else None


def definition_place(symbol: Symbol) -> Place:
    """Where a definition stands."""
    if isinstance(symbol.definition, Class):
        return Place(symbol.module, class_path(symbol.name))
    return Place(symbol.module, (_GROUPS[type(symbol.definition)], symbol.name))


def _definitions(context: Context) -> Iterator[Change]:
    """Every definition that users can import on both sides, once."""
    pairs = list(_touched(context))

    def work(
        share: Sequence[tuple[str, Symbol, Symbol]], own: bool
    ) -> list[tuple[object, ...]]:
        del own
        classes = ClassComparison(context)
        found = (_pair(context, classes, *pair) for pair in share)
        return [plain(change) for changes in found for change in changes]

    once: dict[object, Change] = {}
    for change in map(restored, parallel.spread(pairs, work, len(pairs))):
        # Each process tells what several classes inherit from a private one.
        once.setdefault((change.rule, change.old, change.new), change)
    yield from once.values()
    yield from _type_variables(context)


def _touched(context: Context) -> Iterator[tuple[str, Symbol, Symbol]]:
    """The pairs of definitions that may differ, with the name users know them by."""
    old, new = context.sides
    done: set[tuple[str, str]] = set()
    for path, before in old.public.items():
        after = new.public.get(path)
        if not isinstance(before, Symbol) or not isinstance(after, Symbol):
            continue
        if (before.path, after.path) in done:
            continue
        done.add((before.path, after.path))
        if not context.untouched.same(before, after):
            yield old.names.get(old.shared(before.path), path), before, after


def _pair(
    context: Context, classes: ClassComparison, name: str, old: Symbol, new: Symbol
) -> Iterator[Change]:
    sides = context.sides
    old, new = _meant(sides.old, old, new), _meant(sides.new, new, old)
    subject = Subject(name, definition_place(old), definition_place(new))
    match old.definition, new.definition:
        case Class(), Class():
            yield from classes.changes(
                name, Sided(sides.old, old), Sided(sides.new, new)
            )
        case Function() as before, Function() as after:
            one = Callable(sides.old, subject.old, before)
            other = Callable(sides.new, subject.new, after)
            yield from callable_changes(context, subject, one, other)
        case Variable() as before, Variable() as after:
            yield from variable_changes(context, subject, before, after)
        case TypeAlias() as before, TypeAlias() as after:
            yield from alias_changes(context, subject, before, after)
        case TypeVariable(), TypeVariable():
            return
        case before, after:
            was, is_ = (_WORDS[type(one)] for one in (before, after))
            message = f"'{name}' was {was}, and is {is_} now"
            about = subject._replace(role=_role(sides.old, old))
            change = about.change("definition-kind-changed", message)
            # What is called like the class of what it returned can still be called.
            made = isinstance(before, Function) and isinstance(after, Class)
            yield change._replace(severity="risky") if made else change


_WORDS: dict[type, str] = {
    TypeVariable: "a type variable",
    TypeAlias: "a type alias",
    Variable: "a variable",
    Class: "a class",
    Function: "a function",
}


def _meant(side: Side, symbol: Symbol, other: Symbol) -> Symbol:
    """The class an alias is another name of, where the other side has a class of that name."""
    alias = symbol.definition
    if not isinstance(alias, TypeAlias) or not isinstance(other.definition, Class):
        return symbol
    meant: Type = side.reader.read(symbol.module, alias.type)
    found = side.symbol(meant.head)
    if alias.distinct or meant.arguments or found is None:
        return symbol
    return found if isinstance(found.definition, Class) else symbol


def _type_variables(context: Context) -> Iterator[Change]:
    """Type variables, whatever their names: they are part of the signatures that use them."""
    old, new = context.sides
    for module_name, module in old.package.modules.items():
        if module is new.package.modules.get(module_name):
            continue
        for name, before in module.type_variables.items():
            path = f"{before.defined_in or module_name}.{name}"
            after = new.symbol(old.shared(path))
            if after is None or not isinstance(after.definition, TypeVariable):
                continue
            place = Place(module_name, ("type_variables", name))
            shown = old.names.get(old.shared(path), path)
            users = _parametrized(module, name)
            subject = Subject(shown, place, definition_place(after), users)
            yield from type_variable_changes(context, subject, before, after.definition)


def _parametrized(module: Module, name: str) -> Role:
    """What users do with what a type variable of a module stands in: derive from a class, override a method."""
    for cls in module.classes.values():
        if any(name in names_of(text) for text in cls.bases):
            return "made"
    for cls in module.classes.values():
        methods = (text for one in cls.methods.values() for text in _types(one))
        if any(name in names_of(text) for text in methods):
            return "overridable"
    return "used"


def _types(function: Function) -> Iterator[str]:
    for parameter in function.parameters.values():
        yield parameter.type or "Any"
    yield function.returns.type or "None"
