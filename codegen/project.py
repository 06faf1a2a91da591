"""The settings of a project: ``[tool.codegen]`` in pyproject.toml, or a codegen.toml, checked up front.

Knows every setting, its default and what is wrong with a bad one. It must not read files: it is given texts.
"""

from __future__ import annotations

import keyword
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, Literal, NamedTuple

import msgspec

from codegen import docs_settings, publish_settings
from codegen.diagnostics import Diagnostic, Location, suggest
from codegen.settings_table import is_inside

OutputName = Literal["package", "stubs", "pages", "plain", "linkmap"]
OUTPUT_NAMES: tuple[OutputName, ...] = ("package", "stubs", "pages", "plain", "linkmap")
_DEFAULT_OUTPUTS = OUTPUT_NAMES[:4]
_PYTHON_OUTPUTS = frozenset(("package", "stubs", "plain"))


_PAGE_FOLDERS = ("docs", "docs-plain", "linkmap")


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a project can set. Folders are relative to the settings file."""

    package: str
    specs: str = "specs"
    out: str = "generated"
    cores: str | None = None
    outputs: tuple[OutputName, ...] = _DEFAULT_OUTPUTS
    blocking: str = "asyncio:run"
    lazy: bool = False
    external: tuple[str, ...] = ()
    aliases: dict[str, str] = {}
    docs: docs_settings.Docs = docs_settings.Docs()
    publish: publish_settings.Publish = publish_settings.Publish()

    @property
    def makes_python(self) -> bool:
        """Whether names and types must mean something: published pages alone print them as they are."""
        return not _PYTHON_OUTPUTS.isdisjoint(self.outputs)


def read(path: str, text: str) -> tuple[Settings | None, list[Diagnostic]]:
    """Read settings from a TOML text; in pyproject.toml they stand in ``[tool.codegen]``."""
    try:
        data: Any = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return None, [_syntax_error(path, text, str(error))]
    table = ""
    if PurePosixPath(path).name == "pyproject.toml":
        table = "tool.codegen"
        tool = data.get("tool", {})
        data = tool.get("codegen") if isinstance(tool, dict) else None
        if data is None:
            return None, [
                Diagnostic(
                    Location(path),
                    "no-settings",
                    "there is no [tool.codegen] table",
                    "`codegen init DIR` makes a project to start from",
                )
            ]
    problems = list(_problems(path, text, table, data))
    if problems:
        return None, problems
    return msgspec.convert(data, Settings), []


def _problems(path: str, text: str, table: str, data: Any) -> list[Diagnostic]:
    fields = {field.name: field for field in msgspec.structs.fields(Settings)}

    def problem(key: str, rule: str, message: str, hint: str = "") -> Diagnostic:
        return Diagnostic(_locate(path, text, table, key), rule, message, hint)

    found: list[Diagnostic] = []
    if not isinstance(data, dict):
        place = _locate(path, text, table.rpartition(".")[0], "codegen")
        message = f"the settings must be a table, not {_kind(data)}"
        return [Diagnostic(place, "wrong-setting", message, "write [tool.codegen]")]
    for key, value in data.items():
        if key not in fields:
            hint = suggest(key, fields) or f"known settings: {', '.join(fields)}"
            found.append(
                problem(key, "unknown-setting", f"'{key}' is not a setting", hint)
            )
            continue
        if key in _TABLES and isinstance(value, dict):
            inner = f"{table}.{key}".lstrip(".")
            found += _table_problems(path, text, inner, value, _TABLES[key])
            continue
        try:
            msgspec.convert(value, fields[key].type)
        except msgspec.ValidationError:
            found.append(problem(key, "wrong-setting", *_shape_problem(key, value)))
            continue
        message = _meaning_problem(key, value)
        if message:
            found.append(problem(key, "wrong-setting", message))
    if "package" not in data:
        found.append(
            Diagnostic(
                _locate(path, text, table, ""),
                "missing-setting",
                "the setting 'package' is missing",
                'name the package that is generated: package = "..."',
            )
        )
    return found


class _Table(NamedTuple):
    """A table of settings of its own: what it is about, its keys, and what finds out what is wrong with a value."""

    subject: str
    keys: Mapping[str, object]
    problems: Callable[[dict[str, Any]], Iterator[tuple[str, str]]]


_TABLES = {
    "docs": _Table("the site", docs_settings.KEYS, docs_settings.problems),
    "publish": _Table(
        "what is published", publish_settings.KEYS, publish_settings.problems
    ),
}


def _table_problems(
    path: str, text: str, table: str, value: dict[str, Any], known: _Table
) -> list[Diagnostic]:
    """What is wrong with the settings in a table of their own."""
    found: list[Diagnostic] = []
    for key in value.keys() - known.keys.keys():
        hint = suggest(key, known.keys) or f"known settings: {', '.join(known.keys)}"
        place = _locate(path, text, table, key)
        message = f"'{key}' is not a setting of {known.subject}"
        found.append(Diagnostic(place, "unknown-setting", message, hint))
    for key, message in known.problems(value):
        place = _locate(path, text, table, key)
        found.append(Diagnostic(place, "wrong-setting", message))
    return found


def _shape_problem(key: str, value: Any) -> tuple[str, str]:
    """What is wrong with a setting of a wrong type, and a hint."""
    wanted, inner = {
        "lazy": ("true or false", None),
        "outputs": ("a list of texts", list),
        "external": ("a list of texts", list),
        "aliases": ("a table of texts", dict),
        "docs": ("a table", None),
        "publish": ("a table", None),
    }.get(key, ("a text", None))
    if inner is None or not isinstance(value, inner):
        return f"'{key}' must be {wanted}, not {_kind(value)}", ""
    items: list[Any] = list(value.values() if isinstance(value, dict) else value)
    wrong = next((item for item in items if not isinstance(item, str)), None)
    if wrong is not None:
        return f"'{key}' must be {wanted}, and one item is {_kind(wrong)}", ""
    name = next(item for item in items if item not in OUTPUT_NAMES)
    hint = suggest(name, OUTPUT_NAMES) or f"outputs are: {', '.join(OUTPUT_NAMES)}"
    return f"'{name}' is not an output", hint


def _kind(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f"'{value}'"
        case int() | float():
            return f"the number {value}"
        case list():
            return "a list"
        case dict():
            return "a table"
    return "a date or time"


def _meaning_problem(key: str, value: Any) -> str:
    """What is wrong with a setting of the right type; nothing when it can be used."""
    match key:
        case "package" if not is_dotted(value):
            return f"'package' must be an importable name, not '{value}'"
        case "package" if value.partition(".")[0] in _PAGE_FOLDERS:
            return f"'package' cannot be '{value}': pages are written to that folder"
        case "specs" | "cores" | "out" if not is_inside(value):
            return f"'{key}' must be a folder of the project, not '{value}'"
        case "outputs" if not value:
            return "'outputs' is empty, so that nothing would be generated"
        case "blocking" if not is_reference(value):
            return f"'blocking' is written package.module:function, not '{value}'"
        case "external":
            wrong = next((name for name in value if not is_dotted(name)), None)
            if wrong is not None:
                return f"'external' holds names of packages, not '{wrong}'"
        case "aliases":
            names = (*value, *value.values())
            wrong = next((name for name in names if not is_dotted(name)), None)
            if wrong is not None:
                return f"'aliases' maps dotted names to dotted names, not '{wrong}'"
    return ""


def is_dotted(name: str) -> bool:
    """Whether a name can stand in an import statement."""
    parts = name.split(".")
    return all(part.isidentifier() and not keyword.iskeyword(part) for part in parts)


def is_reference(text: str) -> bool:
    """Whether a text names a function of a module, as ``package.module:function``."""
    module, _, function = text.partition(":")
    return is_dotted(module) and is_dotted(function) and "." not in function


def _syntax_error(path: str, text: str, message: str) -> Diagnostic:
    match = re.search(r" \(at line (\d+), column (\d+)\)", message)
    if match:
        place = Location(path, int(match[1]), int(match[2]))
        return Diagnostic(place, "toml-syntax", message[: match.start()])
    lines = text.count("\n") + 1
    return Diagnostic(Location(path, lines), "toml-syntax", message.partition(" (")[0])


def locate(path: str, text: str, *keys: str) -> Location:
    """Where a setting stands, given the keys that lead to it; the nearest table above where that cannot be told."""
    top = ("tool.codegen",) if PurePosixPath(path).name == "pyproject.toml" else ()
    above = ".".join((*top, *keys[:-1]))
    found = _locate(path, text, above, keys[-1])
    if found.line > 1 or len(keys) == 1:
        return found
    return locate(path, text, *keys[:-1])


def _locate(path: str, text: str, table: str, key: str) -> Location:
    """Where a key of the settings table stands; tomllib keeps no positions."""
    inside = not table
    header = Location(path)
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("["):
            name = stripped.strip("[]").strip()
            inside = name == table
            if inside:
                header = Location(path, number, line.index("[") + 1, len(stripped))
            prefix = f"{table}." if table else ""
            if key and name == f"{prefix}{key}":
                return Location(path, number, line.index("[") + 1, len(stripped))
        elif inside and key:
            match = re.match(rf"""(\s*)["']?{re.escape(key)}["']?\s*[.=]""", line)
            if match:
                return Location(path, number, len(match[1]) + 1, len(key))
    return header
