"""The rules, one a file: the docstring is the manual page, `check` does the looking. The folder says what a rule reads.

`spec`: a spec, where its author wrote it. `container`: a container, ours or a stranger's. `both`: what is sent, whichever of the
two says so.
"""
