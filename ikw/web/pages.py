"""Texts that a town fills in: Impressum, Datenschutz, Barrierefreiheit, one Markdown file each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, g, render_template, send_file, url_for
from markdown_it import MarkdownIt
from markupsafe import Markup

from ikw import desk_settings
from ikw.config import ROOT
from ikw.model.event import WAITS_FOR_A_DATE
from ikw.model.keeping import End
from ikw.text.content import Words, wrap
from ikw.text.languages import DEFAULT, current_language
from ikw.web.caching import cached, true_for
from ikw.web.film import Film
from ikw.web.template_helpers import ltr, phone_link

bp = Blueprint("pages", __name__)

#: HTML in a text is shown, not obeyed.
MARKDOWN = MarkdownIt("commonmark", {"html": False})

#: A town's own files are looked at again after this.
LOOKED_AT = timedelta(minutes=1)

SHIPPED = ROOT / "ikw" / "text" / "pages"

#: What a text may say in braces: a setting, or the address of a page.
SETTINGS = ("TOWN", "CONTACT_NAME", "KEEP_DAYS", "BACKUP_DAYS", "BASE_URL")
#: Days after which something is deleted, by the table of all that is kept.
PERIODS = {"WAITS_DAYS": WAITS_FOR_A_DATE.days, "NETWORK_DAYS": End.NETWORK.period.days}
PAGES = {
    "FEEDBACK": "feedback.new",
    "PRIVACY": "pages.privacy",
    "ACCESSIBILITY": "pages.accessibility",
    "PROGRAMME": "programme.current",
}


@dataclass(frozen=True)
class Page:
    """A text with its title, in the reader's language or marked as German."""

    title: Words
    text: Markup


@bp.get("/impressum", endpoint="imprint", defaults={"name": "impressum"})
@bp.get("/datenschutz", endpoint="privacy", defaults={"name": "datenschutz"})
@bp.get("/barrierefreiheit", endpoint="accessibility", defaults={"name": "barrierefreiheit"})
@bp.get("/leichte-sprache", endpoint="easy", defaults={"name": "leichte-sprache"})
@cached
def show(name: str) -> str:
    """Answer with a text: the town's own in instance/pages/, else the one that ships."""
    true_for(LOOKED_AT)
    return render_template("pages/show.html", page=read(name))


@bp.get("/gebaerdensprache")
@cached
def sign_language() -> str:
    """Answer with the film in German Sign Language, and what there is to know about it."""
    true_for(LOOKED_AT)
    film = Film.at(_own("gebaerdensprache.mp4"))
    return render_template("pages/show.html", page=read("gebaerdensprache"), film=film)


@bp.get("/gebaerdensprache.mp4")
def film() -> Response:
    """Answer with the film, or the part of it that is asked for (RFC 9110, 14.2)."""
    return _file("gebaerdensprache.mp4", "video/mp4")


@bp.get("/gebaerdensprache.vtt")
def captions() -> Response:
    """Answer with the captions of the film (WebVTT)."""
    return _file("gebaerdensprache.vtt", "text/vtt")


def _file(name: str, mimetype: str) -> Response:
    path = _own(name)
    if not path.exists():
        abort(404)
    response = send_file(path, mimetype=mimetype, conditional=True)
    response.headers["Cache-Control"] = "no-cache"
    return response


def _own(name: str) -> Path:
    return Path(current_app.instance_path) / "pages" / name


def read(name: str) -> Page:
    """Return a text in the reader's language, else in German; the town's own comes first."""
    code = current_language().code
    own = own_text(name)
    # A translation of our text says nothing about the town's.
    ours = "" if own else shipped_text(name, code)
    translated = own_text(name, code) or ours
    is_german = not translated and code != DEFAULT
    return shown(name, translated or own or shipped_text(name), is_german=is_german)


def shown(name: str, text: str, *, is_german: bool) -> Page:
    """Return a text as it is shown: filled in, and marked where it is not the reader's language."""
    title, _, rest = _filled(text).partition("\n")
    words = Words(title.lstrip("# ").strip())
    # The text is the town's own, and MARKDOWN lets no HTML through.
    body = _with_contact(Markup(MARKDOWN.render(rest)))  # noqa: S704
    if is_german:
        words.is_german = True
        # Leichte Sprache is German by its nature: nobody waits for a translation.
        g.texts_are_missing = name != "leichte-sprache"
        body = wrap(body, "div")
    return Page(words, body)


#: The texts that a town fills in.
TEXTS = ("impressum", "datenschutz", "barrierefreiheit", "leichte-sprache", "gebaerdensprache")


def own_text(name: str, code: str = DEFAULT) -> str:
    """Return the town's own text in a language: its file, else what was written at the desk."""
    return file_text(name, code) or desk_settings.own_text(current_app, key_of(name, code)) or ""


def file_text(name: str, code: str = DEFAULT) -> str:
    """Return the town's own text from instance/pages, which nobody changes at the desk."""
    return _text(_own(f"{key_of(name, code)}.md"))


def shipped_text(name: str, code: str = DEFAULT) -> str:
    """Return the text that ships, if it does in this language."""
    return _text(SHIPPED / f"{key_of(name, code)}.md")


def key_of(name: str, code: str) -> str:
    """Return how a text is called in a language: "impressum", "impressum.uk"."""
    return name if code == DEFAULT else f"{name}.{code}"


def _text(path: Path) -> str:
    return path.read_text("utf-8-sig") if path.exists() else ""


def _filled(source: str) -> str:
    for setting in SETTINGS:
        source = source.replace(f"{{{setting}}}", str(current_app.config[f"IKW_{setting}"]))
    for name, days in PERIODS.items():
        source = source.replace(f"{{{name}}}", str(days))
    for page, endpoint in PAGES.items():
        source = source.replace(f"{{{page}}}", url_for(endpoint))
    return source


def _with_contact(text: Markup) -> Markup:
    """Fill in number and address, as links that keep their order in a line from right to left."""
    email = current_app.config["IKW_CONTACT_EMAIL"]
    mail = Markup('<a href="mailto:{}">{}</a>').format(email, ltr(email)) if email else ""
    phone = phone_link(current_app.config["IKW_CONTACT_PHONE"])
    return text.replace("{CONTACT_PHONE}", phone).replace("{CONTACT_EMAIL}", mail)
