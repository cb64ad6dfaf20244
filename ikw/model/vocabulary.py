"""The words a programme may use for facts that are filtered and translated: closed sets.

What they are called is in ikw.text.vocabulary and at the desk; the values stand in databases and
files.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Access(StrEnum):
    """What a venue or an event offers so that everyone can take part."""

    STEP_FREE = "step-free"
    ACCESSIBLE_TOILET = "accessible-toilet"
    ACCESSIBLE_PARKING = "accessible-parking"
    HEARING_LOOP = "hearing-loop"
    SIGN_LANGUAGE = "sign-language"
    PLAIN_LANGUAGE = "plain-language"
    CHILDCARE = "childcare"
    QUIET_ROOM = "quiet-room"
    ASSISTANCE_DOGS = "assistance-dogs"


class Audience(StrEnum):
    """For whom an event is meant in particular."""

    CHILDREN = "children"
    FAMILIES = "families"
    YOUNG_PEOPLE = "young-people"
    WOMEN = "women"
    OLDER_PEOPLE = "older-people"


class Need(StrEnum):
    """What somebody may need to take part, as whoever arranges it counts it."""

    SIGN_LANGUAGE = "sign-language"
    WHEELCHAIR = "wheelchair"
    CHILDCARE = "childcare"
    INTERPRETING = "interpreting"


class EventKind(StrEnum):
    """What is special about an event: the picnic has a page of its own."""

    EVENT = "event"
    PICNIC = "picnic"


class QuestionKind(StrEnum):
    """How a question at sign-up is answered."""

    TEXT = "text"
    NUMBER = "number"
    YES_NO = "yes-no"
    CHOICE = "choice"


class Recipients(StrEnum):
    """To whom one may write: of an event, or of a series."""

    ALL = "all"
    SEATED = "seated"
    WAITING = "waiting"
    CHECKED_IN = "checked-in"

    #: Everyone who comes or waits in a series, each once.
    SERIES = "series"
    #: All clubs, be it that they have an account or not; or those that host in the series.
    CLUBS = "clubs"
    HOSTS = "hosts"


#: To whom one writes about an event.
OF_AN_EVENT = (Recipients.ALL, Recipients.SEATED, Recipients.WAITING, Recipients.CHECKED_IN)

#: To whom one writes about a series.
OF_A_SERIES = (Recipients.SERIES, Recipients.HOSTS, Recipients.CLUBS)


class ContributionKind(StrEnum):
    """What a club or a citizen can bring."""

    EVENT = "event"
    STALL = "stall"
    ACT = "act"
    DISH = "dish"
    HELP = "help"


class SeriesKind(StrEnum):
    """What a series is: the festival week itself, or the neighbourhood workshops."""

    WEEK = "week"
    WORKSHOPS = "workshops"


@dataclass(frozen=True)
class SeriesFacts:
    """What holds of a kind of series."""

    #: Whether pages, feeds and search may ever show it.
    is_public: bool
    #: Of its calendars, a name of CSS (RFC 7986, 5.9).
    color: str


SERIES_FACTS: dict[SeriesKind, SeriesFacts] = {
    SeriesKind.WEEK: SeriesFacts(is_public=True, color="firebrick"),
    SeriesKind.WORKSHOPS: SeriesFacts(is_public=True, color="seagreen"),
}

#: A series of any other kind is never public, be it one that an older program does not know.
PUBLIC_KINDS = frozenset(kind for kind, facts in SERIES_FACTS.items() if facts.is_public)
