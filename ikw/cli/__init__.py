"""The `ikw` command: one module for each sort of command."""

from __future__ import annotations

import os

from ikw.cli.base import cli

__all__ = ["cli", "main"]


def main() -> None:
    """Run the command line. What it writes is for its own user alone."""
    os.umask(0o077)
    cli()
