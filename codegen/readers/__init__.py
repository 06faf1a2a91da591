"""Readers: text -> model, one module a format; the mirror images of the emitters."""
