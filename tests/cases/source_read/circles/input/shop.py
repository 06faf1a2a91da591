"""A type that is made of itself."""

__all__ = ["Tree"]

Tree = dict[str, "Tree"] | str
