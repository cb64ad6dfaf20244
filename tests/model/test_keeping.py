"""Every column that can hold personal data has a purpose and an end, and each end comes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ikw.actions.keeping.forget import FORGETTERS
from ikw.model import Base
from ikw.model.keeping import FILES, IMPERSONAL, KEEPINGS, End
from tests.sites import environment, ikw

#: Ends that no round brings, and what does.
BROUGHT_OTHERWISE = {
    End.CALENDAR: "closed with the last sign-up of its address",
    End.PROGRAMME: "changed and deleted at the desk",
    End.LIMIT: "counts end by themselves",
    End.BACKUP: "ikw.erasures, and the town's own timer",
    End.REPLACED: "ikw.backups.forget_replaced",
}


def entries() -> list[str]:
    """Every column that the table names, as often as it does."""
    named = [(keeping.table, keeping.columns) for keeping in KEEPINGS]
    return [
        f"{table}.{column}"
        for table, columns in [*named, *IMPERSONAL.items()]
        for column in columns.split()
    ]


def test_every_column_is_in_the_table_once() -> None:
    there = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
    }
    named = entries()
    assert set(named) - there == set(), "the table names what there is not"
    assert there - set(named) == set(), "say why it is kept, and until when"
    assert len(named) == len(set(named)), "each column once"


def test_every_end_comes() -> None:
    assert set(FORGETTERS) | set(BROUGHT_OTHERWISE) == set(End)
    assert not set(FORGETTERS) & set(BROUGHT_OTHERWISE)
    used = {keeping.end for keeping in (*KEEPINGS, *FILES)}
    assert used == set(End)


@pytest.mark.parametrize("keeping", [*KEEPINGS, *FILES], ids=lambda one: one.table)
def test_every_entry_says_why_by_what_law_and_until_when(keeping: object) -> None:
    for word in ("purpose", "basis", "seen_by"):
        assert getattr(keeping, word), word
    said = keeping.end.in_words(keep_days=28, backup_days=90)  # type: ignore[attr-defined]
    assert "{" not in said


@pytest.mark.system
def test_the_register_is_printed_for_the_town(tmp_path: Path) -> None:
    env = environment(tmp_path, 8000, IKW_KEEP_DAYS="14", IKW_TOWN="Musterstadt")
    register = ikw(env, "privacy")
    assert "Musterstadt" in register
    rows = [
        line for line in register.splitlines() if line.startswith("| `") or "Sicherungen" in line
    ]
    assert len(rows) == len(KEEPINGS) + len(FILES)
    assert "14 Tage nach der Veranstaltung" in register
    assert "DSGVO" in register


@pytest.mark.parametrize("path", sorted(Path("ikw/text/pages").glob("datenschutz*.md")), ids=str)
def test_the_privacy_text_takes_its_periods_from_the_table(path: Path) -> None:
    text = path.read_text("utf-8")
    for name in ("KEEP_DAYS", "WAITS_DAYS", "NETWORK_DAYS", "BACKUP_DAYS"):
        assert f"{{{name}}}" in text, name
    assert not re.search(r"\b180\b", text)
