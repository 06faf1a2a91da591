"""A spec-first generator of typed Python SDKs: specs in; package, stubs and reference pages out."""

__version__ = "0.1.0"
