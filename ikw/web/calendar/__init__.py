"""How to subscribe, and what programs then ask for."""

from ikw.web.calendar import feeds, subscribe

PAGES = (
    subscribe.bp,
    feeds.bp,
)
