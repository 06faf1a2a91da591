"""One build: spec texts in, every output text and every finding out. Nothing here reads or writes a file.

Knows the order of the steps and nothing about any of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from codegen import outputs, parallel, rules
from codegen.diagnostics import Diagnostic, Location, ordered
from codegen.model import Module
from codegen.outputs import Output
from codegen.package import Package
from codegen.project import OutputName, Settings, is_dotted
from codegen.readers import yaml

Progress = Callable[[Iterator[outputs.Unit], int], Iterable[outputs.Unit]]
"""Passes on what is about to be emitted, given how much that is."""

_CHARACTERS_OF_A_CLASS = 1_000


def no_progress(units: Iterator[outputs.Unit], count: int) -> Iterable[outputs.Unit]:
    """Pass units on and show nothing."""
    del count
    return units


class Specs(NamedTuple):
    """Specs as read: the modules, the documents behind them, and what was wrong with their form."""

    modules: dict[str, Module]
    documents: dict[str, yaml.Document]
    diagnostics: list[Diagnostic]


def read_specs(
    texts: Mapping[str, str],
    known: Mapping[str, Module],
    unread: Iterable[Diagnostic] = (),
) -> Specs:
    """Read spec texts, path by path.

    ``known`` holds modules that were read from the same text before, ``unread`` what is wrong with files without text.
    """
    modules: dict[str, Module] = {}
    documents: dict[str, yaml.Document] = {}
    findings = list(unread)
    known = {**known, **read_sound(texts, known)}
    for path, text in texts.items():
        document = yaml.Document(path, text)
        module = known.get(path)
        if module is None:
            module, problems = yaml.read(document)
            findings += problems
        if module is None:
            continue
        findings += _misnamed(document, module.module)
        other = documents.get(module.module)
        if other is not None:
            findings.append(
                Diagnostic(
                    document.locate(("module",)),
                    "duplicate-module",
                    f"the module '{module.module}' has a spec already",
                    related=Location(other.path),
                )
            )
            continue
        modules[module.module] = module
        documents[module.module] = document
    return Specs(modules, documents, findings)


def read_sound(
    texts: Mapping[str, str], known: Mapping[str, Module]
) -> dict[str, Module]:
    """Read, on all processors, the specs that have nothing wrong with their form."""
    paths = [path for path in texts if path not in known]
    size = sum(len(texts[path]) for path in paths) // _CHARACTERS_OF_A_CLASS

    def work(share: Sequence[str], own: bool) -> list[bytes]:
        del own
        found = (yaml.read(yaml.Document(path, texts[path])) for path in share)
        return [
            b"" if problems or module is None else msgspec.msgpack.encode(module)
            for module, problems in found
        ]

    if size < parallel.WORTH_IT:
        return {}
    packed = zip(paths, parallel.spread(paths, work, size), strict=True)
    decoder = msgspec.msgpack.Decoder(Module)
    return {path: decoder.decode(data) for path, data in packed if data}


def _misnamed(document: yaml.Document, module: str) -> list[Diagnostic]:
    """A spec is found by its module's name; generated files point people to it."""
    name = document.path.rpartition("/")[2]
    if name == f"{module}.yaml" or not is_dotted(module):
        return []
    message = f"the spec of '{module}' stands in '{name}'"
    hint = f"name the file {module}.yaml"
    place = document.locate(("module",))
    return [Diagnostic(place, "file-name", message, hint)]


def check(
    specs: Specs,
    package: Package,
    settings: Settings,
    cores: rules.Cores,
    only: frozenset[str] | None = None,
    *,
    site: bool = False,
) -> list[Diagnostic]:
    """Apply every rule to the modules in ``only``; to all of them when it is None. A ``site`` asks for more."""
    context = rules.Context(
        package=package,
        settings=settings,
        cores=cores,
        incomplete=any(found.rule != "file-name" for found in specs.diagnostics),
        site=site,
    )
    findings = list(specs.diagnostics)
    for name, module in specs.modules.items():
        if only is None or name in only:
            findings += rules.apply(module, specs.documents[name], context)
    return ordered(findings)


def emit(
    package: Package,
    settings: Settings,
    kinds: frozenset[OutputName],
    only: frozenset[str] | None = None,
    progress: Progress = no_progress,
) -> dict[str, Output]:
    """Write the outputs that depend on the modules in ``only``; two outputs with one path are a bug."""
    chosen = outputs.units(package, kinds, only)
    size = len(package.symbols) * len(chosen) // max(1, 2 * len(package.modules))

    def work(share: Sequence[outputs.Unit], own: bool) -> list[tuple[object, ...]]:
        units = progress(iter(share), len(share)) if own else share
        return [
            tuple(output) for output in outputs.emit(units, package, settings, kinds)
        ]

    built: dict[str, Output] = {}
    for output in map(Output._make, parallel.spread(chosen, work, size)):
        if output.path in built:
            raise AssertionError(f"two outputs claim {output.path}")
        built[output.path] = output
    return built
