"""The documentation site: model to a folder of HTML, with search, inventories and feeds. Nothing here writes a file.

``building`` is the way in. A page of the API stands two folders below the root, every link is relative, and nothing asks
another host for anything.
"""
