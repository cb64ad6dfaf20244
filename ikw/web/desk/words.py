"""What the desk calls the states, roles and acts that are codes elsewhere."""

from __future__ import annotations

from datetime import datetime

from ikw.model import Event, Letter, Registration
from ikw.text.translate import _, _l

ROLES: dict[str, str] = {
    "coordination": _l("Coordination: everything"),
    "club": _l("Club: its own events"),
    "door": _l("Door: check-in on one day"),
    "reader": _l("Council: numbers without names"),
}

#: State of an event: its name, and how it is coloured.
STATES: dict[str, tuple[str, str]] = {
    "draft": (_l("Draft"), ""),
    "submitted": (_l("Handed in"), "warn"),
    "published": (_l("Published"), "good"),
    "called-off": (_l("Called off"), "off"),
    "postponed": (_l("Postponed"), "off"),
    "over": (_l("Over"), ""),
}

FACTS: dict[str, str] = {
    "text": _l("There is no text about it"),
    "venue": _l("There is no venue"),
    "hosts": _l("There is no host"),
    "time": _l("The time is open"),
    "access": _l("Nothing is said about access"),
    "capacity": _l("There is sign-up without a number of places"),
    "room-size": _l("There are more places than the venue holds"),
}

CLASHES: dict[str, str] = {
    "venue": _l("Same venue at the same time"),
    "host": _l("Same host at the same time"),
    "audience": _l("Same topic for the same people at the same time"),
}

RECIPIENTS: dict[str, str] = {
    "all": _l("Everyone: with a place or waiting"),
    "seated": _l("Those with a place"),
    "waiting": _l("Those on the waiting list"),
    "checked-in": _l("Those who came"),
}

#: What the log calls each act.
VERBS: dict[str, str] = {
    "register": _l("Signed up"),
    "correct": _l("Corrected the sign-up"),
    "sign up again": _l("Signed up again"),
    "change places": _l("Changed the places"),
    "correct contact": _l("Corrected the contact"),
    "cancel": _l("Cancelled"),
    "claim": _l("Took free places"),
    "move up": _l("Moved up"),
    "move in line": _l("Changed the order of the waiting list"),
    "seat by hand": _l("Gave a place out of order"),
    "seat above capacity": _l("Gave a place above the capacity"),
    "check in": _l("Has come"),
    "undo check in": _l("Took the arrival back"),
    "count walk-ins": _l("Counted people without a sign-up"),
    "announce time": _l("Announced the time"),
    "move": _l("Moved to another day or time"),
    "change venue": _l("Changed the venue"),
    "call off": _l("Called off"),
    "postpone": _l("Postponed"),
    "reinstate": _l("Reinstated"),
    "change plan": _l("Changed day, time or place"),
    "create event": _l("Wrote a new event"),
    "edit event": _l("Edited the event"),
    "submit event": _l("Handed in"),
    "hand back event": _l("Gave back for more work"),
    "publish event": _l("Published"),
    "withdraw event": _l("Took out of the programme"),
    "duplicate event": _l("Made from another event"),
    "bin event": _l("Put into the bin"),
    "take event back": _l("Took out of the bin"),
    "delete event": _l("Deleted from the bin"),
    "copy series": _l("Copied the series"),
    "close sign-up": _l("Closed sign-up"),
    "reopen sign-up": _l("Reopened sign-up"),
    "change capacity": _l("Changed the number of places"),
    "write to participants": _l("Wrote to participants"),
    "stop letters": _l("Stopped letters"),
    "send letter again": _l("Sent a letter again"),
    "letter bounced": _l("Noted that a letter came back"),
    "remind": _l("Sent reminders"),
    "forget": _l("Deleted personal data"),
    "erase": _l("Erased somebody’s data on request"),
    "add venue": _l("Added a venue"),
    "change venue data": _l("Changed a venue"),
    "add organisation": _l("Added a host"),
    "change organisation": _l("Changed a host"),
    "add series": _l("Added a series"),
    "change series": _l("Changed a series"),
    "remove venue": _l("Deleted a venue"),
    "remove organisation": _l("Deleted a host"),
    "remove series": _l("Deleted a series"),
    "export sign-ups": _l("Took a list of the sign-ups"),
    "add source": _l("Added a source of money"),
    "change source": _l("Changed a source of money"),
    "remove source": _l("Removed a source of money"),
    "release source": _l("Released a source of money"),
    "block source": _l("Blocked a source of money"),
    "set cost": _l("Noted a cost"),
    "remove cost": _l("Removed a cost"),
    "add task": _l("Noted a task"),
    "finish task": _l("Did a task"),
    "reopen task": _l("Reopened a task"),
    "remove task": _l("Removed a task"),
    "set picture": _l("Set the picture"),
    "remove picture": _l("Took the picture away"),
    "refuse": _l("Refused"),
    "import programme": _l("Took over a programme"),
    "open account": _l("Opened an account"),
    "reopen account": _l("Reopened an account"),
    "close account": _l("Closed an account"),
    "change account": _l("Changed an account"),
    "add passkey": _l("Set up a passkey"),
    "remove passkey": _l("Removed a passkey"),
    "sign in": _l("Signed in"),
    "sign out": _l("Signed out"),
    "give feedback": _l("Wrote to us about the site"),
    "answer feedback": _l("Answered a message"),
    "tell how far": _l("Sent an interim reply"),
}

ACTORS: dict[str, str] = {
    "citizen": _l("who signed up"),
    "waiting list": _l("the waiting list"),
    "reminder": _l("the reminder"),
    "deletion": _l("the deletion"),
    "limits": _l("the limits"),
    "reader": _l("somebody who read the site"),
    "programme file": _l("the programme file"),
    "command line": _l("the command line"),
    "restore": _l("the restoring of a backup"),
    "organiser": _l("a former account"),
}

#: State of a letter: its name, and how it is coloured.
LETTER_STATES: dict[str, tuple[str, str]] = {
    "queued": (_l("waits to be sent"), ""),
    "retrying": (_l("is tried again"), "warn"),
    "sent": (_l("sent"), "good"),
    "failed": (_l("not delivered"), "off"),
    "call": (_l("to be called"), "warn"),
    "reached": (_l("told on the telephone"), "good"),
    "withdrawn": (_l("taken back"), ""),
}

LETTER_KINDS: dict[str, str] = {
    "confirmed": _l("Confirmation"),
    "waiting": _l("On the waiting list"),
    "moved_up": _l("Moved up"),
    "free": _l("Places are free"),
    "changed": _l("Sign-up changed"),
    "cancelled": _l("Cancellation"),
    "link": _l("Link sent again"),
    "address_changed": _l("Address taken out"),
    "event_changed": _l("News of the event"),
    "reminder": _l("Reminder"),
    "calendar": _l("New calendar address"),
    "message": _l("Letter to participants"),
    "trial": _l("Test of a letter"),
    "sign_in": _l("Link to the desk"),
    "feedback": _l("Feedback received"),
    "feedback_notice": _l("Feedback for the office"),
    "feedback_interim": _l("Interim reply"),
    "feedback_answer": _l("Answer to feedback"),
}


#: What browsers and systems are known by in what they say of themselves, the surest first: nearly
#: all of them claim to be Safari and Mozilla, too.
BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "Chrome": "Chrome",
    "CriOS": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "Mac",
    "CrOS": "Chromebook",
    "Linux": "Linux",
}


def name_of_browser(agent: str) -> str:
    """Return what people call the browser that says this of itself, such as "Firefox, Windows"."""
    found = [
        next((name for mark, name in known.items() if mark in agent), None)
        for known in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(filter(None, found)) or _("Another browser")


def state_of(event: Event, now: datetime) -> str:
    """Return the state of an event, as a code of STATES."""
    if event.published_at is None:
        return "submitted" if event.submitted_at else "draft"
    if event.is_called_off:
        return "called-off"
    if event.is_postponed:
        return "postponed"
    return "over" if event.is_over(now) else "published"


def state_of_letter(letter: Letter) -> str:
    """Return the state of a letter, as a code of LETTER_STATES."""
    if letter.reached_at:
        return "reached"
    if letter.sent_at:
        return "sent"
    if letter.withdrawn_at:
        return "withdrawn"
    if letter.failed_at:
        return "failed"
    if letter.to is None:
        return "call"
    return "retrying" if letter.tries else "queued"


def state_of_party(registration: Registration) -> tuple[str, str]:
    """Return what a party is called by its places, and how it is coloured."""
    if registration.is_cancelled:
        return _("cancelled"), "off"
    if registration.is_checked_in:
        return _("has come"), "good"
    if registration.is_waiting:
        return _("waiting"), "warn"
    if registration.wants_more:
        return _("has places, wants more"), "warn"
    return _("has a place"), "good"
