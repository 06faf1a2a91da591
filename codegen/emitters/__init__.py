"""Emitters: model -> text, one module a format; the mirror images of the readers."""
