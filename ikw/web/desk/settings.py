"""Settings and texts of the town that a coordinator changes, each with a look at it first."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import EmailField, Field, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired
from wtforms.validators import Optional as MayBeEmpty

from ikw.actions import settings
from ikw.db import session, write
from ikw.text.cleaning import clean_line, clean_text
from ikw.text.languages import LANGUAGES, Language
from ikw.text.mailboxes import bare
from ikw.text.translate import _, _l, ngettext
from ikw.web.desk.access import only_coordination, say
from ikw.web.desk.acting import act
from ikw.web.desk.fields import line
from ikw.web.forms import BaseForm, EmailAddress, at_most
from ikw.web.pages import TEXTS, file_text, key_of, own_text, shipped_text, shown

bp = Blueprint("settings", __name__)

#: The settings of the form, by its fields.
NAMES = {
    "contact": "IKW_CONTACT_NAME",
    "phone": "IKW_CONTACT_PHONE",
    "email": "IKW_CONTACT_EMAIL",
    "sender": "IKW_SENDER_NAME",
    "keep_days": "IKW_KEEP_DAYS",
}

#: Days after an event until sign-ups are deleted: at least, and at most.
LEAST_DAYS, MOST_DAYS = 1, 365


class SettingsForm(BaseForm):
    """Who answers questions, from whom letters come, and how long sign-ups are kept."""

    contact = line(_l("Who answers questions"), DataRequired(_l("Please enter a name.")))
    phone = line(
        _l("Their telephone number"), DataRequired(_l("Please enter a number.")), length=60
    )
    email = EmailField(
        _l("Their e-mail address"),
        filters=[clean_line, bare],
        validators=[MayBeEmpty(), at_most(254), EmailAddress()],
    )
    sender = line(_l("Name from which letters come"), length=100)
    keep_days = StringField(
        _l("Days after an event until its sign-ups are deleted"),
        filters=[clean_line],
        render_kw={"inputmode": "numeric"},
    )

    def validate_phone(self, field: Field) -> None:
        if sum(c.isdigit() for c in field.data or "") < 3:
            raise ValidationError(_("This is not a telephone number."))

    def validate_keep_days(self, field: Field) -> None:
        text = field.data or ""
        if not (text.isascii() and text.isdecimal() and LEAST_DAYS <= int(text) <= MOST_DAYS):
            raise ValidationError(
                _(
                    "Please use a number from %(least)s to %(most)s.",
                    least=LEAST_DAYS,
                    most=MOST_DAYS,
                )
            )

    @property
    def fixed(self) -> list[str]:
        """The fields that the environment or the file has set."""
        return [
            name for name, setting in NAMES.items() if setting in current_app.config["IKW_FIXED"]
        ]

    @property
    def changes(self) -> dict[str, str]:
        """What differs from what holds now, by the names of settings."""
        return {
            setting: self[name].data or ""
            for name, setting in NAMES.items()
            if name not in self.fixed
            and (self[name].data or "") != str(current_app.config[setting])
        }


class TextForm(BaseForm):
    """A text of the town's own; empty gives back the one that ships."""

    text = TextAreaField(
        _l("Text, with its title in the first line (Markdown)"),
        filters=[clean_text],
        validators=[at_most(40_000)],
    )


@bp.get("/einstellungen/")
def edit() -> ResponseReturnValue:
    """Answer with the settings, and which texts there are."""
    only_coordination()
    data = {name: str(current_app.config[setting]) for name, setting in NAMES.items()}
    return _page(SettingsForm(data=data))


def _page(form: SettingsForm, *, seen: bool = False, status: int = 200) -> ResponseReturnValue:
    for name in form.fixed:
        form[name].data = str(current_app.config[NAMES[name]])
        form[name].render_kw = {**(form[name].render_kw or {}), "readonly": True}
    page = render_template(
        "desk/settings/edit.html",
        form=form,
        seen=seen,
        changes=form.changes if seen else {},
        told=settings.count_told(session()),
        longer=seen and int(form.keep_days.data or 0) > current_app.config["IKW_KEEP_DAYS"],
        texts=[(name, _title(name), _state(name)) for name in TEXTS],
    )
    return page, status


def _title(name: str) -> str:
    """Return the title of a text, in German as it is written."""
    return (own_text(name) or shipped_text(name)).partition("\n")[0].lstrip("# ").strip()


def _state(name: str) -> str:
    """Return where a text comes from: "file", "desk" or "shipped"."""
    if file_text(name):
        return "file"
    return "desk" if own_text(name) else "shipped"


@bp.post("/einstellungen/")
def update() -> ResponseReturnValue:
    """Show what would change; save it once that was seen."""
    only_coordination()
    form = SettingsForm()
    for name in form.fixed:
        form[name].data = str(current_app.config[NAMES[name]])
    if not form.validate():
        return _page(form, status=422)
    if request.form.get("was") != "speichern":
        return _page(form, seen=True)
    changes = form.changes
    with write() as current:
        for name, value in changes.items():
            if name == "IKW_KEEP_DAYS":
                before = current_app.config[name]
                settings.change_keep_days(current, name, before, int(value), act())
            else:
                settings.change_setting(current, name, value, act())
    say(ngettext("%(num)d setting is changed.", "%(num)d settings are changed.", len(changes)))
    return redirect(url_for(".edit"), 303)


@bp.get("/einstellungen/texte/<key:name>/<key:language>")
def edit_text(name: str, language: str) -> ResponseReturnValue:
    """Answer with a text in a language."""
    spoken = _text_or_404(name, language)
    text = own_text(name, language) or (shipped_text(name, language) if not own_text(name) else "")
    return _text_page(name, spoken, TextForm(data={"text": text}))


def _text_page(
    name: str, language: Language, form: TextForm, preview: Any = None, status: int = 200
) -> ResponseReturnValue:
    page = render_template(
        "desk/settings/text.html",
        name=name,
        title=_title(name),
        spoken=language,
        form=form,
        preview=preview,
        german=own_text(name) or shipped_text(name),
        is_file=bool(file_text(name, language.code)),
        is_own=bool(own_text(name, language.code)),
    )
    return page, status


@bp.post("/einstellungen/texte/<key:name>/<key:language>")
def update_text(name: str, language: str) -> ResponseReturnValue:
    """Show how a text looks; save it once that was seen."""
    spoken = _text_or_404(name, language)
    if file_text(name, language):
        abort(404)
    form = TextForm()
    if not form.validate():
        return _text_page(name, spoken, form, status=422)
    text = form.text.data or ""
    if request.form.get("was") != "speichern" and text:
        return _text_page(name, spoken, form, shown(name, text, is_german=False))
    key = key_of(name, language)
    ships = text == (shipped_text(name, language) if not own_text(name) else "")
    with write() as current:
        settings.change_setting(current, key, None if not text or ships else text, act())
    say(_("Saved.") if text else _("The text that ships is shown again."))
    return redirect(url_for(".edit_text", name=name, language=language), 303)


def _text_or_404(name: str, language: str) -> Language:
    only_coordination()
    if name not in TEXTS or language not in LANGUAGES:
        abort(404)
    return LANGUAGES[language]
