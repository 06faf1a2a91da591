"""Makes ``python -m flyte_runtime.service`` the same as `c0`."""

from flyte_runtime.service.command import main

main()
