"""Texts of the programme in other languages: what is missing, filled in here or by a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField
from sqlalchemy import literal, select

from ikw.actions.log import note
from ikw.actions.settings import change_setting
from ikw.clock import today
from ikw.config import MAX_UPLOAD
from ikw.db import session, write
from ikw.model import Call, Event, Organisation, Series, Venue
from ikw.model.verbs import Verb
from ikw.programmes import translations
from ikw.programmes.translations import FaultyLines, FaultyTranslation, Text
from ikw.text.cleaning import clean_text
from ikw.text.languages import DEFAULT, LANGUAGES, Language
from ikw.text.translate import _, _l, ngettext
from ikw.web.desk.access import only_coordination, say
from ikw.web.desk.acting import act
from ikw.web.forms import BaseForm, ConfirmForm

bp = Blueprint("translations", __name__)

#: Where the texts of each table are written: the page, and what its address holds.
PAGES = {
    "event": ("desk.event_form.edit", "event"),
    "series": ("desk.series.edit", "series"),
    "venue": ("desk.venues.edit", "venue"),
    "organisation": ("desk.organisations.edit", "organisation"),
    "call": ("desk.calls_for.edit", "call"),
}

#: Texts on one page.
PAGE = 30

#: The setting that says which languages somebody has checked.
REVIEWED = "IKW_REVIEWED"

#: Lines of a file that are named at once.
MOST_FAULTS = 10

#: Characters of one translation.
LONGEST = 20_000


class FileForm(BaseForm):
    """A file that a translator has filled in."""

    file = FileField(_l("File for translators, filled in (PO)"))


@dataclass(frozen=True)
class Progress:
    """How far a language is."""

    language: Language
    texts: int
    missing: int

    @property
    def percent(self) -> int:
        return 100 * (self.texts - self.missing) // self.texts if self.texts else 100


@bp.get("/uebersetzungen/")
def index() -> ResponseReturnValue:
    """Answer with how far each language is."""
    only_coordination()
    return _index(FileForm())


def _index(form: FileForm, status: int = 200) -> ResponseReturnValue:
    wanted = [
        text
        for text, places in translations.texts(session()).items()
        if not all(place.is_name for place in places)
    ]
    missing = translations.missing(session())
    page = render_template(
        "desk/translations/index.html",
        languages_left=[
            Progress(LANGUAGES[code], len(wanted), len(texts)) for code, texts in missing.items()
        ],
        form=form,
    )
    return page, status


@bp.post("/uebersetzungen/")
def upload() -> ResponseReturnValue:
    """Take a file that a translator has filled in, whole or not at all."""
    only_coordination()
    request.max_content_length = MAX_UPLOAD
    form = FileForm()
    if not form.validate():
        return _index(form, 422)
    body = request.files["file"].read() if "file" in request.files else b""
    if not body:
        form.file.errors = [_("Please choose a file.")]
        return _index(form, 422)
    try:
        catalog = translations.parse(body)
    except FaultyLines as error:
        form.file.errors = [
            _("Line %(number)d cannot be read: %(line)s", number=number, line=line)
            for number, line in error.lines[:MOST_FAULTS]
        ]
        return _index(form, 422)
    except FaultyTranslation:
        form.file.errors = [
            _("This is no PO file, or it does not say in its header for which of our languages.")
        ]
        return _index(form, 422)
    known = translations.texts(session())
    foreign = sum(1 for message in catalog if message.id and message.id not in known)
    with write() as current:
        stored = translations.store(current, catalog)
        _note(stored.language, stored.translated)
    say(
        ngettext(
            "%(num)d text in %(language)s is taken over.",
            "%(num)d texts in %(language)s are taken over.",
            stored.translated,
            language=stored.language.name,
        )
    )
    if left := stored.fuzzy + foreign:
        say(
            ngettext(
                "%(num)d text is left out: it is marked as unsure, or the programme has no such "
                "German text any more.",
                "%(num)d texts are left out: they are marked as unsure, or the programme has no "
                "such German texts any more.",
                left,
            ),
            "warn",
        )
    return redirect(url_for(".edit", language=stored.language.code), 303)


@bp.get("/uebersetzungen/<key:language>/")
def edit(language: str) -> ResponseReturnValue:
    """Answer with the texts of a language, the German beside each: the missing ones, or all."""
    spoken = _language_or_404(language)
    everything = request.args.get("alle") == "1"
    texts = translations.texts_in(session(), spoken)
    wanted = texts if everything else [text for text in texts if text.is_missing]
    pages = max(1, -(-len(wanted) // PAGE))
    here = min(max(1, request.args.get("seite", 1, type=int) or 1), pages)
    counted = [text for text in texts if not text.is_name]
    return render_template(
        "desk/translations/edit.html",
        progress=Progress(spoken, len(counted), sum(text.is_missing for text in counted)),
        texts=[(text, _where(text)) for text in wanted[(here - 1) * PAGE : here * PAGE]],
        everything=everything,
        page=here,
        pages=pages,
        names=_names(),
        reviewed_elsewhere=REVIEWED in current_app.config["IKW_FIXED"],
        longest=LONGEST,
        form=ConfirmForm(),
    )


@bp.post("/uebersetzungen/<key:language>/")
def update(language: str) -> ResponseReturnValue:
    """Store what was written, and leave what was not touched."""
    spoken = _language_or_404(language)
    request.max_content_length = request.max_form_memory_size = MAX_UPLOAD
    here = redirect(
        url_for(
            ".edit",
            language=language,
            alle=request.args.get("alle"),
            seite=request.args.get("seite"),
        ),
        303,
    )
    if not ConfirmForm().validate():
        say(_("This form was open for too long. Please send it once more."), "warn")
        return here
    written = {}
    for text in translations.texts_in(session(), spoken):
        new = request.form.get(f"text-{text.hash}")
        before = request.form.get(f"vorher-{text.hash}", "")
        if new is not None and clean_text(new) != clean_text(before):
            written[text.german] = (clean_text(new) or "")[:LONGEST]
    with write() as current:
        count = translations.put(current, spoken, written)
        if count:
            _note(spoken, count)
    say(ngettext("%(num)d text is stored.", "%(num)d texts are stored.", count))
    return here


@bp.post("/uebersetzungen/<key:language>/geprueft")
def review(language: str) -> ResponseReturnValue:
    """Note that somebody has checked a language who grew up with it, or that nobody has."""
    spoken = _language_or_404(language)
    if ConfirmForm().validate() and REVIEWED not in current_app.config["IKW_FIXED"]:
        known: frozenset[str] = current_app.config[REVIEWED]
        now = known ^ {spoken.code}
        with write() as current:
            change_setting(current, REVIEWED, " ".join(sorted(now)), act())
        say(_("Saved."))
    return redirect(url_for(".edit", language=language), 303)


@bp.get("/uebersetzungen/<key:language>.po")
def file(language: str) -> Response:
    """Answer with the file that a translator fills in."""
    spoken = _language_or_404(language)
    response = Response(translations.dump(session(), spoken), mimetype="text/x-gettext-translation")
    name = f"{today().isoformat()}-{language}.po"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _language_or_404(code: str) -> Language:
    only_coordination()
    if code == DEFAULT or code not in LANGUAGES:
        abort(404)
    return LANGUAGES[code]


def _note(language: Language, count: int) -> None:
    note(session(), Verb.TRANSLATE, act(), new={"language": language.code, "texts": count})


def _names() -> dict[tuple[str, str], str]:
    """Return what the rows are called in which texts stand."""
    named = select(literal("event"), Event.key, Event.title).union_all(
        select(literal("series"), Series.key, Series.title),
        select(literal("venue"), Venue.key, Venue.name),
        select(literal("organisation"), Organisation.key, Organisation.name),
        select(literal("call"), Call.key, Series.title).join(Series),
    )
    return {(table, key): name for table, key, name in session().execute(named)}


def _where(text: Text) -> list[tuple[tuple[str, str], str]]:
    """Return the rows in which a text stands first, with the pages on which they are written."""
    found = {}
    for place in text.places[:3]:
        endpoint, name = PAGES[place.table]
        values: dict[str, Any] = {name: place.key}
        found[place.table, place.key] = url_for(endpoint, **values)
    return list(found.items())
