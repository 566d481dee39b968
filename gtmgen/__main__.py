"""`python -m gtmgen` is the same as `gtmgen`."""

from gtmgen.cli import run

run()
