"""`python -m flyte_runtime.serve`, for containers in which the script `fserve` is not on the path."""

from __future__ import annotations

from flyte_runtime.serve.command import main

main()
