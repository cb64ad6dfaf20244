"""What people type is kept as they mean it, and nothing else."""

from __future__ import annotations

import pytest

from ikw.text.cleaning import clean_line, clean_text, without_controls


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Anna \t Beispiel\n", "Anna Beispiel"),
        ("An\u0000na\u0007", "Anna"),
        # A line that was turned round stays as it is read.
        ("Anna\u202e gro.elpmaxe", "Anna gro.elpmaxe"),
        ("Zoe\u0308", "Zoë"),
        ("\u200bAnna", "Anna"),
        # Persian needs the joiner, and a family of emoji does.
        ("علی‌رضا", "علی‌رضا"),
        ("👩‍👧", "👩‍👧"),
    ],
)
def test_a_name_loses_only_what_nobody_sees(typed: str, kept: str) -> None:
    assert clean_line(typed) == kept


def test_a_text_keeps_its_lines() -> None:
    assert clean_text("eins\r\nzwei \u0000\n\n drei ") == "eins\nzwei\n\ndrei"


def test_a_translation_keeps_its_narrow_spaces_and_joiners() -> None:
    text = "1\u202f675 відповідей\n\nمی‌خواهد"
    assert without_controls(f" {text}\u0000\v ") == text
