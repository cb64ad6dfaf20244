"""The call list: what people have to be told who have no e-mail, or whose letter failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, or_, select, update
from sqlalchemy.orm import Session, joinedload

from ikw.actions.act import Act
from ikw.model import Event, Letter, Registration
from ikw.model.letter import has_failed, still_open
from ikw.model.letter_kinds import LetterKind, kinds
from ikw.model.phone_numbers import digits_of

#: Letters about a mailbox or a link: on the telephone they make no sense.
ABOUT_MAIL = kinds(lambda facts: facts.about_mail)

#: What organisers wrote themselves: each of them is told.
IN_THEIR_WORDS = {LetterKind.MESSAGE, LetterKind.SERIES_MESSAGE}


class NobodyToCall(LookupError):
    """There is no such entry on the call list."""


@dataclass(frozen=True)
class Call:
    """Somebody to be called about one event, with all that they have to be told."""

    #: The oldest first; what a later one says better is left out.
    letters: list[Letter]
    #: All that is done with once they know.
    settled: list[Letter]

    @property
    def latest(self) -> Letter:
        return self.settled[-1]

    @property
    def tried_at(self) -> datetime | None:
        """When somebody called in vain, last."""
        return max(
            (one.tried_calling_at for one in self.settled if one.tried_calling_at), default=None
        )

    @property
    def note(self) -> str:
        """What was noted then."""
        tried = [one for one in self.settled if one.tried_calling_at == self.tried_at]
        return (tried[-1].call_note if self.tried_at and tried else None) or ""


def calls_to_make(session: Session, *, now: datetime, real: datetime) -> list[Call]:
    """Return whom to call, each once for an event; those first whom nobody has tried yet."""
    by_person: dict[tuple[str, int], list[Letter]] = {}
    for letter in call_list(session, now=now, real=real):
        by_person.setdefault(_person(letter), []).append(letter)
    calls = [Call(_to_be_told(letters), letters) for letters in by_person.values()]
    return sorted(calls, key=lambda call: (call.tried_at is not None, call.settled[0].id))


def _person(letter: Letter) -> tuple[str, int]:
    """Return by what somebody is known, and the event that it is about."""
    party = letter.party
    if party is None:
        return f"letter {letter.id}", 0
    return digits_of(party.phone or "") or party.code, party.event_id


def _to_be_told(letters: list[Letter]) -> list[Letter]:
    """Return what is not said better by a later one: of one kind, or of how things stand."""
    told: list[Letter] = []
    seen: set[object] = set()
    for letter in reversed(letters):
        of_the_moment = letter.kind.facts.of_the_moment
        about = (letter.registration_id, "the moment" if of_the_moment else letter.kind)
        if about in seen and letter.kind not in IN_THEIR_WORDS:
            continue
        seen.add(about)
        told.append(letter)
    return told[::-1]


def call_list(session: Session, *, now: datetime, real: datetime) -> list[Letter]:
    """Return what is to be told on the telephone, oldest first; what is past is left out.

    News are on it once the time has passed in which they wait for further changes.
    """
    letters = session.scalars(_open(real).order_by(Letter.id))
    return [
        letter
        for letter in letters
        if not letter.is_moot(now) and not (letter.party and letter.party.event.is_over(now))
    ]


def reached(session: Session, letter_id: int, act: Act) -> None:
    """Tick an entry off. Raises NobodyToCall when it is not on the list."""
    _on_the_list(session, letter_id, act).reached_at = act.now


def note_not_reached(session: Session, letter_id: int, text: str, act: Act) -> None:
    """Note that nobody answered, and what is to be tried next. Raises NobodyToCall."""
    letter = _on_the_list(session, letter_id, act)
    letter.tried_calling_at, letter.call_note = act.now, text or None


def _on_the_list(session: Session, letter_id: int, act: Act) -> Letter:
    letter = session.scalar(_open(act.real).where(Letter.id == letter_id))
    if letter is None:
        raise NobodyToCall
    return letter


def note_unreachable(session: Session, letter_id: int, *, now: datetime) -> None:
    """Note that nobody has the address of a letter: what comes next is told on the telephone."""
    letter = session.get(Letter, letter_id)
    if letter is None or letter.to is None:
        return
    theirs = update(Registration).where(
        Registration.email == letter.to, Registration.unreachable_at.is_(None)
    )
    session.execute(theirs.values(unreachable_at=now))


def _open(real: datetime) -> Select[Letter]:
    to_be_called = and_(Letter.to.is_(None), still_open(), Letter.next_try_at <= real)
    failed = and_(has_failed(), Letter.kind.not_in(ABOUT_MAIL))
    return (
        select(Letter)
        .outerjoin(Registration)
        .where(or_(to_be_called, failed), Registration.cancelled_at.is_(None))
        .options(
            joinedload(Letter.party)
            .joinedload(Registration.event)
            .options(joinedload(Event.venue), joinedload(Event.series)),
            joinedload(Letter.mailing),
            joinedload(Letter.feedback),
            joinedload(Letter.organisation),
        )
    )
