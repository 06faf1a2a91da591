"""Python source to model, read statically: nothing is imported or run.

``cores`` reads the functions of handwritten cores. ``packages`` reads whole packages and stubs into specs: ``bindings``
says what each module binds, ``world`` what a name leads to, ``scopes`` how an expression is written in a spec, and
``signatures``, ``classes``, ``variables`` and ``typing_forms`` what each kind of statement means.
"""

from codegen.readers.source.cores import (
    CoreFunction,
    CoreModule,
    read_core,
    unreadable_core,
)

__all__ = ["CoreFunction", "CoreModule", "read_core", "unreadable_core"]
