"""Measurements: how fast the generator and the generated SDK are, beside others that do a comparable job, in one run.

Knows the commands of the tools it measures and nothing of their insides. It needs no test runner and is not part of
the distribution; ``scripts/bench`` installs the others in an environment of their own and starts it.
"""
