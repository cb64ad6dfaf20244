"""What the desk calls the states, roles and acts that are codes elsewhere."""

from __future__ import annotations

from datetime import datetime

from ikw.actions.series.undo_import import Why
from ikw.model import Event, Registration
from ikw.model.doubts import Doubt
from ikw.model.letter import LetterState
from ikw.model.letter_kinds import LetterKind
from ikw.model.roles import Role
from ikw.model.verbs import Actor, Verb
from ikw.model.vocabulary import Recipients
from ikw.text.translate import _, _l

ROLES: dict[str, str] = {
    Role.COORDINATION: _l("Coordination: everything"),
    Role.CLUB: _l("Club: its own events"),
    Role.DOOR: _l("Door: check-in on one day"),
    Role.READER: _l("Council: numbers without names"),
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
    Doubt.OUTSIDE: _l("The day is outside the series"),
    Doubt.PAST: _l("The day is past"),
    Doubt.CLOSES_LATE: _l("Sign-up ends after it has begun"),
    "old-year": _l("A text names a year before"),
}

#: Why undoing leaves something as it is.
WHY_LEFT: dict[str, str] = {
    Why.PUBLISHED: _l("it is published"),
    Why.SIGNED_UP: _l("people have signed up"),
    Why.EDITED: _l("somebody has edited it since"),
    Why.GONE: _l("it is no longer there"),
    Why.STUCK: _l("it is called off, or the day before is past"),
}

#: What is asked about before it is stored.
DOUBTS: dict[str, str] = {
    Doubt.OUTSIDE: _l("This day is outside the series."),
    Doubt.PAST: _l("This day is past."),
    Doubt.CLOSES_LATE: _l("Sign-up would end after it has begun."),
}

CLASHES: dict[str, str] = {
    "venue": _l("Same venue at the same time"),
    "host": _l("Same host at the same time"),
    "audience": _l("Same topic for the same people at the same time"),
}

RECIPIENTS: dict[str, str] = {
    Recipients.ALL: _l("Everyone: with a place or waiting"),
    Recipients.SEATED: _l("Those with a place"),
    Recipients.WAITING: _l("Those on the waiting list"),
    Recipients.CHECKED_IN: _l("Those who came"),
    Recipients.SERIES: _l("Everyone who signed up in this series, each once"),
    Recipients.HOSTS: _l("The hosts of this series"),
    Recipients.CLUBS: _l("All clubs, with or without an account"),
}

#: What the log calls each act.
VERBS: dict[str, str] = {
    Verb.REGISTER: _l("Signed up"),
    Verb.CORRECT: _l("Corrected the sign-up"),
    Verb.SIGN_UP_AGAIN: _l("Signed up again"),
    Verb.CHANGE_PLACES: _l("Changed the places"),
    Verb.CORRECT_CONTACT: _l("Corrected the contact"),
    Verb.CANCEL: _l("Cancelled"),
    Verb.CLAIM: _l("Took free places"),
    Verb.MOVE_UP: _l("Moved up"),
    Verb.MOVE_IN_LINE: _l("Changed the order of the waiting list"),
    Verb.SEAT_BY_HAND: _l("Gave a place out of order"),
    Verb.SEAT_ABOVE_CAPACITY: _l("Gave a place above the capacity"),
    Verb.CHECK_IN: _l("Has come"),
    Verb.UNDO_CHECK_IN: _l("Took the arrival back"),
    Verb.COUNT_WALK_INS: _l("Counted people without a sign-up"),
    Verb.ANNOUNCE_TIME: _l("Announced the time"),
    Verb.MOVE: _l("Moved to another day or time"),
    Verb.CHANGE_VENUE: _l("Changed the venue"),
    Verb.CALL_OFF: _l("Called off"),
    Verb.POSTPONE: _l("Postponed"),
    Verb.REINSTATE: _l("Reinstated"),
    Verb.CHANGE_PLAN: _l("Changed day, time or place"),
    Verb.CREATE_EVENT: _l("Wrote a new event"),
    Verb.EDIT_EVENT: _l("Edited the event"),
    Verb.SUBMIT_EVENT: _l("Handed in"),
    Verb.HAND_BACK_EVENT: _l("Gave back for more work"),
    Verb.PUBLISH_EVENT: _l("Published"),
    Verb.WITHDRAW_EVENT: _l("Took out of the programme"),
    Verb.DUPLICATE_EVENT: _l("Made from another event"),
    Verb.BIN_EVENT: _l("Put into the bin"),
    Verb.RESTORE_EVENT: _l("Took out of the bin"),
    Verb.DELETE_EVENT: _l("Deleted from the bin"),
    Verb.COPY_SERIES: _l("Copied the series"),
    Verb.PUBLISH_SERIES: _l("Published the series"),
    Verb.WITHDRAW_SERIES: _l("Took the series out of the programme"),
    Verb.CLOSE_SIGN_UP: _l("Closed sign-up"),
    Verb.REOPEN_SIGN_UP: _l("Reopened sign-up"),
    Verb.CHANGE_CAPACITY: _l("Changed the number of places"),
    Verb.WRITE_TO_PARTICIPANTS: _l("Wrote to participants"),
    Verb.STOP_LETTERS: _l("Stopped letters"),
    Verb.SEND_LETTER_AGAIN: _l("Sent a letter again"),
    Verb.LETTER_BOUNCED: _l("Noted that a letter came back"),
    Verb.REMIND: _l("Sent reminders"),
    Verb.FORGET: _l("Deleted personal data"),
    Verb.ERASE: _l("Erased somebody’s data on request"),
    Verb.ADD_VENUE: _l("Added a venue"),
    Verb.CHANGE_VENUE_DATA: _l("Changed a venue"),
    Verb.ADD_ORGANISATION: _l("Added a host"),
    Verb.CHANGE_ORGANISATION: _l("Changed a host"),
    Verb.ADD_SERIES: _l("Added a series"),
    Verb.CHANGE_SERIES: _l("Changed a series"),
    Verb.REMOVE_VENUE: _l("Deleted a venue"),
    Verb.REMOVE_ORGANISATION: _l("Deleted a host"),
    Verb.REMOVE_SERIES: _l("Deleted a series"),
    Verb.EXPORT_SIGN_UPS: _l("Took a list of the sign-ups"),
    Verb.ADD_SOURCE: _l("Added a source of money"),
    Verb.CHANGE_SOURCE: _l("Changed a source of money"),
    Verb.REMOVE_SOURCE: _l("Removed a source of money"),
    Verb.RELEASE_SOURCE: _l("Released a source of money"),
    Verb.BLOCK_SOURCE: _l("Blocked a source of money"),
    Verb.SET_COST: _l("Noted a cost"),
    Verb.REMOVE_COST: _l("Removed a cost"),
    Verb.ADD_TASK: _l("Noted a task"),
    Verb.CHANGE_TASK: _l("Changed a task"),
    Verb.FINISH_TASK: _l("Did a task"),
    Verb.REOPEN_TASK: _l("Reopened a task"),
    Verb.REMOVE_TASK: _l("Removed a task"),
    Verb.SET_PICTURE: _l("Set the picture"),
    Verb.REMOVE_PICTURE: _l("Took the picture away"),
    Verb.REFUSE: _l("Refused"),
    Verb.ADD_CALL: _l("Opened a call for contributions"),
    Verb.CHANGE_CALL: _l("Changed a call for contributions"),
    Verb.REMOVE_CALL: _l("Closed a call for contributions"),
    Verb.CHANGE_SETTING: _l("Changed a setting"),
    Verb.TRANSLATE: _l("Translated texts"),
    Verb.IMPORT_PROGRAMME: _l("Took over a programme"),
    Verb.UNDO_IMPORT: _l("Undid what a file had changed"),
    Verb.OPEN_ACCOUNT: _l("Opened an account"),
    Verb.REOPEN_ACCOUNT: _l("Reopened an account"),
    Verb.CLOSE_ACCOUNT: _l("Closed an account"),
    Verb.CHANGE_ACCOUNT: _l("Changed an account"),
    Verb.ADD_PASSKEY: _l("Set up a passkey"),
    Verb.REMOVE_PASSKEY: _l("Removed a passkey"),
    Verb.SIGN_IN: _l("Signed in"),
    Verb.SIGN_OUT: _l("Signed out"),
    Verb.GIVE_FEEDBACK: _l("Wrote to us about the site"),
    Verb.ANSWER_FEEDBACK: _l("Answered a message"),
    Verb.TELL_HOW_FAR: _l("Sent an interim reply"),
}

ACTORS: dict[str, str] = {
    Actor.CITIZEN: _l("who signed up"),
    Actor.WAITING_LIST: _l("the waiting list"),
    Actor.REMINDER: _l("the reminder"),
    Actor.DELETION: _l("the deletion"),
    Actor.LIMITS: _l("the limits"),
    Actor.READER: _l("somebody who read the site"),
    Actor.PROGRAMME_FILE: _l("the programme file"),
    Actor.COMMAND_LINE: _l("the command line"),
    Actor.RESTORE: _l("the restoring of a backup"),
    Actor.ORGANISER: _l("a former account"),
}

#: State of a letter: its name, and how it is coloured.
LETTER_STATES: dict[LetterState, tuple[str, str]] = {
    LetterState.QUEUED: (_l("waits to be sent"), ""),
    LetterState.RETRYING: (_l("is tried again"), "warn"),
    LetterState.SENT: (_l("sent"), "good"),
    LetterState.FAILED: (_l("not delivered"), "off"),
    LetterState.CALL: (_l("to be called"), "warn"),
    LetterState.REACHED: (_l("told on the telephone"), "good"),
    LetterState.WITHDRAWN: (_l("taken back"), ""),
}

LETTER_KINDS: dict[LetterKind, str] = {
    LetterKind.CONFIRMED: _l("Confirmation"),
    LetterKind.WAITING: _l("On the waiting list"),
    LetterKind.MOVED_UP: _l("Moved up"),
    LetterKind.FREE: _l("Places are free"),
    LetterKind.CHANGED: _l("Sign-up changed"),
    LetterKind.CANCELLED: _l("Cancellation"),
    LetterKind.LINK: _l("Link sent again"),
    LetterKind.ADDRESS_CHANGED: _l("Address taken out"),
    LetterKind.EVENT_CHANGED: _l("News of the event"),
    LetterKind.REMINDER: _l("Reminder"),
    LetterKind.CALENDAR: _l("New calendar address"),
    LetterKind.SERIES_MESSAGE: _l("Letter to all of a series"),
    LetterKind.CLUB_MESSAGE: _l("Letter to clubs"),
    LetterKind.MESSAGE: _l("Letter to participants"),
    LetterKind.TRIAL: _l("Test of a letter"),
    LetterKind.SIGN_IN: _l("Link to the desk"),
    LetterKind.INVITATION: _l("Invitation to the desk"),
    LetterKind.TASK: _l("A task for somebody"),
    LetterKind.CLUB_NEWS: _l("News of an event to its club"),
    LetterKind.DIGEST: _l("What clubs have done"),
    LetterKind.FEEDBACK: _l("Feedback received"),
    LetterKind.FEEDBACK_NOTICE: _l("Feedback for the office"),
    LetterKind.FEEDBACK_INTERIM: _l("Interim reply"),
    LetterKind.FEEDBACK_ANSWER: _l("Answer to feedback"),
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
