"""A real index server for tests: pypiserver with one account, which can be told to take only so many uploads more.

Usage: index_server.py FOLDER PORT. The file ``allowed`` beside the folder holds how many uploads are taken; without it, all.
"""

from __future__ import annotations

import sys
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

ACCOUNT = ("uploader", "correct-horse-battery")


def main(folder: Path, port: int) -> None:
    """Serve until somebody ends the process."""
    # Where it is imported, it warns of a module that Python is about to lose.
    import pypiserver

    allowed = folder.parent / "allowed"

    def may_upload(user: str, password: str) -> bool:
        if (user, password) != ACCOUNT:
            return False
        if not allowed.exists():
            return True
        left = int(allowed.read_text())
        allowed.write_text(str(left - 1))
        return left > 0

    app = pypiserver.app(
        roots=[folder],
        auther=may_upload,
        authenticate=["update"],
        disable_fallback=True,
    )
    WSGIRequestHandler.log_message = lambda *_: None  # type: ignore[assignment, method-assign]
    with make_server("127.0.0.1", port, app) as server:
        print(server.server_port, flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
