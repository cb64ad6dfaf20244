"""Letters that begin at the desk: the link into it, and what organisers write to participants."""

from __future__ import annotations

import re
from collections.abc import Callable

from ikw.mail.addresses import desk_of
from ikw.mail.says import Content
from ikw.model import Letter
from ikw.model.letter_kinds import LetterKind
from ikw.model.organiser import LINK_LASTS
from ikw.text.placeholders import fill
from ikw.text.translate import _


def sign_in(letter: Letter) -> Content:
    """Return the letter with the link into the desk."""
    minutes = int(LINK_LASTS.total_seconds() // 60)
    return Content(
        _("Your link to the desk"),
        _("With this link you sign in at the desk."),
        [_("It works once, and for %(minutes)d minutes.", minutes=minutes)],
        [_("You did not ask for it? Then there is nothing to do: nobody else has this link.")],
        buttons=[(_("Sign in"), desk_of(letter.facts["seed"]))],
    )


def written(letter: Letter) -> Content:
    """Return what an organiser wrote, with the facts of this party in the place of their names."""
    mailing, registration = letter.mailing, letter.registration
    if mailing is None:
        raise ValueError("this letter holds no text of an organiser")
    subject, text = mailing.in_language(letter.language)
    lead, *more = _paragraphs(text)
    event = registration.event
    return Content(
        fill(subject, event, registration),
        fill(lead, event, registration),
        [fill(part, event, registration) for part in more],
    )


def trial(letter: Letter) -> Content:
    """Return what an organiser sent to themselves, to see how it looks; it is filled in already."""
    lead, *more = _paragraphs(letter.facts["text"])
    return Content(letter.facts["subject"], lead, more)


def _paragraphs(text: str) -> list[str]:
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", text) if part.strip()]


TO_ORGANISERS: dict[LetterKind, Callable[[Letter], Content]] = {
    LetterKind.SIGN_IN: sign_in,
    LetterKind.TRIAL: trial,
}


def to_organiser(letter: Letter) -> Content:
    """Return what a letter to an organiser says."""
    return TO_ORGANISERS[letter.kind](letter)
