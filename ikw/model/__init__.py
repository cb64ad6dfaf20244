"""The tables and the sentences they answer in."""

from ikw.model.base import Base
from ikw.model.budget import Cost, Source, Task
from ikw.model.call import Call
from ikw.model.event import Event, EventHost
from ikw.model.feedback import Feedback
from ikw.model.heartbeat import Heartbeat
from ikw.model.import_row import Import
from ikw.model.kept_form import KeptForm
from ikw.model.letter import Letter
from ikw.model.log import LogEntry
from ikw.model.mailing import Mailing
from ikw.model.organisation import Organisation
from ikw.model.organiser import (
    Challenge,
    DeskSession,
    DoorAct,
    DoorDuty,
    Organiser,
    Passkey,
    SignInLink,
)
from ikw.model.personal_calendar import PersonalCalendar
from ikw.model.picture import Picture
from ikw.model.places import Places
from ikw.model.plan import Plan
from ikw.model.programme import Programme
from ikw.model.registration import Registration
from ikw.model.series import Series, SeriesHost
from ikw.model.setting import Setting
from ikw.model.translation import Translation
from ikw.model.upload import Upload
from ikw.model.venue import Venue

__all__ = [
    "Base",
    "Call",
    "Challenge",
    "Cost",
    "DeskSession",
    "DoorAct",
    "DoorDuty",
    "Event",
    "EventHost",
    "Feedback",
    "Heartbeat",
    "Import",
    "KeptForm",
    "Letter",
    "LogEntry",
    "Mailing",
    "Organisation",
    "Organiser",
    "Passkey",
    "PersonalCalendar",
    "Picture",
    "Places",
    "Plan",
    "Programme",
    "Registration",
    "Series",
    "SeriesHost",
    "Setting",
    "SignInLink",
    "Source",
    "Task",
    "Translation",
    "Upload",
    "Venue",
]
