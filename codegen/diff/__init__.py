"""Two states of one API compared: what changed for those who use it, who breaks, and which version that asks for.

``rules`` is the table of what a change can be, ``changes`` the shape of a finding. ``modules``, ``classes``, ``members`` and
``callables`` look for changes, ``assignable`` says which type accepts which; ``versions`` advises, ``printing`` shows. Nothing
here reads or writes a file.
"""
