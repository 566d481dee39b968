"""The rules, one a file: the docstring is the manual page, `check` does the looking. The engine finds them by folder."""
