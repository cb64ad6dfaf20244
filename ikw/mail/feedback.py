"""Letters to those who wrote to us about the site."""

from __future__ import annotations

from ikw.clock import in_town
from ikw.mail.addresses import url_of
from ikw.mail.says import Content
from ikw.model import Feedback, Letter
from ikw.text import dates
from ikw.text.translate import _


def _received(feedback: Feedback, _letter: Letter) -> Content:
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
        [
            _("Your message:"),
            feedback.message,
            _("We delete your message on %(day)s.", day=dates.long_day(feedback.forget_on)),
        ],
    )


def _answered(feedback: Feedback, letter: Letter) -> Content:
    day = dates.long_day(in_town(feedback.created_at).date())
    content = Content(
        _("Our answer to your message"),
        _("You wrote to us on %(day)s.", day=day),
        letter.facts["answer"].splitlines(),
    )
    if letter.facts["interim"]:
        content.subject = _("Your message: how far we are")
        latest = dates.long_day(feedback.latest_on)
        content.more.append(_("You have our answer by %(day)s at the latest.", day=latest))
    if feedback.about == "accessibility":
        # BITVNRW § 5 (2): every answer names the proceedings of BGG NRW § 10d.
        content.paragraphs = [
            _(
                "If our answer does not help you, you can turn to the ombudsman’s office for "
                "accessible information technology of North Rhine-Westphalia "
                "(section 10d BGG NRW). It costs nothing. The address is here: %(link)s",
                link=url_of("/barrierefreiheit"),
            )
        ]
    return content


ABOUT_FEEDBACK = {"feedback": _received, "feedback_answer": _answered}
