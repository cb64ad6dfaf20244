"""`python -m ikw` is the `ikw` command."""

from ikw.cli import main

main()
