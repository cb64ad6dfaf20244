"""Names that parts of the site share without importing each other; each is written here alone."""

from __future__ import annotations

from enum import StrEnum

#: The cookie that holds the secret of a session at the desk and nothing else; signing in sets it,
#: never anything before. Over https its name begins with `__Host-`.
DESK_COOKIE = "ikw_desk"


class Route(StrEnum):
    """Addresses that letters, commands and the gate name; the pages are in `ikw/web`."""

    EVENT = "/veranstaltung/<event>/"
    EVENT_NOTICE = "/veranstaltung/<event>/aushang"
    SERIES = "/programm/<series>/"
    REGISTRATION = "/anmeldung/<token>/"
    REGISTRATION_CANCEL = "/anmeldung/<token>/absage"
    CALENDAR = "/kalender/"
    CALENDAR_MINE = "/kalender/meine/<token>/"
    WORKSHOPS = "/workshops/"
    ACCESSIBILITY = "/barrierefreiheit"
    DESK = "/verwaltung/"
    DESK_TASKS = "/verwaltung/aufgaben/"
    DESK_EVENT = "/verwaltung/veranstaltung/<event>/"
    DESK_LINK = "/verwaltung/link/<token>/"
    #: By it a balancer asks whether the process is alive.
    HEALTH = "/healthz"

    def path(self, **values: str) -> str:
        """Return the path with values in the places of their names."""
        path = str(self)
        for name, value in values.items():
            path = path.replace(f"<{name}>", value)
        return path


class InEnviron(StrEnum):
    """What is added to the WSGI environ of a request (PEP 3333)."""

    #: The `Language` of the address.
    LANGUAGE = "ikw.language"
    #: The `Language` to offer to who comes from elsewhere, or None.
    OFFER = "ikw.offer"
    #: The `State` of the programme that the answer shows.
    STATE = "ikw.state"
    #: The `Making` of the page, if it may be kept.
    MAKING = "ikw.making"
    #: The `time.monotonic()` before which the gate gives no answer.
    ANSWER_AT = "ikw.answer_at"


class InExtensions(StrEnum):
    """What is kept with the application (`app.extensions`)."""

    #: The engine of the database.
    ENGINE = "ikw.engine"
    #: The `PageCache`.
    PAGES = "ikw.pages"
    #: Frames around private pages.
    FRAMES = "ikw.frames"
    #: What was read last of the settings that the desk changes.
    SETTINGS = "ikw.settings"
    #: Where sign-ups are counted for the limits.
    COUNTS = "ikw.counts"
    #: Translations of the programme, of each language with their count.
    WORDS = "ikw.words"


class InContext(StrEnum):
    """What is kept for the time of one request (`flask.g`)."""

    #: The session of the database.
    SESSION = "session"
    #: How often translations have been stored.
    WORDING = "wording"
    #: Whether a text was shown in German for want of a translation.
    TEXTS_ARE_MISSING = "texts_are_missing"
    #: Who is signed in at the desk, and in which browser.
    DESK_SESSION = "desk_session"
    #: What is kept of the form on the page, its answers as pairs; whether it is kept just now.
    KEPT_FORM = "kept_form"
    KEPT_ANSWERS = "kept_answers"
    WAS_KEPT = "was_kept"
    #: The `Gaps` of a page that is kept for others, what tells browsers, and until when it is true
    #: if that hangs on more than the programme.
    GAPS = "gaps"
    CACHE_CONTROL = "cache_control"
    TRUE_UNTIL = "true_until"
