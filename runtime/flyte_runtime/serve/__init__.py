"""The program `fserve`, which runs an app within its container.

`command` reads the command line and knows the order of things; `storage` fetches files and folders, `bundle` the code
and the app in it, `values` the parameters; `lifecycle` runs hooks, server or command, and hears signals.
"""

from __future__ import annotations
