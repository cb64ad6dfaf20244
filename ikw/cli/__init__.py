"""The `ikw` command: one module for each sort of command."""

from __future__ import annotations

from ikw.cli import database, feedback, letters, organisers, planning, programme, running
from ikw.cli.base import cli

__all__ = [
    "cli",
    "database",
    "feedback",
    "letters",
    "main",
    "organisers",
    "planning",
    "programme",
    "running",
]


def main() -> None:
    """Run the command line."""
    cli()
