"""What all forms share: a signed token instead of a cookie, clean texts, errors as a summary."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.support import NullTranslations, Translations
from email_validator import EmailNotValidError, validate_email
from flask import current_app, g, request
from flask_wtf import FlaskForm
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    FieldList,
    HiddenField,
    StringField,
    TelField,
    ValidationError,
)
from wtforms.csrf.core import CSRF, CSRFTokenField
from wtforms.i18n import messages_path
from wtforms.validators import Length, StopValidation

from ikw.actions.links import Link, new_seed
from ikw.model.kept_form import KEPT_FOR
from ikw.text.cleaning import clean_line
from ikw.text.languages import current
from ikw.text.mailboxes import bare, near_miss
from ikw.text.phones import read_phone, write_phone
from ikw.text.translate import _, _l
from ikw.web.gaps import own
from ikw.web.spam import refused

#: Names of fields; those of a list end in one number of two digits at most, so that nobody makes
#: a list of thousands. Questions are no lists, and may be about the year 2022.
NAME = re.compile(r"(?!(?!frage-).*-\d{3})[a-z][a-z0-9_-]{0,100}")

#: Characters of a telephone number with what stands beside it.
PHONE = 100

#: Seconds after which a form has to be sent again; someone may be called away for a day.
FORM_LASTS = 24 * 60 * 60


def _serializer() -> URLSafeTimedSerializer:
    session = g.get("desk_session")
    salt = f"form {session.token_hash}" if session else "form"
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=salt)


def is_token_of(token: str, token_hash: str) -> bool:
    """Return whether a token is that of a form in this session, be it too old to be sent."""
    serializer = URLSafeTimedSerializer(current_app.config["SECRET_KEY"], f"form {token_hash}")
    try:
        serializer.loads(token, max_age=FORM_LASTS + int(KEPT_FOR.total_seconds()))
    except BadData:
        return False
    return True


def _new_token() -> str:
    return str(_serializer().dumps(new_seed()))


class SignedToken(CSRF):
    """A token that we signed. It needs no cookie, so a reader gets none.

    On public pages there is no login that a foreign page could abuse; what the token proves is that
    this form was fetched from us. At the desk it is good for one session alone. The seed in it
    makes the link, so that a form sent twice makes one.
    """

    def setup_form(self, form: Any) -> list[tuple[str, Any]]:
        self.form = form
        return super().setup_form(form)

    def generate_csrf_token(self, csrf_token_field: CSRFTokenField) -> str:
        """Return the token that came in while it is good, so that corrections keep the link."""
        if self.seed_of(csrf_token_field.data):
            return str(csrf_token_field.data)
        return own(_new_token)

    def validate_csrf_token(self, form: Any, field: CSRFTokenField) -> None:
        """Refuse a form that is not ours or too old."""
        if not self.seed_of(field.data):
            raise ValidationError(_("This form was open for too long. Please send it once more."))

    def seed_of(self, token: object) -> str | None:
        """Return the seed in a good token."""
        try:
            return str(_serializer().loads(str(token or ""), max_age=FORM_LASTS))
        except BadData:
            return None


@lru_cache
def _sentences_of_wtforms(locale: Locale) -> Translations | NullTranslations:
    return Translations.load(messages_path(), [locale], domain="wtforms")


class BaseForm(FlaskForm):  # type: ignore[misc]
    """A form without cookies."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        csrf = True
        csrf_class = SignedToken
        csrf_field_name = "form_token"

        def get_translations(self, form: Any) -> Translations | NullTranslations:
            """Return the sentences that WTForms itself has, in the current language."""
            return _sentences_of_wtforms(current())

        def render_field(self, field: Any, render_kw: Any) -> Any:
            """Remember which fields a page has shown, so that it can show the others at the end."""
            # By name, as boxes to tick are shown one by one.
            self.shown = {*getattr(self, "shown", ()), field.name}
            return super().render_field(field, render_kw)

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """Take fields as a browser sends them; JSON and odd names are no answers to a form.

            On a page that is opened with what was kept of its form, that is what was sent.
            """
            if formdata is None:
                return None
            if request.method == "POST":
                pairs = list(request.form.items(multi=True))
            elif not (pairs := g.get("kept_answers") or []):
                return None
            return MultiDict([(name, value) for name, value in pairs if NAME.fullmatch(name)])

    def link(self, *own: object) -> Link:
        """Return the link that this form makes, the same each time it is sent with `own` alike."""
        token = self.form_token
        seed = token.csrf_impl.seed_of(token.data)
        if seed is None:
            raise ValueError("only a valid form makes a link")
        if own:
            seed += "." + hashlib.sha256(repr(own).encode()).hexdigest()[:16]
        return Link.from_seed(seed, current_app.config["SECRET_KEY"])

    @property
    def error_list(self) -> list[tuple[str, str]]:
        """All errors in the order of the fields: the id to jump to, and the sentence."""
        return [(field.id, error) for field in _all_fields(self) for error in errors_of(field)]


def errors_of(field: Field) -> list[str]:
    """Return the sentences that belong to this field itself."""
    # A list of fields has the errors of its fields among its own, as lists.
    return [str(error) for error in field.errors if not isinstance(error, list)]


def _all_fields(fields: Any) -> list[Field]:
    found: list[Field] = []
    for field in fields:
        found.append(field)
        if isinstance(field, FieldList):
            found.extend(_all_fields(field))
    return found


def at_most(length: int) -> Length:
    """Return the check that a text is not longer than this, in characters."""
    return Length(max=length, message=_l("Please use at most %(max)d characters."))


class EmailAddress:
    """Check an e-mail address and bring it to the form in which it is kept."""

    def __call__(self, form: BaseForm, field: Field) -> None:
        if not field.data:
            return
        try:
            checked = validate_email(field.data, check_deliverability=False, allow_smtputf8=False)
        except EmailNotValidError:
            raise ValidationError(
                _("This is not an e-mail address. Please write it like name@example.org.")
            ) from None
        # Mail needs the domain in ASCII, and by the rules of today (IDNA 2008). No provider keeps
        # Anna@ and anna@ apart, so one person is known again by the letters alone.
        field.data = (checked.ascii_email or checked.normalized).lower()


class PhoneNumber:
    """Bring a telephone number to the form in which it is kept.

    One that nobody can read is refused only where it is all that we would have: beside an e-mail
    address it stays as it was typed.
    """

    def __call__(self, form: BaseForm, field: Field) -> None:
        if not field.data:
            return
        kept = read_phone(field.data)
        if kept and len(kept) <= PHONE:
            field.data = kept
        elif not form["email"].data or form["email"].errors:
            raise ValidationError(
                _("This is not a telephone number. Please use digits, like 05971 12345.")
            )


class PhoneField(TelField):
    """A telephone number; one that is kept is shown as people read it."""

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return write_phone(self.data)


class AsksBack(BaseForm):
    """A form that asks once about an e-mail address that looks like a slip of the pen.

    Nothing is refused: sent once more, the address is taken as it stands.
    """

    #: The address that was asked about.
    email_asked = HiddenField(filters=[clean_line])
    #: Whether the other one was meant.
    email_meant = BooleanField()
    #: The address that was probably meant, while the page asks for it.
    email_nearby: str | None = None

    def ask_back(self, field: Field) -> None:
        """Take the address that was meant, or ask which one it is."""
        nearby = near_miss(field.data or "")
        if nearby is None or field.errors or field.data == field.object_data:
            return
        if self.email_asked.data != field.data:
            self.email_asked.data, self.email_nearby = field.data, nearby
            raise ValidationError(
                _(
                    "Did you mean %(email)s? Then tick the box below. "
                    "If your address is right as it stands, just send the form once more.",
                    email=nearby,
                )
            )
        if self.email_meant.data:
            field.data = nearby


class LeftEmpty:
    """The field that people do not see and programs fill in."""

    def __call__(self, form: BaseForm, field: Field) -> None:
        if field.data:
            refused("trap")
            raise ValidationError(_("Please leave this field empty."))


def email_field(*first: Any) -> EmailField:
    """Return the field for an e-mail address, with what else is to be checked before."""
    return EmailField(
        _l("E-mail address"),
        filters=[clean_line, bare],
        validators=[*first, at_most(254), EmailAddress()],
        render_kw={"autocomplete": "email", "dir": "ltr"},
    )


def phone_field() -> PhoneField:
    """Return the field for a telephone number."""
    return PhoneField(
        _l("Telephone number"),
        filters=[clean_line],
        validators=[at_most(PHONE), PhoneNumber()],
        render_kw={"autocomplete": "tel", "dir": "ltr"},
    )


def name_field(*checks: Any) -> StringField:
    """Return the field for the name of who writes."""
    return StringField(
        _l("Your name"),
        filters=[clean_line],
        validators=[*checks, at_most(200)],
        render_kw={"autocomplete": "name"},
    )


def trap_field() -> StringField:
    """Return the field that people do not see."""
    return StringField(_l("Please leave empty"), validators=[LeftEmpty()])


def whole_number(form: BaseForm, field: Field) -> None:
    """Say in our words that the text is not a number, and check no further."""
    if field.data is None:
        field.errors = []
        raise StopValidation(_("Please enter a whole number."))


class ConfirmForm(BaseForm):
    """A button, and the token that makes it ours."""
