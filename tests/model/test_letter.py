"""How far a letter is: said once as a sentence and once as a condition, and both agree."""

from __future__ import annotations

from itertools import product

from flask import Flask
from sqlalchemy import select

from ikw import db
from ikw.model import Letter
from ikw.model.letter import LetterState, has_failed, in_state, still_open
from ikw.model.letter_kinds import LetterKind
from tests.actions.cast import ANNA, sign_up
from tests.conftest import NOW, make_event

TIMES = ("sent_at", "failed_at", "reached_at", "withdrawn_at")


def test_a_letter_is_in_one_state_and_found_by_it(app: Flask) -> None:
    anna = sign_up(make_event(), ANNA)
    with db.write() as session:
        for *times, to, failure in product(*[(None, NOW)] * 4, (None, "a@x.org"), (None, "450")):
            letter = Letter(party=anna, kind=LetterKind.CHANGED, to=to, tries=1, created_at=NOW)
            for name, value in zip((*TIMES, "failure"), (*times, failure), strict=True):
                setattr(letter, name, value)
            # What was sent has not failed: a letter that comes back is not sent any more.
            if not (letter.sent_at and letter.failed_at):
                session.add(letter)
    found = {
        state: set(db.session().scalars(select(Letter.id).where(in_state(state))))
        for state in LetterState
    }
    for letter in db.session().scalars(select(Letter)):
        assert [state for state, ids in found.items() if letter.id in ids] == [letter.state]
    failed = set(db.session().scalars(select(Letter.id).where(has_failed())))
    waiting = set(db.session().scalars(select(Letter.id).where(still_open())))
    assert failed == found[LetterState.FAILED]
    assert waiting == set().union(
        *(found[s] for s in (LetterState.QUEUED, LetterState.RETRYING, LetterState.CALL))
    )
