"""What both SDKs are measured on: programs that run unchanged under either, and print the seconds the work took.

Knows the public names the two have in common, and how each serializes. Starting and importing are not counted: those
have rows of their own.
"""
