"""How fast ``codegen generate`` is on the synthetic project, cold, without changes, and with one changed class.

Cold means an empty output folder and no cache. The generator writes .py, .pyi and .md; datamodel-code-generator writes
dataclasses to .py and lets black format them; protoc with mypy-protobuf writes .py and .pyi.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.measure import Subject, run, take_turns
from bench.projects import write_protos, write_schemas, write_specs
from bench.report import Row

ROOT = Path(__file__).resolve().parents[1]
OURS = Path(sys.executable).parent
OTHERS = ROOT / ".venv-bench" / "bin"
CHANGED_MODULE = "sample.part010.yaml"


def rows(folder: Path, *, quick: bool) -> Iterator[Row]:
    """Measure everything in ``folder`` and yield a row for each target."""
    small = write_specs(folder / "specs-1000", 1_000)
    large = write_specs(folder / "specs-5000", 5_000)
    rounds = 3 if quick else 7
    yield from beside_others(folder, small, rounds)
    yield from growth(small, large, rounds)
    yield from repeated(small, 10 if quick else 25)


def beside_others(folder: Path, settings: Path, rounds: int) -> Iterator[Row]:
    """A cold run on 1,000 classes, in turns with the other generators."""
    ours = cold(settings)
    dataclasses = datamodel_code_generator(folder)
    protobuf = protoc(folder)
    take_turns([ours, dataclasses, protobuf], rounds, warm_up=True)
    run([OURS / "black", "--check", "--quiet", settings.parent / "out"])
    yield Row.faster("cold, 1,000 classes", ours, dataclasses, at_least=8)
    yield Row.faster("cold, 1,000 classes", ours, protobuf, at_least=1)


def growth(small: Path, large: Path, rounds: int) -> Iterator[Row]:
    """A cold run on 5,000 classes, in turns with one on 1,000."""
    thousand = cold(small, "1,000 classes")
    five_thousand = cold(large, "5,000 classes")
    take_turns([five_thousand, thousand], rounds, warm_up=False)
    run([OURS / "black", "--check", "--quiet", large.parent / "out"])
    yield Row.slower("cold, 5,000 classes", five_thousand, thousand, at_most=5.5)
    yield Row.memory("peak memory, 5,000 classes", five_thousand, below=250_000_000)


def repeated(settings: Path, rounds: int) -> Iterator[Row]:
    """Runs on a project that is up to date but for one class at most, in turns with an interpreter that does nothing."""
    run(cold(settings).command)
    nothing = Subject("python -c pass", [OURS / "python", "-c", "pass"])
    help_text = Subject("codegen --help", [OURS / "codegen", "--help"])
    unchanged = Subject("generate, no change", generate(settings))
    changed = Subject(
        "generate, one class changed",
        generate(settings),
        ClassEditor(settings.parent / "specs" / CHANGED_MODULE),
    )
    # Each unchanged run comes right after a changed one, so it must find that nothing is left to do.
    take_turns([nothing, help_text, changed, unchanged], rounds, warm_up=True)
    written = modification_times(settings.parent / "out")
    run(unchanged.command)
    if modification_times(settings.parent / "out") != written:
        raise AssertionError("a run without changes wrote files")
    yield Row.slower("no change, 1,000 classes", unchanged, nothing, at_most=5)
    yield Row.longer("one class changed", changed, unchanged, at_most=0.2)
    yield Row.slower("codegen --help", help_text, nothing, at_most=8)


class ClassEditor:
    """Changes the default of one parameter, to another value each time."""

    def __init__(self, spec: Path) -> None:
        self.spec = spec
        self.value = 1

    def __call__(self) -> None:
        """Make the next change."""
        old, new = (f"default: {value}\n" for value in (self.value, self.value + 1))
        text = self.spec.read_text(encoding="utf-8")
        self.spec.write_text(text.replace(old, new, 1), encoding="utf-8")
        self.value += 1


def generate(settings: Path) -> list[str | Path]:
    """The command under measurement."""
    return [OURS / "codegen", "generate", "--config", settings]


def cold(settings: Path, name: str = "codegen") -> Subject:
    """The generator with nothing to build on."""

    def forget() -> None:
        for name in ("out", ".codegen-cache"):
            set_aside(settings.parent / name)

    return Subject(name, generate(settings), forget)


def datamodel_code_generator(folder: Path) -> Subject:
    """It takes the project as a folder of schemas, which suits it better than one large file."""
    schemas = write_schemas(folder / "schemas", 1_000)
    out = folder / "dataclasses"
    command: list[str | Path] = [OTHERS / "datamodel-codegen", "--input", schemas]
    command += ["--input-file-type", "jsonschema", "--formatters", "black"]
    command += ["--output-model-type", "dataclasses.dataclass"]
    command += ["--target-python-version", "3.11", "--output", out]
    return Subject("datamodel-code-generator", command, lambda: set_aside(out))


def protoc(folder: Path) -> Subject:
    """The compiler from grpcio-tools, with the plugin found on the path."""
    protos = write_protos(folder / "protos", 1_000)
    out = folder / "messages"

    def empty() -> None:
        set_aside(out)
        out.mkdir()

    command: list[str | Path] = [OTHERS / "python", "-m", "grpc_tools.protoc"]
    command += [f"--proto_path={protos}", f"--python_out={out}", f"--mypy_out={out}"]
    command += [f"--plugin=protoc-gen-mypy={OTHERS / 'protoc-gen-mypy'}"]
    command += sorted(protos.glob("*.proto"))
    return Subject("protoc with mypy-protobuf", command, empty)


def set_aside(folder: Path) -> None:
    """Make room for a new folder.

    The old one stays until all is measured: ext4 is slow to make files for some seconds after many were removed.
    """
    if folder.exists():
        folder.rename(Path(tempfile.mkdtemp(dir=folder.parent, prefix="old-"), "it"))


def modification_times(folder: Path) -> dict[Path, int]:
    """When each file below ``folder`` was last written."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
