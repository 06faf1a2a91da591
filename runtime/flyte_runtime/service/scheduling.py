"""How the system schedules the threads of the service.

Knows Linux's policies. It must not know what the threads do.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def patient_threads() -> Generator[None, None, None]:
    """Let threads that are started in a block, and those they start, not interrupt the thread that wakes them.

    Threads of gRPC and of Python wake each other many times in a call. As a rule the woken one runs at once, finds that
    the other still holds Python's lock, and goes back to sleep. Without that, calls cost an eighth less.
    """
    # Elsewhere there is no such policy, and another one than the usual has been chosen by somebody.
    changing = sys.platform == "linux" and os.sched_getscheduler(0) == os.SCHED_OTHER
    if changing:
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    try:
        yield
    finally:
        if changing:
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
