"""What kinds of letters there are, and what holds of each: one row of facts a kind.

What a letter says is in ikw.mail, by the same kinds; what the desk calls it in ikw.web.desk.words.
The values stand in databases.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, StrEnum, auto


class About(StrEnum):
    """What a letter is about: each has a column of its own, and a letter has one of them."""

    REGISTRATION = "registration"
    #: A message that we got about the site.
    FEEDBACK = "feedback"
    #: An account at the desk.
    ORGANISER = "organiser"
    #: A club, be it that somebody of it has an account or not.
    ORGANISATION = "organisation"


class Call(Enum):
    """Whether somebody is told on the telephone what cannot be sent."""

    #: It makes no sense there, or they did it themselves.
    NEVER = auto()
    #: Only who believes that a letter will come, to an address that is none.
    IF_UNREACHABLE = auto()
    ALWAYS = auto()


@dataclass(frozen=True)
class Facts:
    """What holds of a kind of letter."""

    about: About
    call: Call = Call.NEVER
    #: Says how things stood when it was written: a newer one takes the place of one that waits.
    of_the_moment: bool = False
    #: Says whether one has a place, and brings the recipient's calendar up to date.
    invites: bool = False
    #: Of these, to whom has no place any more.
    is_farewell: bool = False
    #: Says which number one has on the waiting list.
    tells_position: bool = False
    #: To who stands on the waiting list, and may want to leave it.
    offers_leaving: bool = False
    #: Concerns only those who still want to come.
    about_coming: bool = False
    #: Asks whether one still comes; it says what is true when it leaves.
    asks: bool = False
    #: About a mailbox or a link: nothing to be told on the telephone once it has failed.
    about_mail: bool = False
    #: Anybody can cause it who knows an address, or the link to a sign-up in its name.
    by_strangers: bool = False
    #: Holds a link that opens the desk: nobody but its recipient reads it.
    opens_desk: bool = False
    #: To an organiser, and still of use days later: kept while a mail server puts it off.
    can_be_late: bool = False
    #: Names whom it greets; never where it might be another who gets it.
    greets: bool = True


class LetterKind(StrEnum):
    """What a letter tells."""

    #: Seats from the start.
    CONFIRMED = "confirmed"
    #: On the list.
    WAITING = "waiting"
    #: Seats from the list.
    MOVED_UP = "moved_up"
    #: Places to be taken by hand.
    FREE = "free"
    #: Other places, names or contact.
    CHANGED = "changed"
    CANCELLED = "cancelled"
    #: The link again.
    LINK = "link"
    #: To the address that was given up.
    ADDRESS_CHANGED = "address_changed"
    #: Another time, place or state of the event.
    EVENT_CHANGED = "event_changed"
    REMINDER = "reminder"
    #: The new link to the personal calendar.
    CALENDAR = "calendar"
    #: What an organiser wrote.
    MESSAGE = "message"
    #: The same to all who signed up in a series, and to clubs.
    SERIES_MESSAGE = "series_message"
    CLUB_MESSAGE = "club_message"

    #: We have your message.
    FEEDBACK = "feedback"
    #: To the office.
    FEEDBACK_NOTICE = "feedback_notice"
    #: How far we are.
    FEEDBACK_INTERIM = "feedback_interim"
    FEEDBACK_ANSWER = "feedback_answer"

    #: What an organiser is about to write, to themselves.
    TRIAL = "trial"
    #: A link to the desk.
    SIGN_IN = "sign_in"
    #: Somebody is to work at the desk.
    INVITATION = "invitation"
    #: They are to do something.
    TASK = "task"
    #: What the coordination did with an event of a club.
    CLUB_NEWS = "club_news"
    #: What clubs did since the day before, to the coordination.
    DIGEST = "digest"

    @property
    def facts(self) -> Facts:
        return FACTS[self]


FACTS: dict[LetterKind, Facts] = {
    LetterKind.CONFIRMED: Facts(
        About.REGISTRATION,
        Call.IF_UNREACHABLE,
        of_the_moment=True,
        invites=True,
        by_strangers=True,
    ),
    LetterKind.WAITING: Facts(
        About.REGISTRATION,
        Call.IF_UNREACHABLE,
        of_the_moment=True,
        tells_position=True,
        offers_leaving=True,
        by_strangers=True,
    ),
    LetterKind.MOVED_UP: Facts(About.REGISTRATION, Call.ALWAYS, of_the_moment=True, invites=True),
    LetterKind.FREE: Facts(About.REGISTRATION, Call.ALWAYS, offers_leaving=True, about_coming=True),
    LetterKind.CHANGED: Facts(
        About.REGISTRATION,
        of_the_moment=True,
        invites=True,
        tells_position=True,
        by_strangers=True,
    ),
    LetterKind.CANCELLED: Facts(
        About.REGISTRATION,
        of_the_moment=True,
        invites=True,
        is_farewell=True,
        by_strangers=True,
    ),
    LetterKind.LINK: Facts(
        About.REGISTRATION,
        of_the_moment=True,
        invites=True,
        tells_position=True,
        about_mail=True,
        by_strangers=True,
    ),
    LetterKind.ADDRESS_CHANGED: Facts(
        About.REGISTRATION,
        of_the_moment=True,
        invites=True,
        is_farewell=True,
        about_mail=True,
        by_strangers=True,
        greets=False,
    ),
    LetterKind.EVENT_CHANGED: Facts(
        About.REGISTRATION, Call.ALWAYS, invites=True, about_coming=True, asks=True
    ),
    LetterKind.REMINDER: Facts(
        About.REGISTRATION, Call.IF_UNREACHABLE, about_coming=True, asks=True
    ),
    LetterKind.CALENDAR: Facts(About.REGISTRATION, about_mail=True, by_strangers=True),
    LetterKind.MESSAGE: Facts(About.REGISTRATION, Call.ALWAYS, about_coming=True),
    LetterKind.SERIES_MESSAGE: Facts(About.REGISTRATION, Call.ALWAYS, about_coming=True),
    LetterKind.CLUB_MESSAGE: Facts(About.ORGANISATION),
    LetterKind.FEEDBACK: Facts(About.FEEDBACK, by_strangers=True, greets=False),
    LetterKind.FEEDBACK_NOTICE: Facts(About.FEEDBACK, greets=False),
    LetterKind.FEEDBACK_INTERIM: Facts(About.FEEDBACK),
    LetterKind.FEEDBACK_ANSWER: Facts(About.FEEDBACK),
    LetterKind.TRIAL: Facts(About.ORGANISER),
    LetterKind.SIGN_IN: Facts(About.ORGANISER, opens_desk=True),
    LetterKind.INVITATION: Facts(About.ORGANISER, opens_desk=True, can_be_late=True),
    LetterKind.TASK: Facts(About.ORGANISER, can_be_late=True),
    LetterKind.CLUB_NEWS: Facts(About.ORGANISER, can_be_late=True),
    LetterKind.DIGEST: Facts(About.ORGANISER, can_be_late=True),
}


def kinds(holds: Callable[[Facts], bool]) -> frozenset[LetterKind]:
    """Return the kinds of which something holds, for a condition of the database."""
    return frozenset(kind for kind in LetterKind if holds(kind.facts))
