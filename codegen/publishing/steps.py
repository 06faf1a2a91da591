"""The steps of publishing in their order, each with a line that says how it went; the upload is the last.

Knows what must be true before something is uploaded. It must not know how any step is done, and prints nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from codegen import build, files
from codegen.collecting import collected_later
from codegen.diagnostics import Diagnostic
from codegen.package import Package
from codegen.publishing import building, describing, judging, trying, uploading
from codegen.publishing.building import Built
from codegen.publishing.describing import Described
from codegen.publishing.errors import OptionsError, PublishError, shown
from codegen.publishing.index import File, Index, simple
from codegen.walk import core_references
from codegen.workspace import Workspace

What = Literal["stubs", "sdk"]


class Options(NamedTuple):
    """What people can choose: where to, which version, compared with what, and what is kept."""

    repository: str | None = None
    index_url: str | None = None
    version: str | None = None
    against: str | None = None
    dist: Path | None = None
    dry_run: bool = False


class FindingsError(PublishError):
    """The specs have errors; carries the findings and the texts they are about."""

    def __init__(self, findings: list[Diagnostic], texts: dict[str, str]) -> None:
        super().__init__("nothing is published from specs with errors")
        self.diagnostics = findings
        self.texts = texts


def publish(workspace: Workspace, what: What, options: Options) -> Iterator[str]:
    """Publish; yield a line after each step.

    Raises PublishError when a step fails, after which nothing is uploaded that was not said to be; WriteError when files
    that are to be kept cannot be written.
    """
    described, package = _described(workspace, what, options.version)
    url, choice = uploading.address(options.repository)
    index = Index(options.index_url or simple(url))
    yield f"{described.name} {described.version}"
    published = index.files(described.name)
    there = judging.of_version(published, described.version)
    _require_new(described, there, url)
    yield f"index: {_shown(published, there)} at {shown(url)}"
    with files.temporary() as folder:
        yield f"API: {_compared(workspace, index, published, described, folder, options)}"
        built = building.build(described, folder)
        contents = built.contents
        sizes = [f"{name} ({len(data):,} bytes)" for name, data in contents.items()]
        yield f"built: {', '.join(sizes)}"
        _require_same(index, there, contents)
        yield from _tried(described, package, built, folder)
        if options.dist is not None:
            files.write_tree(options.dist, contents)
            yield f"kept: {options.dist}"
        if options.dry_run:
            yield "dry run: nothing is uploaded"
            return
        yield from _uploaded(built, {file.name for file in there}, url, choice)


def _described(
    workspace: Workspace, what: What, version: str | None
) -> tuple[Described, Package]:
    """What is to be published, made from the specs as they are."""
    texts, problems = workspace.read_texts()
    with collected_later():
        specs = build.read_specs(texts, {}, problems)
        package = workspace.package(specs)
        cores, _ = workspace.read_cores(specs.modules.values())
        found = build.check(specs, package, workspace.settings, cores)
        if any(finding.severity == "error" for finding in found):
            raise FindingsError(found, texts)
        kind = "stubs" if what == "stubs" else "package"
        if kind not in workspace.settings.outputs:
            raise OptionsError(f"the setting 'outputs' does not have '{kind}'")
        outputs = build.emit(package, workspace.settings, frozenset((kind,)))
    written = {path: output.text for path, output in outputs.items()}
    if what == "stubs":
        return describing.stubs(workspace.settings, written, version), package
    kept = _beside(workspace)
    handwritten = _cores(workspace, package, kept.get("pyproject.toml", b""))
    described = describing.sdk(workspace.settings, written, handwritten, kept, version)
    return described, package


def _beside(workspace: Workspace) -> dict[str, bytes]:
    """The SDK's own pyproject.toml and the files beside it, which it may name."""
    settings = workspace.settings
    place = settings.publish.sdk or settings.cores
    if place is None:
        return {}
    folder = workspace.root / place
    if settings.publish.sdk and not folder.is_dir():
        raise OptionsError(f"the setting 'sdk' names '{place}', where there is nothing")
    found = {name: files.read_bytes(folder / name) for name in _names(folder)}
    return {name: data for name, data in found.items() if data is not None}


def _names(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def _cores(
    workspace: Workspace, package: Package, pyproject: bytes
) -> dict[str, bytes]:
    """Every file of the packages of cores that the SDK needs."""
    if workspace.settings.cores is None:
        return {}
    folder = workspace.root / workspace.settings.cores
    paths = list(files.read_tree(folder))
    references = {
        reference
        for module in package.modules.values()
        for _, reference in core_references(module)
    }
    roots = describing.core_packages(references, paths, pyproject)
    wanted = [p for p in paths if p.removesuffix(".py").partition("/")[0] in roots]
    found = {path: files.read_bytes(folder / path) for path in wanted}
    return {path: data for path, data in found.items() if data is not None}


def _shown(published: list[File], there: list[File]) -> str:
    """What the index has, and what of this very version."""
    count = len({file.version for file in published} - {None})
    shown_count = "1 version" if count == 1 else f"{count or 'no'} versions"
    names = ", ".join(file.name for file in there)
    return f"{shown_count}, {names} of this one," if there else shown_count


def _require_new(described: Described, there: list[File], url: str) -> None:
    """Refuse a version of which the index has both files, or a file of another kind."""
    kinds = {file.name.endswith(".whl") for file in there}
    if len(there) > 1 and kinds == {True, False}:
        raise PublishError(
            f"{described.name} {described.version} is at {shown(url)} already; publish a later version"
        )


def _require_same(index: Index, there: list[File], contents: dict[str, bytes]) -> None:
    """Refuse to complete a version with files that were not made together with those that are there."""
    for file in there:
        data = contents.get(file.name)
        if data is None or not index.holds(file, data):
            raise PublishError(
                f"the index has another {file.name}; publish a later version"
            )


def _tried(
    described: Described, package: Package, built: Built, folder: Path
) -> Iterator[str]:
    trying.metadata(built)
    yield "twine check: passed"
    python = trying.installed(built, folder / "environment")
    yield "installed: into an empty environment, without dependencies"
    if f"{described.package}/__init__.py" in described.files:
        modules = list(trying.public_names(package))
        untried = trying.imported(described, modules, python)
        count = len(modules)
        yield f"imported: {count} {'module' if count == 1 else 'modules'}"
        if described.commands:
            loaded = ", ".join(described.commands)
            yield f"commands: {'; '.join(untried) or loaded}"
    yield from trying.type_checked(package, python, folder / "programs")


def _compared(
    workspace: Workspace,
    index: Index,
    published: list[File],
    described: Described,
    folder: Path,
    options: Options,
) -> str:
    """What the API diff says of the version."""
    new = str(judging.own(described, folder / "new"))
    former = judging.predecessor(published, described.version)
    version = former.version if former is not None else None
    if options.against is not None:
        source = options.against.startswith(("pypi:", "installed:"))
        other = new if source else str(workspace.config)
        return judging.judged(options.against, other, version, described.version)
    if former is None:
        return "no earlier version to compare with"
    old = judging.unpacked(index, former, described, folder / "old")
    return judging.judged(str(old), new, version, described.version)


def _uploaded(
    built: Built, there: set[str], url: str, choice: list[str]
) -> Iterator[str]:
    """Upload what the index does not have; when the second file fails, the next run completes the version."""
    done: list[str] = []
    for path in built:
        if path.name in there:
            yield f"uploaded before: {path.name}"
            continue
        try:
            uploading.upload(path, url, choice)
        except PublishError as error:
            if done:
                message = f"{error}; {done[0]} is uploaded, and the same command completes the version"
                raise PublishError(message) from None
            raise
        done.append(path.name)
        yield f"uploaded: {path.name}"
