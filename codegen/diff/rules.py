"""The table of what can change in an API: how bad each change is, and for whom.

Knows ids, severities and texts for ``codegen explain``. It must not know how a change is found.

Severity and audience are those of the worst place a change can stand in. ``callers`` use what is there: they import, call,
read and assign. ``subclassers`` derive from a class, call its constructor from theirs and override its methods.
``implementers`` write classes that fit a protocol. A change that harms only those who override a method is compatible where
nothing can be overridden, risky in an ordinary method, and breaking in one that somebody must write: an abstract method or a
member of a protocol (``changes.judged``).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Severity = Literal["breaking", "risky", "compatible"]
Audience = Literal["callers", "subclassers", "implementers"]
Checkable = Literal["always", "sometimes", "never"]
"""Whether type checkers refuse programs that were right before such a change: all of those it is about, some, or none."""

SEVERITIES: tuple[Severity, ...] = ("breaking", "risky", "compatible")
"""Worst first."""

AUDIENCES: tuple[Audience, ...] = ("callers", "subclassers", "implementers")


class ChangeRule(NamedTuple):
    """One kind of change: how bad it is for callers, who can break at all, what it means, what to do about it."""

    id: str
    severity: Severity
    affected: frozenset[Audience]
    summary: str
    advice: str
    checkable: Checkable

    @property
    def verdict(self) -> str:
        """How bad it is and who can break, on a line."""
        who = ", ".join(name for name in AUDIENCES if name in self.affected)
        return f"{self.severity}; breaks: {who or 'nobody'}"


# C callers, S subclassers, I implementers.
_TABLE = """
module-added | compatible | | A module can be imported that could not before. | Nothing breaks.
module-removed | breaking | CS | A module can no longer be imported. | Keep it for a release and let it pass on the names from their new place (`exports`).
export-added | compatible | | A name can be imported that could not before. | Nothing breaks.
export-removed | breaking | CS | A name can no longer be imported from where users import it. | Deprecate it first (`deprecated: {since, remove_in, use}`), or pass it on from its new place (`exports`).
removed-too-early | breaking | CS | Something is gone before the version its deprecation announced. | Keep it until the version `remove_in` names.
definition-kind-changed | breaking | CS | A name stands for something else: a class became a function, a function a variable. | Give the new thing a new name and deprecate the old one.
deprecation-added | compatible | | Something should no longer be used. | Type checkers and, at run time, a warning tell users; name what to `use`.
deprecation-removed | compatible | | Something that was deprecated may be used again. | Nothing breaks.
deprecation-changed | compatible | | A deprecation names another replacement or another version of removal. | An earlier `remove_in` leaves users less time.
parameter-removed | breaking | CSI | A parameter is gone, and nothing takes what callers pass for it. | Keep it, ignore it, and mark it `deprecated`.
parameter-absorbed | compatible | SI | A parameter is gone, but `*args` or `**kwargs` take what callers pass for it. | Calls still type-check; make sure the value still means something.
parameter-added-required | breaking | CSI | A new parameter must be passed. | Give it a default.
parameter-added-optional | compatible | SI | A new parameter may be passed. | Overrides of a method do not take it; callers notice nothing.
parameter-inserted | breaking | CSI | A new parameter stands before others that can be passed by position. | Add it at the end, or as a keyword-only one.
parameter-renamed | breaking | CSI | A parameter that can be passed by name has another name. | Keep the old name, or make it positional-only in a major version first.
parameter-renamed-positional | compatible | | A parameter that can only be passed by position has another name. | Nothing breaks.
parameter-moved | breaking | CSI | A parameter stands at another position. | Keep the order; add new parameters at the end or as keyword-only ones.
parameter-became-keyword-only | breaking | CSI | A parameter can no longer be passed by position. | Deprecate passing it by position first.
parameter-became-positional-only | breaking | C | A parameter can no longer be passed by name. | Keep accepting the name.
parameter-kind-widened | compatible | SI | A parameter can be passed in one more way, by name or by position. | Overrides of a method take it in the old way only.
parameter-became-required | breaking | C | A parameter lost its default. | Keep a default.
parameter-became-optional | compatible | SI | A parameter has a default now. | Overrides of a method still require it.
parameter-default-changed | risky | C | A default has another value, so calls that pass nothing do something else. | Say so in the changelog.
parameter-type-narrowed | breaking | C | A parameter no longer accepts some values it accepted. | Accept them for a release, with a warning.
parameter-type-widened | compatible | SI | A parameter accepts more values. | Overrides of a method accept the old ones only.
parameter-type-changed | breaking | CSI | A parameter accepts other values than before. | Accept both for a release.
parameter-type-declared | risky | C | A parameter that accepted anything has a type now. | Calls that pass something else no longer type-check.
parameter-type-unclear | risky | CSI | The type of a parameter changed, and which of the two is wider cannot be told. | Look at the two types.
variadic-removed | breaking | C | `*args` or `**kwargs` are no longer accepted. | Keep them, or name the parameters they stood for.
variadic-added | compatible | SI | `*args` or `**kwargs` are accepted now. | Overrides of a method do not take them.
return-narrowed | compatible | SI | A result is of a narrower type. | Callers get what they expect; overrides of a method may return something else.
return-added | compatible | SI | A callable that returned nothing returns something. | Callers may go on ignoring it; overrides of a method return nothing.
return-widened | breaking | C | A result may be something it could not be before. | Keep the type; return the new values from another function.
return-changed | breaking | CSI | A result is of another type. | Give the new function a new name.
return-declared | risky | C | A result that could be used as anything has a type now. | Uses that do not fit the type no longer type-check.
return-undeclared | risky | C | A result has no type any more. | Type checkers no longer see mistakes; declare it.
return-unclear | risky | CSI | The type of a result changed, and which of the two is wider cannot be told. | Look at the two types.
became-async | breaking | CSI | A callable must be awaited now. | Add the coroutine under another name, or make it `sync_and_async`.
became-sync | breaking | CSI | A callable can no longer be awaited. | Keep the coroutine and add the blocking function under another name.
pair-added | compatible | SI | A function that blocks can be awaited by `aio` as well. | Calls stay as they are; a method of that name cannot be overridden by a plain one.
pair-removed | breaking | C | A callable that could be awaited by `aio` only blocks now. | Keep `sync_and_async`.
binding-changed | breaking | CSI | A method is called on something else: an instance, the class, or neither. | Keep the binding; add a function beside it.
binding-widened | compatible | SI | A method is bound to something else, and all calls of it still work. | Overrides of the method are bound as before.
receiver-changed | risky | CSI | A method is there for other instances of a generic class than before. | Look at the two types of `self`.
overload-removed | breaking | C | A way to call something is no longer accepted. | Keep the overload.
overload-added | compatible | SI | There is one more way to call something. | Overrides of a method do not have it.
overload-changed | breaking | C | A way to call something gives another result, or takes something else. | Keep the overload and add a new one.
decorator-changed | risky | CSI | A decorator was added or taken away whose effect on users is unknown. | Look at what it does.
abstract-method-added | breaking | CS | A class has a new method that subclasses must define; those that exist cannot be instantiated. | Give it a body.
became-abstract | breaking | CS | A method with a body must be defined by subclasses now. | Keep the body.
no-longer-abstract | compatible | | A method that subclasses had to define has a body now. | Nothing breaks.
final-added | breaking | S | A class can no longer be derived from, or a method no longer be overridden. | Announce it first.
final-removed | compatible | | A class can be derived from, or a method be overridden. | Nothing breaks.
method-added | compatible | | A class has one more method. | A subclass that has one of that name overrides it now.
method-removed | breaking | CS | A method is gone. | Deprecate it first.
property-added | compatible | | A class has one more property. | A subclass that has something of that name overrides it now.
property-removed | breaking | CS | A property is gone. | Deprecate it first.
attribute-added | compatible | | A class has one more attribute. | A subclass that has something of that name overrides it now.
attribute-removed | breaking | CS | An attribute is gone. | Keep it as a property.
inner-class-added | compatible | | A class holds one more class. | Nothing breaks.
inner-class-removed | breaking | C | A class no longer holds another. | Keep the name.
protocol-member-added | breaking | I | Classes that fit a protocol need one more member. | Make a second protocol that derives from the first.
member-kind-changed | breaking | CSI | A member is something else: a method became a property or an attribute, or the other way round. | Give the new member a new name.
property-became-attribute | compatible | SI | A property is a plain attribute now. | Whoever overrides or implements it as a property that cannot be assigned no longer fits.
attribute-became-property | risky | S | An attribute is a property that can be assigned. | Subclasses that set a class variable of that name replace the property.
attribute-became-read-only | breaking | CSI | An attribute is a property that cannot be assigned, or its class is frozen. | Keep a setter.
setter-removed | breaking | C | A property can no longer be assigned. | Keep the setter.
setter-added | compatible | SI | A property can be assigned now. | Whoever overrides or implements it without a setter no longer fits.
deleter-removed | breaking | C | A property can no longer be deleted. | Keep the deleter.
deleter-added | compatible | SI | A property can be deleted now. | Whoever overrides or implements it without a deleter no longer fits.
property-decorator-changed | risky | CS | A property is made by another decorator, such as a cached one. | Look at when it is computed and whether it can be assigned.
property-type-narrowed | compatible | SI | A property is of a narrower type. | Whoever overrides or implements it may give something else.
property-type-widened | breaking | C | A property may be something it could not be before. | Keep the type.
property-type-changed | breaking | CSI | A property is of another type. | Give the new property a new name.
property-type-declared | risky | C | A property that could be used as anything has a type now. | Uses that do not fit the type no longer type-check.
property-type-undeclared | risky | C | A property has no type any more. | Declare it.
property-type-unclear | risky | CSI | The type of a property changed, and which of the two is wider cannot be told. | Look at the two types.
setter-type-narrowed | breaking | C | A property no longer accepts some values it accepted. | Accept them for a release.
setter-type-widened | compatible | SI | A property accepts more values. | Whoever overrides or implements it accepts the old ones only.
attribute-type-narrowed | breaking | CSI | An attribute that can be assigned is of a narrower type. | Values that were assigned no longer fit; reading is safe.
attribute-type-widened | breaking | CSI | An attribute may be something it could not be before. | Keep the type.
attribute-type-narrowed-read-only | compatible | SI | An attribute that cannot be assigned is of a narrower type. | Nothing breaks for those who read it.
attribute-type-changed | breaking | CSI | An attribute is of another type. | Give the new attribute a new name.
attribute-type-declared | risky | CS | An attribute that could be used as anything has a type now. | Uses that do not fit the type no longer type-check.
attribute-type-undeclared | risky | C | An attribute has no type any more. | Declare it.
attribute-type-unclear | risky | CSI | The type of an attribute changed, and which of the two is wider cannot be told. | Look at the two types.
attribute-became-final | breaking | CS | An attribute can no longer be assigned or overridden. | Announce it first.
attribute-no-longer-final | compatible | | An attribute can be assigned now. | Nothing breaks.
attribute-became-class-variable | breaking | CS | An attribute belongs to the class and cannot be set on an instance. | Keep it on the instance.
attribute-became-instance-variable | risky | CS | An attribute belongs to instances and may not exist on the class. | Keep a value on the class.
value-changed | risky | C | A constant has another value. | Say so in the changelog.
enum-member-added | risky | C | An enum has one more member; code that handles each of them does not know it. | Say so in the changelog.
enum-member-removed | breaking | C | A member of an enum is gone. | Keep it as an alias of another member.
enum-value-changed | breaking | C | A member of an enum has another value; what was stored or looked up by value no longer fits. | Keep the value.
key-added-required | breaking | C | A typed dict has a new key that must be there. | Make it `NotRequired`.
key-added-optional | risky | C | A typed dict has a new key that may be there. | Typed dicts of others that were accepted in its place lack the key.
key-removed | breaking | C | A key of a typed dict is gone. | Keep it as `NotRequired`.
key-became-required | breaking | C | A key of a typed dict must be there now. | Keep it `NotRequired`.
key-became-optional | breaking | C | A key of a typed dict may be missing now. | Code that reads it fails; keep it required.
key-became-read-only | breaking | C | A key of a typed dict can no longer be assigned. | Keep it assignable.
key-no-longer-read-only | risky | C | A key of a typed dict can be assigned; typed dicts with a read-only key of that name no longer fit. | Keep it `ReadOnly`.
key-type-narrowed | breaking | C | A key of a typed dict no longer holds some values it held. | Keep the type.
key-type-widened | breaking | C | A key of a typed dict may hold something it could not hold before. | Keep the type.
key-type-changed | breaking | C | A key of a typed dict holds other values. | Add a new key.
key-type-declared | risky | C | A key of a typed dict that could hold anything has a type now. | Uses that do not fit the type no longer type-check.
key-type-undeclared | risky | C | A key of a typed dict has no type any more. | Declare it.
key-type-unclear | risky | C | The type of a key changed, and which of the two is wider cannot be told. | Look at the two types.
tuple-field-added | breaking | C | A named tuple has one more field; code that unpacks it fails. | Make a new class.
tuple-field-removed | breaking | C | A field of a named tuple is gone. | Keep it.
tuple-field-moved | breaking | CS | The fields of a named tuple stand in another order. | Keep the order.
class-kind-changed | breaking | CSI | A class is of another kind: class, protocol, enum, exception, typed dict or named tuple. | Give the new class a new name.
base-added | compatible | | A class inherits from one more class. | Nothing breaks, unless a subclass has several bases that Python can no longer order.
base-removed | breaking | CS | A class no longer inherits from another, so its instances are no longer accepted where that is asked for. | Keep the base.
base-changed | risky | CS | A class inherits from the same class with other type arguments. | Look at the two.
metaclass-changed | risky | CS | A class has another metaclass, or other keywords. | Look at what they do.
slots-changed | risky | CS | Instances have room for other attributes (`__slots__`). | Attributes that are not declared can no longer be set.
runtime-checkable-added | compatible | | A protocol can be used with isinstance. | Nothing breaks.
runtime-checkable-removed | breaking | C | A protocol can no longer be used with isinstance. | Keep `runtime_checkable`.
dataclass-added | compatible | | A class is a dataclass now. | Nothing breaks that the constructor does not show.
dataclass-removed | risky | CS | A class is no longer a dataclass: `replace`, `fields` and `asdict` refuse it. | Keep the decorator.
dataclass-became-frozen | breaking | CS | Fields can no longer be assigned, and dataclasses derived from it must be frozen, too. | Announce it first.
dataclass-no-longer-frozen | breaking | CS | Dataclasses derived from it may no longer be frozen, and instances may have no hash. | Keep it frozen.
dataclass-order-added | compatible | | Instances can be ordered. | Nothing breaks.
dataclass-order-removed | breaking | C | Instances can no longer be ordered. | Keep `order`.
equality-changed | risky | C | Instances are compared, or hashed, in another way. | Look at `eq`, `frozen` and `unsafe_hash`.
match-args-changed | breaking | C | Patterns that match by position no longer match the same attributes. | Keep the order of fields, and `match_args`.
type-parameters-added | breaking | CS | A class takes more type arguments. | Give the new type variable a default.
type-parameters-removed | breaking | CS | A class takes fewer type arguments. | Keep them.
type-parameter-defaulted | compatible | | A class takes more type arguments, and none of them must be given. | Nothing breaks.
variance-narrowed | breaking | C | A type parameter is no longer covariant, or no longer contravariant. | Keep the variance.
variance-widened | compatible | | A type parameter is covariant or contravariant now. | Nothing breaks.
bound-narrowed | breaking | C | A type variable stands for fewer types. | Keep the bound.
bound-widened | compatible | SI | A type variable stands for more types. | Overrides of a generic method accept the old ones only.
bound-changed | breaking | C | A type variable stands for other types. | Look at bound and constraints.
type-variable-changed | breaking | CS | A type variable is of another kind, or its default changed. | Give it a new name.
alias-widened | risky | C | A type alias stands for more types; values of it may be something users do not handle. | Each signature that uses it is reported as well.
alias-narrowed | risky | C | A type alias stands for fewer types; values users made may no longer fit. | Each signature that uses it is reported as well.
alias-changed | breaking | C | A type alias stands for another type. | Give it a new name.
alias-unclear | risky | C | A type alias stands for another type, and which of the two is wider cannot be told. | Look at the two types.
alias-became-distinct | breaking | C | A type alias is a type of its own now, or no longer. | Give it a new name.
variable-type-narrowed | compatible | | A variable is of a narrower type. | Nothing breaks for those who read it.
variable-type-widened | breaking | C | A variable may be something it could not be before. | Keep the type.
variable-type-changed | breaking | C | A variable is of another type. | Give the new variable a new name.
variable-type-declared | risky | C | A variable that could be used as anything has a type now. | Uses that do not fit the type no longer type-check.
variable-type-undeclared | risky | C | A variable has no type any more. | Declare it.
variable-type-unclear | risky | C | The type of a variable changed, and which of the two is wider cannot be told. | Look at the two types.
"""

# Changes that the types of a program do not show, and those of which it depends on the program.
_NEVER_SEEN = frozenset(
    "deprecation-added deprecation-removed deprecation-changed "
    "parameter-default-changed value-changed equality-changed".split()
)
_SOMETIMES_SEEN = frozenset(
    "attribute-became-instance-variable attribute-became-property base-added "
    "base-changed decorator-changed enum-value-changed key-added-optional "
    "metaclass-changed "
    "property-decorator-changed receiver-changed slots-changed "
    "type-variable-changed".split()
)


def _checkable(rule: str) -> Checkable:
    if rule in _NEVER_SEEN:
        return "never"
    # What was of any type fits every type in some programs; what cannot be compared may be found to fit.
    vague = rule.endswith(("-declared", "-undeclared", "-unclear"))
    return "sometimes" if vague or rule in _SOMETIMES_SEEN else "always"


_LETTERS: dict[str, Audience] = {
    "C": "callers",
    "S": "subclassers",
    "I": "implementers",
}
_WORDS: dict[str, Severity] = {word: word for word in SEVERITIES}


def _rule(line: str) -> ChangeRule:
    name, severity, affected, summary, advice = (p.strip() for p in line.split("|", 4))
    audience: frozenset[Audience] = frozenset(_LETTERS[letter] for letter in affected)
    return ChangeRule(
        name, _WORDS[severity], audience, summary, advice, _checkable(name)
    )


RULES: dict[str, ChangeRule] = {
    rule.id: rule for rule in map(_rule, _TABLE.strip().splitlines())
}
