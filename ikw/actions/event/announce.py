"""Telling everyone it concerns that an event is at another time or place, or not on.

In one transaction the event's SEQUENCE rises, the change is logged, a letter is written for each
party, and who has no address is put on the call list. Pages and calendars show it at once; letters
wait for the quiet window, so that several changes in a row become one letter with what is true in
the end (docs/decisions/0006-one-change-tells-everyone.md).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.letter.write import last_sequences, next_sequence, write_letter
from ikw.actions.log import note
from ikw.actions.registration.places import let_others_move_up
from ikw.model import DoorDuty, Event, Letter, Plan, Registration
from ikw.model.letter import still_open
from ikw.model.letter_kinds import LetterKind
from ikw.model.verbs import Verb


def announce(session: Session, event: Event, before: Plan, verb: Verb, act: Act) -> None:
    """Tell everyone that an event is no longer as it was `before`; it is changed and locked.

    What leaves the plan as it was, such as a corrected text, calendars see and nobody is told.
    """
    event.touch(act.now)
    after = Plan.of(event)
    if after == before:
        return
    event.sequence += 1
    event.reminded_at = None
    _move_duties(session, event, after.date - before.date)
    note(
        session, verb, act, event=event, at=event.changed_at, old=before.facts(), new=after.facts()
    )
    session.flush()
    if event.published_at and not (before.has_ended(act.now) and after.has_ended(act.now)):
        _withdraw_reminders(session, event, act)
        # First, so that nobody is told of waiting who does so no longer.
        let_others_move_up(session, event, None, act)
        _tell_parties(session, event, before, act)


def _move_duties(session: Session, event: Event, days: timedelta) -> None:
    """Let who was to stand at the door do so on the new days."""
    if not days:
        return
    duties = session.scalars(select(DoorDuty).where(DoorDuty.event_id == event.id)).all()
    moved = [
        DoorDuty(organiser_id=duty.organiser_id, event_id=event.id, day=duty.day + days)
        for duty in duties
    ]
    for duty in duties:
        session.delete(duty)
    # All at once: of three days in a row the first would become the second, which is there still.
    session.flush()
    session.add_all(moved)


def _withdraw_reminders(session: Session, event: Event, act: Act) -> None:
    """Take back reminders of the old plan that were not sent, or could not be."""
    mine = select(Registration.id).where(Registration.event_id == event.id)
    session.execute(
        update(Letter)
        .where(
            Letter.kind == LetterKind.REMINDER,
            Letter.sent_at.is_(None),
            Letter.withdrawn_at.is_(None),
            Letter.registration_id.in_(mine),
        )
        .values(withdrawn_at=act.real)
        .execution_options(synchronize_session=False)
    )


def _tell_parties(session: Session, event: Event, before: Plan, act: Act) -> None:
    """Write to all who signed up, or let what is still to be sent tell of this change as well."""
    after, real = Plan.of(event), act.real
    facts = {"before": before.facts(), "held_at": real.isoformat()}
    growing = _letters_that_can_grow(session, event)
    sequences = last_sequences(session, event)
    parties = select(Registration).where(
        Registration.event_id == event.id, Registration.cancelled_at.is_(None)
    )
    for registration in session.scalars(parties.order_by(Registration.id)).all():
        letter = growing.get(registration.id)
        if letter is None:
            write_letter(
                session,
                registration,
                LetterKind.EVENT_CHANGED,
                act,
                facts=facts,
                sequences=sequences,
                hold=act.quiet,
            )
        elif _is_as_they_know_it(session, event, after, letter):
            letter.withdrawn_at = real
        else:
            letter.sequence = next_sequence(registration, letter.kind, letter.to, sequences)
            if letter.tries:
                # What is new need not wait out the mail server's patience with what was old.
                letter.tries = 1
                letter.next_try_at = real + act.quiet


def _is_as_they_know_it(session: Session, event: Event, after: Plan, letter: Letter) -> bool:
    """Return whether an event is again as before, and no other letter told otherwise meanwhile."""
    if Plan.from_facts(letter.facts["before"]) != after:
        return False
    held_at = datetime.fromisoformat(letter.facts["held_at"])
    on_its_way = and_(still_open(), Letter.tries > 0, Letter.failure.is_(None))
    others = (
        select(Letter.id)
        .join(Registration)
        .where(
            Registration.event_id == event.id,
            Letter.to == letter.to,
            or_(Letter.sent_at >= held_at, on_its_way),
        )
    )
    return session.scalar(others.limit(1)) is None


def _letters_that_can_grow(session: Session, event: Event) -> dict[int, Letter]:
    """Return the letters about this event that nobody was sent yet, by party, and hold them."""
    unsent = (
        select(Letter)
        .join(Registration)
        .where(
            Registration.event_id == event.id, Letter.kind == LetterKind.EVENT_CHANGED, still_open()
        )
        .with_for_update(of=Letter)
        .execution_options(populate_existing=True)
    )
    return {
        letter.registration_id: letter
        for letter in session.scalars(unsent)
        if letter.registration_id is not None and letter.can_grow
    }
