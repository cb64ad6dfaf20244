"""What changed about an event, in a headline and in sentences."""

from __future__ import annotations

from ikw.model import Event, Plan
from ikw.text import dates
from ikw.text.content import words
from ikw.text.lists import isolated
from ikw.text.translate import _


def headline(event: Event, before: Plan, after: Plan) -> str:
    """Return what changed in a few words, with the title, e.g. for the subject of a letter."""
    return _("%(what)s: %(title)s", what=_what(before, after), title=words(event.title))


def _what(before: Plan, after: Plan) -> str:
    if not after.takes_place:
        return _("Called off") if after.is_called_off else _("Postponed")
    if not before.takes_place and after.date == before.date:
        return _("It takes place after all")
    kinds = {
        _("New date"): dates.days(after.as_event) != dates.days(before.as_event),
        _("New time"): _hours(after) != _hours(before) and not before.time_is_open,
        _("The time is fixed"): before.time_is_open and not after.time_is_open,
        _("New place"): after.is_elsewhere(before) and before.place is not None,
        _("The place is fixed"): after.is_elsewhere(before) and before.place is None,
    }
    named = [name for name, applies in kinds.items() if applies]
    # Whoever comes on another day reads the hours there anyway.
    if len(named) > 1 and after.date == before.date:
        return _("Changed")
    return named[0] if named else _("Changed")


def sentences(event: Event, before: Plan, after: Plan) -> list[str]:
    """Return everything that changed, the most important first."""
    if not after.takes_place:
        return [_why_not(event, before, after), *([words(after.reason)] if after.reason else [])]
    news = []
    if not before.takes_place and after.date == before.date:
        news.append(
            _(
                "“%(title)s” takes place after all: %(when)s.",
                title=words(event.title),
                when=dates.when(after.as_event),
            )
        )
    elif (day := dates.days(after.as_event)) != (old_day := dates.days(before.as_event)):
        news.append(_("New date: %(new)s (not %(old)s).", new=day, old=old_day))
    if _hours(after) != _hours(before):
        news.append(_about_hours(before, after))
    if after.is_elsewhere(before):
        news.append(_about_place(before, after))
    if after.reason and after.date != before.date:
        news.append(words(after.reason))
    return news


def _hours(plan: Plan) -> str:
    return dates.hours(plan.as_event)


def _why_not(event: Event, before: Plan, after: Plan) -> str:
    day = dates.days(before.as_event)
    if after.is_called_off:
        return _("“%(title)s” (%(day)s) is called off.", title=words(event.title), day=day)
    return _(
        "“%(title)s” (%(day)s) is postponed. We will tell you the new date.",
        title=words(event.title),
        day=day,
    )


def _about_hours(before: Plan, after: Plan) -> str:
    if after.time_is_open:
        return _("The time is open again; it will be announced.")
    if before.time_is_open:
        return _("The time is fixed now: %(time)s.", time=_hours(after))
    return _("New time: %(new)s (not %(old)s).", new=_hours(after), old=_hours(before))


def _about_place(before: Plan, after: Plan) -> str:
    if after.venue == before.venue and after.venue is not None:
        if after.room is None:
            return _("Not in %(room)s any more.", room=words(before.room))
        return _("The room is now: %(room)s.", room=words(after.room))
    if after.place is None:
        return _("The place is open again; it will be announced.")
    if before.place is None:
        return _("The place is fixed now: %(place)s.", place=isolated(after.place))
    return _(
        "New place: %(new)s (not %(old)s).", new=isolated(after.place), old=isolated(before.place)
    )
