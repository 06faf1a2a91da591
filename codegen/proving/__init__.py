"""The compatibility oracle: what type checkers say about programs that were right before a change.

``view`` is the API as users see it, ``programs`` holds the text of programs. ``uses``, ``data``, ``generics`` and ``heirs`` fill
it, by what ``calls`` and ``shapes`` allow. ``checkers`` asks mypy and pyright, ``oracle`` is what they say of both sides, and
``verdicts`` holds the API diff against it. None but the last may look at the diff: a proof must not know what it proves.
"""
