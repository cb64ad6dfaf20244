"""What the fields of events, venues, hosts and series are called at the desk, and what may be
chosen in them."""

from __future__ import annotations

from enum import StrEnum

from ikw.model.vocabulary import (
    Access,
    Audience,
    ContributionKind,
    EventKind,
    QuestionKind,
    SeriesKind,
)
from ikw.text.contributions import CONTRIBUTIONS
from ikw.text.translate import _l
from ikw.text.vocabulary import ACCESS, AUDIENCES

LABELS: dict[str, dict[str, str]] = {
    "event": {
        "series": _l("Which series?"),
        "kind": _l("Kind"),
        "title": _l("Title"),
        "summary": _l("In one or two sentences"),
        "description": _l("Description"),
        "topics": _l("Topics"),
        "date": _l("Day"),
        "start": _l("Begins at"),
        "end": _l("Ends at"),
        "end_date": _l("Last day"),
        "hours": _l("Daily hours"),
        "venue": _l("Venue"),
        "room": _l("Room"),
        "hosts": _l("Hosts"),
        "contact": _l("Whom to ask about it (everyone reads this)"),
        "languages": _l("Languages spoken there"),
        "audiences": _l("For whom in particular"),
        "access": _l("Access, besides what the venue offers"),
        "price_cents": _l("Price in euros"),
        "price_note": _l("About the price"),
        "takes_sign_up": _l("People sign up"),
        "capacity": _l("Places in all"),
        "reserved": _l("Kept back, e.g. for press or interpreters"),
        "party_max": _l("Places for one sign-up at most"),
        "has_waiting_list": _l("With a waiting list"),
        "sign_up_opens": _l("Sign-up opens"),
        "sign_up_closes": _l("Sign-up closes"),
        "questions": _l("Questions at sign-up"),
        "easy_text": _l("The same in Leichte Sprache"),
        "easy_checked_by": _l("Checked by this group"),
    },
    "venue": {
        "name": _l("Name of the venue"),
        "street": _l("Street and number"),
        "postcode": _l("Postcode"),
        "town": _l("Town"),
        "district": _l("Part of town"),
        "capacity": _l("How many people fit in"),
        "latitude": _l("Latitude, e.g. 52.2784"),
        "longitude": _l("Longitude, e.g. 7.4406"),
        "way_there": _l("How to get there"),
        "access": _l("Access"),
    },
    "organisation": {
        "name": _l("Name of the host"),
        "email": _l("E-mail address"),
        "website": _l("Website"),
    },
    "series": {
        "kind": _l("Kind"),
        "title": _l("Title"),
        "motto": _l("Motto"),
        "first_day": _l("First day"),
        "last_day": _l("Last day"),
        "summary": _l("In one or two sentences"),
        "description": _l("Description"),
        "easy_text": _l("The same in Leichte Sprache"),
        "easy_checked_by": _l("Checked by this group"),
        "figures": _l("What there is to know in numbers"),
        "hosts": _l("Hosts"),
    },
    "call": {
        "kind": _l("What can be proposed"),
        "event": _l("For which event"),
        "opens": _l("First day"),
        "closes": _l("Contributions can be proposed until"),
        "text": _l("What is expected, and what the town gives"),
    },
}

#: What is said where nothing was entered.
REQUIRED: dict[str, str] = {
    "title": _l("Please enter a title."),
    "name": _l("Please enter a name."),
}

#: The names of members of closed sets.
MEMBERS: dict[type[StrEnum], dict[str, str]] = {
    Access: ACCESS,
    Audience: AUDIENCES,
    EventKind: {EventKind.EVENT: _l("Event"), EventKind.PICNIC: _l("Bürgerpicknick")},
    SeriesKind: {
        SeriesKind.WEEK: _l("Intercultural Week"),
        SeriesKind.WORKSHOPS: _l("Neighbourhood workshops"),
    },
    ContributionKind: {kind: name for kind, (name, _meant) in CONTRIBUTIONS.items()},
    QuestionKind: {
        QuestionKind.TEXT: _l("Words"),
        QuestionKind.NUMBER: _l("A number"),
        QuestionKind.YES_NO: _l("Yes or no"),
        QuestionKind.CHOICE: _l("One of several answers"),
    },
}
