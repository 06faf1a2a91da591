"""The table of rules: every id a finding can have, what it means, and the checks that look for them in a spec.

Knows which checks there are and how to run them over one module. What each check looks for stands in ``checks``; rules
without a check are found where texts are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from codegen.checks import (
    bases,
    deprecations,
    evaluation,
    inheritance,
    names,
    references,
    signatures,
    texts,
)
from codegen.checks import cores as core_checks
from codegen.checks.base import Check, Context, Cores, Finding
from codegen.diagnostics import Diagnostic
from codegen.model import Module
from codegen.readers.yaml import Document

__all__ = ["RULES", "Context", "Cores", "Rule", "apply"]


class Rule(NamedTuple):
    """A rule for ``codegen explain``: what it finds and what to do about it."""

    id: str
    summary: str
    advice: str


CHECKS: tuple[Check, ...] = (
    names.module_names,
    names.element_names,
    names.unique_names,
    references.imports,
    references.references,
    bases.bases,
    inheritance.dataclasses,
    evaluation.definitions_without_circles,
    evaluation.type_variables,
    signatures.parameters,
    signatures.functions,
    texts.page_settings,
    texts.page_files,
    core_checks.cores,
    deprecations.deprecations,
)

# What a project that has nothing but published pages must keep to: they print names and types as they are.
PAGE_CHECKS: tuple[Check, ...] = (
    names.page_names,
    texts.page_settings,
    texts.page_files,
)


# A site links the names in what is printed, which must be an expression then.
SITE_CHECKS: tuple[Check, ...] = (*PAGE_CHECKS, references.syntax)


def apply(module: Module, document: Document, context: Context) -> Iterator[Diagnostic]:
    """Run every check over one module."""
    checks = CHECKS
    if not context.settings.makes_python:
        checks = SITE_CHECKS if context.site else PAGE_CHECKS
    for check in checks:
        for finding in check(module, context):
            yield _diagnostic(finding, document)


def _diagnostic(finding: Finding, document: Document) -> Diagnostic:
    related = finding.related
    if related is None and finding.related_path is not None:
        related = document.locate(finding.related_path, key=True)
    return Diagnostic(
        document.locate(
            finding.path,
            key=finding.key,
            offset=finding.offset,
            length=finding.length,
        ),
        finding.rule,
        finding.message,
        finding.hint,
        finding.severity,
        related,
    )


_TABLE = """
yaml-syntax | The file is not YAML. | The place is where the reader gave up; the mistake is there or just above.
yaml-character | The file holds a character YAML does not allow. | Specs are UTF-8 text without control characters.
yaml-alias | The spec uses an anchor and an alias. | Write the value out; specs are reviewed line by line, and aliases can expand without bound.
yaml-merge | The spec uses a merge key (<<). | Write the keys out.
yaml-tag | The spec uses a YAML tag (!name). | Remove it; the schema says what every value is.
yaml-key | A key is not a plain word. | Keys are names of elements or of facts about them.
yaml-depth | The spec is nested too deeply. | Classes nest, but not that deep.
duplicate-key | A key is given twice in one mapping. | YAML would silently keep the last one; remove one of them.
hidden-character | A text holds an invisible control or direction character. | Remove it: it would show people something else than it shows Python (CVE-2021-42574).
empty-spec | A spec file holds nothing. | Begin with `module: the.dotted.name`, or remove the file.
unknown-key | A key is not part of the spec language. | See docs/spec.md or `codegen schema`; editors complete keys from the $schema line.
missing-key | A key that is needed is not there. | See docs/spec.md for what each element needs.
wrong-shape | A value is of the wrong kind: a list, a mapping or a text where another is meant. | Quote Python expressions that contain brackets or braces.
wrong-value | A value is not one of those allowed. | The hint lists them.
not-utf8 | A file is not UTF-8 text. | Save it as UTF-8.
too-large | A spec is larger than 8 MiB. | One file describes one module; something else ended up in it.
unreadable | A file or folder cannot be read. | Check its permissions.
spec-folder | The folder of specs is missing or is a file. | The setting 'specs' names it.
no-specs | The folder of specs holds no spec. | A spec is a YAML file named after its module.
toml-syntax | The settings file is not TOML. | The place is where the reader gave up.
no-settings | There are no settings. | Add [tool.codegen] to pyproject.toml, or a codegen.toml.
unknown-setting | A setting does not exist. | The hint names the nearest one.
wrong-setting | A setting has a wrong value. | The message says what is expected.
missing-setting | A setting that is needed is not there. | 'package' is the only one without a default.
dead-link | A link of the documentation site leads nowhere. | Correct it in the guide, or make what it leads to; links to files of the project that are no guides are fine.
site-version | A version of the documentation site cannot be read from where the settings say it is. | A version is a folder of specs, a project, or `git:REV`; paths begin at the settings file.
unknown-variant | Settings or the command line name a variant that no page mentions. | It would be a copy of the whole; front matter says `variants: +one -other`.
twofold-anchor | A page of the documentation site has one anchor twice. | Links to the second one would lead to the first; give one of the two another heading.
module-name | A module's name is not one the package can have. | It is the package's name or begins with it and a dot, and every part is an identifier.
file-name | A spec file is not named after its module. | Name it <module>.yaml, so that people find it.
duplicate-module | Two files describe one module. | Merge them; definitions can still live in several private modules by `defined_in`.
bad-name | A name is not an identifier. | Names become Python code.
keyword-name | A name is a Python keyword. | Append an underscore, as PEP 8 advises.
dunder-name | A name begins and ends with two underscores and is not a special method. | Python reserves such names.
duplicate-name | Two elements share one name. | The second would replace the first when the module is imported.
bad-import | An entry of `imports` or `exports` leads nowhere. | Write the dotted name of something that exists, `a.b.Name` or `a.b.Name as Other`.
unknown-name | An expression uses a name that means nothing in this spec. | Define it, add it to `imports`, or write its dotted name; roots from other distributions are listed in the setting 'external'.
type-expression | A type is not a type expression. | A type is a name, a subscript such as list[str], or a union with |.
value-expression | A default or constant is not a plain value. | Use a literal, a name, or a class called with literals; what computes belongs in a core.
unsafe-call | A default calls something that is not a class of the project or a plain value type. | Importing the package must not run code; use a core.
cyclic-bases | A class inherits from itself. | Break the circle that the message names.
type-variable | A type variable is restricted in a way Python refuses. | Give a bound, or at least two constraints, or neither.
cyclic-definition | A definition needs itself to be made. | Python evaluates bases, defaults, constants and aliases when it imports a module; break the circle that the message names.
cyclic-import | Modules need each other while they are imported. | Move what both need to a module of its own with `defined_in`.
chain-length | A class or definition builds on more than 100 others in a row. | Nobody can follow such a chain; derive from an earlier one.
base-order | Python cannot combine the bases of a class. | Name each base once, subclasses before their own bases.
not-a-class | A base is not a class. | Inherit from a class, a protocol or a generic.
unknown-field | A dataclass field without a type does not exist in any base. | A field without a type only documents an inherited one; give it a type to declare it.
field-order | A dataclass field without a default follows one with a default. | Python refuses that when the class is made; reorder, or make it keyword-only.
mutable-default | A dataclass field has a mutable default. | All instances would share it; write `factory: list`.
default-and-factory | A parameter has both a default and a factory. | Keep one.
factory-place | A factory is given outside a dataclass. | Only dataclass fields have factories; use a default.
kind-conflict | A class combines kinds or options that exclude each other. | An enum, protocol or typed-dict is no dataclass and has no constructor; frozen dataclasses inherit from frozen ones.
parameter-order | Parameters stand in an order Python does not allow. | positional-only, then positional, then *args, then keyword-only, then **kwargs; required before optional.
variadic-default | A variadic parameter has a default. | *args and **kwargs are empty when nothing is passed.
single-overload | A callable has exactly one overload. | One overload is just the signature; give at least two.
sections-after | `sections_after` names no parameter. | It names the parameter whose table cell old page styles append Raises and Returns to.
page-variant | A page variant is not a signed name. | Write +name to show the page in a build and -name to hide it.
page-file | A page would be written outside the folder of pages. | Name a file below that folder, with slashes and without `..`.
page-version | A page of an old style has no version. | Old styles print the version in the front matter.
page-grammar | A published page departs from its style's grammar. | The place is where the page stops being what its style writes, and the message says what was expected there; the other pages are read.
page-derived | A published page says something else than what follows from the rest of it. | Rows of tables, summaries, links and lists follow from declarations and texts; a spec says each fact once.
page-foreign | A file is no reference page. | Only pages with `layout: py_api` in their front matter are read.
page-address | A page prints the address of an object in memory. | It is kept as printed, never as a type or value; write the real one into the spec.
page-type | A page prints a type that is no type expression. | It is kept as printed; write the type into the spec.
page-guess | A page does not say something that a spec must say, so it was assumed. | Look at the spec and correct it.
source-syntax | A source file is not Python. | The place is where the parser gave up; the other files are read. Newer syntax than that of the Python that runs cannot be read.
loss-base | A base or keyword of a class is not kept. | It is computed, or it is nothing a class can inherit from; add it to the spec if users need it.
loss-branch | A branch of the source was chosen when it was read. | `--python` says which version it is read for; type checkers take the same branch.
loss-decorator | A decorator is not kept. | Type checkers cannot follow one that does not say what it returns.
loss-export | A module passes on or lists something that a spec says otherwise or not at all. | Look at the `exports` of the spec.
loss-name | A name in the source leads nowhere, or to something that a spec does not hold. | Where a type used it, the type became Any.
loss-package | The package itself cannot be generated. | Definitions or modules need each other when they are imported; type checkers do not mind, so stubs and pages are written.
loss-private | Something private is left out because nothing public needs it. | Export it in the source if users should have it.
loss-receiver | A method has no first parameter of its own. | The spec gives it the usual one.
loss-refused | A part of what was read breaks a rule of specs and is left out. | The message is that of the rule.
loss-text | A text is not kept as it is. | Invisible characters became escapes; of a module with a stub beside it, only the stub is read.
loss-type | A type is not kept as it is. | It is computed, or type checkers would refuse it; correct it in the spec.
loss-untyped | Something has no type in the source. | It became Any; write the type into the spec.
loss-value | A default or constant is not kept. | It computes; a stub shows `...` in its place, and the package needs a core.
memory-address | A source holds the address of an object in memory. | It differs from run to run and is never kept.
merge-base | A class inherits from something else on the page than in the source. | The source is believed; the spec it was merged into says otherwise.
merge-comments | A spec that was written by hand is written anew by a merge. | Comments are not kept; look at the difference before you commit it.
merge-default | A default is another one on the page than in the source. | The source is believed; the page will show its default.
merge-guess | A merge assumed something that the source does not say. | Look at the spec and correct it.
merge-inherited | Pages of two classes show a member differently that one inherits from the other. | A spec says it once, where it is defined; correct one of the pages.
merge-kind | Something is of another kind on the page than in the source. | The source is believed.
merge-missing | The source has nothing of a name that the page shows. | It is left out; perhaps it was removed or renamed, or another module defines it.
merge-order | Parameters stand in another order on the page than in the source. | The source is believed.
merge-parameter | Page and source do not have the same parameters. | The source is believed; the page will show its parameters.
merge-settings | The settings were written by hand and lack what a merge needs. | The hint says what to change.
merge-text | A text of the source is left out, because the page shows none in its place. | Texts come from pages; write it into the spec if users should see it.
merge-type | A type is another one on the page than in the source. | The source is believed; the page will show its type.
missing-core | A core does not exist. | Write the function, or correct the reference.
core-module | The module of a core does not exist below the folder of cores. | The setting 'cores' names that folder.
core-signature | A core's signature differs from the documented one. | A core takes the instance (or class) first, then exactly the documented parameters, kinds and defaults.
core-async | A core is async where the spec is not, or the other way round. | Add or remove `async` on one side.
core-syntax | A module of cores is not Python. | The place is where the parser gave up.
deprecation-due | Something is still there that was to be removed in a version that the module has reached. | Remove it, or say in which later version it goes.
deprecation-order | Something is to be removed in the version it is deprecated since, or before. | Say a later one in `remove_in`.
source-changed | A published page that a spec names as its source is not what it was. | Bring the spec into agreement, then run `codegen check --accept-sources`, which notes the page as it is now.
source-differs | A published page that has changed says something else than its spec. | The spec says what is right: correct it, or have the page corrected.
source-missing | A spec names a source that is not there. | It is the path of a published page, from the folder of the settings.
scaffold-body | The body of a core uses a parameter that is gone or hidden since its signature was changed. | Bodies are never changed; correct it by hand.
scaffold-call | Handwritten code uses a core whose signature changes. | Look whether it still passes what the core takes.
scaffold-left | A function was the core of something that no spec names any more. | Functions are never removed; do it by hand if nothing else needs it.
scaffold-refused | A core could not be changed. | The message says why; change it by hand, or correct the spec.
scaffold-renamed | A parameter of a core was taken for a documented one of another name. | It stands where that does and has the same type; if it is not the same, edit the core by hand.
mirror-spec | A spec says something else once it is written as YAML and read again. | This is a bug of the writer or the reader of specs; please report it.
mirror-package | The generated package, read back, does not say what the spec says. | The second place is what was generated; the emitter or the reader of Python is wrong.
mirror-griffe | Griffe sees another signature in the generated package than the spec has. | Griffe is a reader of its own; what both readers see otherwise was written otherwise.
mirror-stubs | A generated stub, read back, does not say what the spec says. | The second place is what was generated; the emitter or the reader of stubs is wrong.
mirror-pages | A published page cannot be read back as it was written, or does not say what the spec says. | The second place is where the page stops being what its style writes.
mirror-links | A plain page has a link or an anchor that leads nowhere, or Python that does not parse. | The second place is on the page; look at the texts of the spec.
mirror-types | A type checker refuses what is generated. | The second place is what it refuses; correct the types of the spec, or those of its cores.
mirror-stubtest | The stubs do not fit the package when that is imported. | The message is that of mypy.stubtest.
path-collision | Two outputs would be the same file. | Rename one of the two, or move it to another module.
drift | A generated file differs from what the specs say. | Run `codegen generate` and commit the result; never edit generated files.
write-failed | A file could not be written. | Nothing was changed; check permissions and free space, then run again.
"""

RULES = {
    rule.id: rule
    for rule in (
        Rule(*(part.strip() for part in line.split(" | ", 2)))
        for line in _TABLE.strip().splitlines()
    )
}
