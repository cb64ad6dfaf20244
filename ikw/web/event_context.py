"""What the page of an event shows besides the event: for citizens, and as a preview at the desk."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from ikw import clock
from ikw.clock import TOWN
from ikw.db import session
from ikw.model import Event
from ikw.model.event import lasts_until
from ikw.text.content import words
from ikw.web.loading import published_events
from ikw.web.template_helpers import full_url


def context(event: Event) -> dict[str, Any]:
    """Return what the page of an event shows besides the event itself."""
    return {"related": _related(event), "structured": partial(structured_data, event)}


def _related(event: Event) -> list[Event]:
    """Return up to three events of the same series that come next, the same topics first."""
    today = clock.today()
    coming = published_events().where(
        Event.series_id == event.series_id,
        Event.id != event.id,
        Event.called_off_at.is_(None),
        Event.postponed_at.is_(None),
        lasts_until(max(today, event.date)),
    )
    near = session().scalars(coming.limit(20)).all()
    return sorted(near, key=lambda other: not set(other.topics) & set(event.topics))[:3]


def structured_data(event: Event, is_full: bool) -> dict[str, Any]:
    """Return what search engines read (schema.org/Event) while the event is full, or is not."""
    before = _previous_start(event)
    status = "EventScheduled"
    if event.is_called_off:
        status = "EventCancelled"
    elif event.is_postponed:
        status = "EventPostponed"
    elif before:
        status = "EventRescheduled"
    url = full_url("event.show", event=event.key)
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": words(event.title),
        "url": url,
        "description": words(event.summary or event.description),
        "startDate": (event.starts_at if event.start else event.date).isoformat(),
        "endDate": _end(event),
        "eventStatus": f"https://schema.org/{status}",
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
        "image": _pictures(event),
        "organizer": [
            {
                "@type": "Organization",
                "name": host.name,
                "url": host.website or full_url("home.show"),
            }
            for host in event.hosts
        ],
        "inLanguage": event.languages,
        "maximumAttendeeCapacity": event.capacity,
        "superEvent": {"@type": "EventSeries", "name": words(event.series.title)},
    }
    if before:
        data["previousStartDate"] = before
    if event.price_cents is not None and event.takes_place:
        data["isAccessibleForFree"] = event.is_free_of_charge
        data["offers"] = {
            "@type": "Offer",
            "price": f"{event.price_cents / 100:.2f}",
            "priceCurrency": "EUR",
            "url": url,
            "validFrom": (event.sign_up_opens or event.published_at or event.created_at)
            .astimezone(TOWN)
            .isoformat(),
        }
        if is_full:
            data["offers"]["availability"] = "https://schema.org/SoldOut"
        elif event.sign_up_is_open(clock.now()):
            data["offers"]["availability"] = "https://schema.org/InStock"
    if venue := event.venue:
        address = {
            "@type": "PostalAddress",
            "streetAddress": venue.street,
            "postalCode": venue.postcode,
            "addressLocality": venue.town,
            "addressCountry": "DE",
        }
        data["location"] = {"@type": "Place", "name": venue.name, "address": _stated(address)}
        if venue.position:
            latitude, longitude = venue.position
            data["location"]["geo"] = {
                "@type": "GeoCoordinates",
                "latitude": latitude,
                "longitude": longitude,
            }
    return _stated(data)


def _previous_start(event: Event) -> str | None:
    """Return when it was to begin before it was moved to another day or time."""
    if event.former_date is None:
        return None
    if event.former_start is None:
        return event.former_date.isoformat() if event.former_date != event.date else None
    if (event.former_date, event.former_start) == (event.date, event.start):
        return None
    return datetime.combine(event.former_date, event.former_start, TOWN).isoformat()


def _end(event: Event) -> str | None:
    """Return when it ends, as far as that is known."""
    if event.start and event.end:
        return event.ends_at.isoformat()
    return event.last_date.isoformat() if event.lasts_days else None


def _pictures(event: Event) -> list[str]:
    own = event.picture
    pictures = [full_url("event.picture", event=event.key, digest=own.digest)] if own else []
    return [*pictures, full_url("event.card", event=event.key)]


def _stated(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value not in (None, [], "")}
