"""The tables and the sentences they answer in."""

from ikw.model.base import Base
from ikw.model.event import Event, EventHost
from ikw.model.feedback import Feedback
from ikw.model.letter import Letter
from ikw.model.log import LogEntry
from ikw.model.organisation import Organisation
from ikw.model.personal_calendar import PersonalCalendar
from ikw.model.plan import Plan
from ikw.model.programme import Programme
from ikw.model.registration import Registration
from ikw.model.series import Series, SeriesHost
from ikw.model.translation import Translation
from ikw.model.venue import Venue

__all__ = [
    "Base",
    "Event",
    "EventHost",
    "Feedback",
    "Letter",
    "LogEntry",
    "Organisation",
    "PersonalCalendar",
    "Plan",
    "Programme",
    "Registration",
    "Series",
    "SeriesHost",
    "Translation",
    "Venue",
]
