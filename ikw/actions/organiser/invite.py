"""Inviting somebody to the desk: a letter of its own, with a link of its own."""

from __future__ import annotations

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.letter.write_to_organiser import write_to_organiser
from ikw.actions.links import Link
from ikw.model import Letter, Organiser, SignInLink
from ikw.model.letter import still_open
from ikw.model.letter_kinds import LetterKind
from ikw.model.organiser import INVITATION_LASTS


def invite(session: Session, organiser: Organiser, link: Link, act: Act, *, by: str) -> None:
    """Write an invitation to the owner of an account; the one before it opens nothing any more.

    `by` is the name of whoever invites. The link works once, until a day that the letter says.
    """
    before = SignInLink.organiser_id == organiser.id, SignInLink.expires_at.is_not(None)
    session.execute(delete(SignInLink).where(*before))
    unsent = Letter.organiser_id == organiser.id, Letter.kind == LetterKind.INVITATION, still_open()
    session.execute(update(Letter).where(*unsent).values(withdrawn_at=act.real))
    until = act.real + INVITATION_LASTS[organiser.role]
    session.add(
        SignInLink(
            organiser=organiser,
            link_hash=link.hash,
            created_at=act.real,
            expires_at=until,
            is_mailed=True,
        )
    )
    facts = {"seed": link.seed, "by": by, "until": until.isoformat()}
    write_to_organiser(session, organiser, LetterKind.INVITATION, facts, real=act.real)
