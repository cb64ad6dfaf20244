"""Letters about messages that we got: to who wrote them, and to who answers them."""

from __future__ import annotations

from collections.abc import Callable

from ikw.clock import in_town
from ikw.mail.addresses import url_of
from ikw.mail.says import Content
from ikw.model import Feedback, Letter
from ikw.model.letter_kinds import LetterKind
from ikw.names import Route
from ikw.text import dates
from ikw.text.phones import write_phone
from ikw.text.translate import _


def _received(feedback: Feedback, _letter: Letter) -> Content:
    """Confirm without a word of theirs: anybody could have us send it to anybody."""
    return Content(
        _("We have your message"),
        _("Thank you for your message. We answer by %(day)s.", day=dates.long_day(feedback.due_on)),
        [
            _(
                "Should it take longer, we tell you by then how far we are. "
                "You have our answer by %(day)s at the latest.",
                day=dates.long_day(feedback.latest_on),
            )
        ],
        [_("We delete your message on %(day)s.", day=dates.long_day(feedback.forget_on))],
    )


def _notice(feedback: Feedback, _letter: Letter) -> Content:
    """Tell the office; how to answer it knows from `ikw feedback`."""
    asked = _(
        "A message about the site: please answer by %(day)s", day=dates.long_day(feedback.due_on)
    )
    reply_to = feedback.email or write_phone(feedback.phone or "–")
    facts = [
        (_("Number"), str(feedback.id)),
        (_("On which page?"), feedback.page or "–"),
        (_("Name"), feedback.name or "–"),
        (_("How can we answer you?"), reply_to),
    ]
    return Content(asked, asked, feedback.message.splitlines(), facts=facts)


def _answered(feedback: Feedback, letter: Letter) -> Content:
    content = _reply(feedback, letter, _("Our answer to your message"))
    _name_the_ombudsman(feedback, content)
    return content


def _interim(feedback: Feedback, letter: Letter) -> Content:
    content = _reply(feedback, letter, _("Your message: how far we are"))
    latest = dates.long_day(feedback.latest_on)
    content.more.append(_("You have our answer by %(day)s at the latest.", day=latest))
    _name_the_ombudsman(feedback, content)
    return content


def _reply(feedback: Feedback, letter: Letter, subject: str) -> Content:
    day = dates.long_day(in_town(feedback.created_at).date())
    lead = _("You wrote to us on %(day)s.", day=day)
    return Content(subject, lead, letter.facts["answer"].splitlines())


def _name_the_ombudsman(feedback: Feedback, content: Content) -> None:
    """Name the proceedings of BGG NRW § 10d, on the telephone as well (BITVNRW § 5 (2))."""
    if feedback.about != "accessibility":
        return
    content.more.append(
        _(
            "If our answer does not help you, you can turn to the ombudsman’s office for "
            "accessible information technology of North Rhine-Westphalia "
            "(section 10d BGG NRW). It costs nothing."
        )
    )
    content.links = [(_("Accessibility"), url_of(Route.ACCESSIBILITY))]


ABOUT_FEEDBACK: dict[LetterKind, Callable[[Feedback, Letter], Content]] = {
    LetterKind.FEEDBACK: _received,
    LetterKind.FEEDBACK_NOTICE: _notice,
    LetterKind.FEEDBACK_INTERIM: _interim,
    LetterKind.FEEDBACK_ANSWER: _answered,
}


def about_feedback(letter: Letter) -> Content:
    """Return what a letter about a message says. Raises ValueError for another letter."""
    if letter.feedback is None:
        raise ValueError("this letter is not about a message")
    return ABOUT_FEEDBACK[letter.kind](letter.feedback, letter)
