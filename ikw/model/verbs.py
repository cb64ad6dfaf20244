"""What the log knows: who acts, and what is done. Both sets are closed; the words are the desk's.

The values stand in databases: whoever renames one writes a migration.
"""

from __future__ import annotations

from enum import StrEnum


class Actor(StrEnum):
    """Who acts, besides organisers (`Organiser.actor`) and users of the server."""

    CITIZEN = "citizen"
    #: Somebody who wrote to us about the site.
    READER = "reader"
    WAITING_LIST = "waiting list"
    PROGRAMME_FILE = "programme file"
    REMINDER = "reminder"
    DELETION = "deletion"
    #: What refuses a flood.
    LIMITS = "limits"
    COMMAND_LINE = "command line"
    RESTORE = "restore"
    #: Somebody whose account is gone, with its role.
    ORGANISER = "organiser"

    def of(self, user: str) -> str:
        """Return who it is on the server, e.g. "command line (root)"."""
        return f"{self} ({user})"


class Verb(StrEnum):
    """What was done."""

    REGISTER = "register"
    CORRECT = "correct"
    SIGN_UP_AGAIN = "sign up again"
    CHANGE_PLACES = "change places"
    CORRECT_CONTACT = "correct contact"
    CANCEL = "cancel"
    CLAIM = "claim"
    MOVE_UP = "move up"
    MOVE_IN_LINE = "move in line"
    SEAT_BY_HAND = "seat by hand"
    SEAT_ABOVE_CAPACITY = "seat above capacity"
    CHECK_IN = "check in"
    UNDO_CHECK_IN = "undo check in"
    COUNT_WALK_INS = "count walk-ins"

    ANNOUNCE_TIME = "announce time"
    MOVE = "move"
    CHANGE_VENUE = "change venue"
    CALL_OFF = "call off"
    POSTPONE = "postpone"
    REINSTATE = "reinstate"
    #: By a form, a workbook or a programme file.
    CHANGE_PLAN = "change plan"

    CREATE_EVENT = "create event"
    EDIT_EVENT = "edit event"
    SUBMIT_EVENT = "submit event"
    HAND_BACK_EVENT = "hand back event"
    PUBLISH_EVENT = "publish event"
    WITHDRAW_EVENT = "withdraw event"
    DUPLICATE_EVENT = "duplicate event"
    BIN_EVENT = "bin event"
    RESTORE_EVENT = "take event back"
    DELETE_EVENT = "delete event"
    COPY_SERIES = "copy series"
    PUBLISH_SERIES = "publish series"
    WITHDRAW_SERIES = "withdraw series"
    CLOSE_SIGN_UP = "close sign-up"
    REOPEN_SIGN_UP = "reopen sign-up"
    CHANGE_CAPACITY = "change capacity"

    WRITE_TO_PARTICIPANTS = "write to participants"
    STOP_LETTERS = "stop letters"
    SEND_LETTER_AGAIN = "send letter again"
    LETTER_BOUNCED = "letter bounced"
    REMIND = "remind"
    FORGET = "forget"
    ERASE = "erase"

    ADD_VENUE = "add venue"
    CHANGE_VENUE_DATA = "change venue data"
    REMOVE_VENUE = "remove venue"
    ADD_ORGANISATION = "add organisation"
    CHANGE_ORGANISATION = "change organisation"
    REMOVE_ORGANISATION = "remove organisation"
    ADD_SERIES = "add series"
    CHANGE_SERIES = "change series"
    REMOVE_SERIES = "remove series"

    EXPORT_SIGN_UPS = "export sign-ups"
    ADD_SOURCE = "add source"
    CHANGE_SOURCE = "change source"
    REMOVE_SOURCE = "remove source"
    RELEASE_SOURCE = "release source"
    BLOCK_SOURCE = "block source"
    SET_COST = "set cost"
    REMOVE_COST = "remove cost"
    ADD_TASK = "add task"
    CHANGE_TASK = "change task"
    FINISH_TASK = "finish task"
    REOPEN_TASK = "reopen task"
    REMOVE_TASK = "remove task"
    SET_PICTURE = "set picture"
    REMOVE_PICTURE = "remove picture"
    REFUSE = "refuse"
    IMPORT_PROGRAMME = "import programme"
    UNDO_IMPORT = "undo import"

    OPEN_ACCOUNT = "open account"
    REOPEN_ACCOUNT = "reopen account"
    CLOSE_ACCOUNT = "close account"
    CHANGE_ACCOUNT = "change account"
    SIGN_IN = "sign in"
    SIGN_OUT = "sign out"
    ADD_PASSKEY = "add passkey"
    REMOVE_PASSKEY = "remove passkey"

    ADD_CALL = "add call"
    CHANGE_CALL = "change call"
    REMOVE_CALL = "remove call"

    CHANGE_SETTING = "change setting"
    TRANSLATE = "translate"

    GIVE_FEEDBACK = "give feedback"
    ANSWER_FEEDBACK = "answer feedback"
    TELL_HOW_FAR = "tell how far"


#: Changes of an event's plan that somebody decided upon by a command or a button.
DECISIONS = frozenset(
    {
        Verb.ANNOUNCE_TIME,
        Verb.MOVE,
        Verb.CHANGE_VENUE,
        Verb.CALL_OFF,
        Verb.POSTPONE,
        Verb.REINSTATE,
    }
)

#: All changes of an event's plan: they are news.
NEWS = DECISIONS | {Verb.CHANGE_PLAN}

#: Their entries name a task or a cost in words of the organiser, which end with it.
IN_OWN_WORDS = frozenset(
    {
        Verb.ADD_TASK,
        Verb.CHANGE_TASK,
        Verb.FINISH_TASK,
        Verb.REOPEN_TASK,
        Verb.REMOVE_TASK,
        Verb.SET_COST,
        Verb.REMOVE_COST,
    }
)

#: Signing up, as a party does by its form: anything else is a change made since.
OF_THE_FORM = frozenset({Verb.REGISTER, Verb.CORRECT})
