"""The entry point: answer "nothing changed" at once, else hand over to the command line."""

from __future__ import annotations

import os
import sys

from codegen import state


def main() -> None:
    """Run the command; a ``generate`` without changes ends before anything heavy is imported."""
    try:
        answer = _nothing_changed(sys.argv[1:])
        if answer is not None and _said(answer):
            return
        from codegen import cli

        cli.main()
    except KeyboardInterrupt:
        # Ctrl-C before click is there to catch it; 128 + SIGINT, as shells say it.
        sys.exit(130)


def _said(answer: str) -> bool:
    """Print the answer; False where nobody takes it, which the command line knows how to end."""
    try:
        print(answer, flush=True)
    except OSError:
        return False
    return True


def _nothing_changed(arguments: list[str]) -> str | None:
    """The closing line of a ``generate`` that has nothing to do; None when it must be looked at properly."""
    if arguments[:1] != ["generate"] or "CODEGEN_NO_CACHE" in os.environ:
        return None
    options = {"--config": "", "--out": ""}
    rest = arguments[1:]
    while len(rest) >= 2 and rest[0] in options:
        options[rest[0]] = rest[1]
        rest = rest[2:]
    if rest:
        return None
    config = options["--config"]
    root = os.path.dirname(os.path.abspath(config)) if config else os.getcwd()
    name = state.file_name(options["--out"] or None)
    last = state.load(os.path.join(root, state.CACHE_FOLDER, name))
    if last is None or (config and os.path.abspath(config) not in last.inputs):
        return None
    if not last.unchanged():
        return None
    return f"0 written, {len(last.outputs)} unchanged, 0 removed"


if __name__ == "__main__":
    main()
