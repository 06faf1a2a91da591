"""``codegen verify``: what is generated is read back and compared with the specs it was generated from.

One module a mirror, each a function from a project to a row; ``table`` runs them. What a mirror cannot tell is stated once,
beside the mirror. Nothing here writes but into a folder that is gone afterwards.
"""
