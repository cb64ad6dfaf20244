"""What every template may use."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import segno
from flask import Flask, current_app, url_for
from markupsafe import Markup, escape

from ikw import clock, colours
from ikw.text import content, dates, languages, vocabulary
from ikw.text.contributions import CONTRIBUTIONS
from ikw.text.lists import comma, marked, place
from ikw.text.maps import map_url
from ikw.text.motifs import motif_of
from ikw.text.phones import dialled, read_phone, write_phone
from ikw.text.translate import _
from ikw.web import gaps
from ikw.web.caching import is_example
from ikw.web.forms import errors_of
from ikw.web.language import elsewhere, offered
from ikw.web.security import is_private
from ikw.web.static import asset_url


def init_app(app: Flask) -> None:
    """Make dates, words and addresses known to the templates."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        colours=colours,
        dates=dates,
        vocabulary=vocabulary,
        comma=comma,
        languages=list(languages.LANGUAGES.values()),
        elsewhere=elsewhere,
        offered=offered,
        offer_text=offer_text,
        is_incomplete=content.is_incomplete,
        is_private=is_private,
        motif_of=motif_of,
        asset_url=asset_url,
        full_url=full_url,
        map_url=map_url,
        is_example=is_example,
        site_name=site_name,
        qr_code=qr_code,
        contributions=CONTRIBUTIONS,
        **gaps.HELPERS,
    )
    app.jinja_env.filters.update(
        words=content.words,
        name=content.name,
        listed=marked,
        place=place,
        language_name=languages.name_of,
        audience=vocabulary.AUDIENCES.__getitem__,
        need=vocabulary.NEEDS.__getitem__,
        marks=vocabulary.marks,
        plain=plain,
        option_language=option_language,
        paragraphs=paragraphs,
        ltr=ltr,
        phone=phone,
        phone_link=phone_link,
        errors_of=errors_of,
    )
    app.context_processor(_about_now)


def _about_now() -> dict[str, Any]:
    return {
        "now": clock.now(),
        "today": clock.today(),
        "clock_is_moved": clock.is_moved(),
        "settings": current_app.config,
        "language": languages.current_language(),
    }


def offer_text(language: languages.Language) -> str:
    """Return the sentence before the offer to read a page in another language, in that language."""
    with languages.speaking(language.code):
        return _("You can read this page in your language:")


def plain(text: str) -> str:
    """Return a text of the programme without its language, for attributes and titles."""
    return str(text)


def option_language(text: str) -> Markup:
    """Return the attributes of an option whose text is German; it can hold no other element."""
    is_german = isinstance(text, content.Words) and text.is_german
    return Markup(' lang="de" dir="ltr"') if is_german else Markup("")


def site_name() -> str:
    """Return what the site is called."""
    return f"{_('Intercultural Week')} {current_app.config['IKW_TOWN']}"


def full_url(endpoint: str, **values: Any) -> str:
    """Return an address with the configured host, never the one that a request names."""
    path = url_for(endpoint, _external=False, **values)
    return f"{current_app.config['IKW_BASE_URL']}{path}"


#: Any of the eight patterns can be read (ISO/IEC 18004, 7.8); finding the best one takes ten times
#: as long as the rest. Of tickets this one is the best most often.
MASK = 3


@lru_cache(maxsize=256)
def qr_code(address: str) -> Markup:
    """Return an address as a QR code for a telephone's camera, or nothing when it is too long."""
    try:
        code = segno.make_qr(address, error="m", boost_error=False, mask=MASK)
    except segno.DataOverflowError:
        return Markup("")
    drawing = code.svg_inline(border=4, omitsize=True, svgclass="qr", lineclass=None)
    return Markup(drawing.replace("<svg ", '<svg aria-hidden="true" ', 1))  # noqa: S704 (drawn here)


def paragraphs(text: str | None) -> Markup:
    """Return a text with empty lines as paragraphs."""
    text = text or ""
    blocks = re.split(r"\n\s*\n", text.strip())
    whole = Markup("\n").join(
        Markup("<p>{}</p>").format(Markup("<br>").join(escape(line) for line in block.splitlines()))
        for block in blocks
        if block
    )
    is_german = isinstance(text, content.Words) and text.is_german
    return content.wrap(whole, "div") if is_german else whole


def ltr(text: object) -> Markup:
    """Return numbers, codes and addresses so that they keep their order in Arabic, too."""
    return Markup('<bdi dir="ltr">{}</bdi>').format(text)


def phone(number_: str) -> Markup:
    """Return a telephone number as people read it."""
    return ltr(write_phone(number_))


def phone_link(number_: str) -> Markup:
    """Return a telephone number to tap on."""
    return Markup('<a href="tel:{}">{}</a>').format(
        dialled(read_phone(number_) or number_), phone(number_)
    )
