"""The frame around a party's own page: it is kept, and only what stands in it is made anew."""

from __future__ import annotations

import secrets
from datetime import datetime
from threading import Lock
from typing import Any, NamedTuple

from cachetools import LRUCache
from flask import Flask, current_app, render_template, request
from markupsafe import escape

from ikw import clock
from ikw.names import InExtensions
from ikw.text.content import is_incomplete
from ikw.text.languages import DEFAULT, LANGUAGES, Language, current_language
from ikw.web.caching import is_example
from ikw.web.language import elsewhere, offered

#: Frames that are kept: a few pages in each language.
MOST_FRAMES = 48

#: Stand where a page has something of its own; nobody who types a text knows them.
_MARKS = {name: f"{name}{secrets.token_hex(8)}" for name in ("title", "path", "content")}


#: Stands between the parts of a page.
_CUT = secrets.token_hex(8)

_lock = Lock()


class Frame(NamedTuple):
    """What the frames of two pages may differ by."""

    language: Language
    offer: Language | None
    blueprint: str | None
    is_example: bool
    is_incomplete: bool
    #: Shown only where the clock is moved.
    minute: datetime | None
    contact: tuple[str, str, str]
    awaits_review: bool


def render_in_frame(template: str, **context: Any) -> str:
    """Render a page of somebody's own, which extends `layout` and fills title and main alone."""
    inner = render_template(template, layout="shared/inner.html", cut=_CUT, **context)
    title, _cut, content = inner.partition(_CUT)
    own = {
        "title": title.strip(),
        "path": str(escape(elsewhere(LANGUAGES[DEFAULT]))),
        "content": content,
    }
    page = _frame()
    for name, mark in _MARKS.items():
        page = page.replace(mark, own[name])
    return page


def _frame() -> str:
    minute = clock.now().replace(second=0, microsecond=0) if clock.is_moved() else None
    language, config = current_language(), current_app.config
    frame = Frame(
        language,
        offered(),
        request.blueprint,
        is_example(),
        is_incomplete(),
        minute,
        (config["IKW_CONTACT_NAME"], config["IKW_CONTACT_PHONE"], config["IKW_CONTACT_EMAIL"]),
        language.awaits_review,
    )
    kept: LRUCache[Frame, str] = current_app.extensions[InExtensions.FRAMES]
    with _lock:
        known = kept.get(frame)
    if known is not None:
        return known
    made = render_template(
        "shared/frame.html",
        marks=_MARKS,
        elsewhere=lambda language: f"{language.prefix}{_MARKS['path']}",
        is_incomplete=lambda: frame.is_incomplete,
    )
    with _lock:
        kept[frame] = made
    return made


def init_app(app: Flask) -> None:
    """Let templates stand in the usual layout, unless they are rendered in a frame."""
    app.jinja_env.globals["layout"] = "layout.html"
    app.extensions[InExtensions.FRAMES] = LRUCache(MOST_FRAMES)
