"""How generated Python is spelled: names and imports, declarations, bodies, docstrings, and layout as black leaves it."""
