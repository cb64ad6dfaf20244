"""The `ikw` command: one module for each sort of command."""

from __future__ import annotations

from ikw.cli import database, letters, planning, programme, running
from ikw.cli.base import cli

__all__ = ["cli", "database", "letters", "main", "planning", "programme", "running"]


def main() -> None:
    """Run the command line."""
    cli()
