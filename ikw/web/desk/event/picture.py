"""The picture of an event: brought, described, taken away."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField
from wtforms.validators import DataRequired

from ikw.actions.event.picture import remove_picture, set_picture
from ikw.config import MAX_UPLOAD
from ikw.db import write
from ikw.model import Event
from ikw.text.translate import _, _l
from ikw.web.desk.access import my_event_or_404, say
from ikw.web.desk.acting import act
from ikw.web.desk.fields import line
from ikw.web.forms import BaseForm, ConfirmForm
from ikw.web.pictures import MOST_BYTES, MOST_PIXELS, NoPicture, TooLarge, remake

bp = Blueprint("picture", __name__)


class PictureForm(BaseForm):
    """A picture, and its words for those who do not see it."""

    file = FileField(_l("Picture (JPEG, PNG or WebP)"))
    alt = line(
        _l("What is to be seen in it?"),
        DataRequired(_l("Please describe the picture for those who do not see it.")),
        length=300,
    )
    credit = line(_l("Who took it?"))


@bp.get("/veranstaltung/<key:event>/bild")
def edit(event: str) -> ResponseReturnValue:
    """Answer with the picture and the form."""
    shown = my_event_or_404(event)
    return _page(shown, PictureForm(obj=shown.picture))


def _page(event: Event, form: PictureForm, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "desk/event/picture.html", event=event, form=form, confirm=ConfirmForm(formdata=None)
    )
    return page, status


@bp.get("/veranstaltung/<key:event>/bild.webp")
def show(event: str) -> Response:
    """Answer with the picture of an event that nobody else can see yet."""
    picture = my_event_or_404(event).picture or abort(404)
    return Response(picture.body, mimetype="image/webp")


@bp.post("/veranstaltung/<key:event>/bild")
def update(event: str) -> ResponseReturnValue:
    """Take a picture, or other words for the one that is there."""
    shown = my_event_or_404(event)
    # What is a little too large can be said beside the field; the rest is refused unread.
    request.max_content_length = MAX_UPLOAD
    form = PictureForm()
    if not form.validate():
        return _page(shown, form, 422)
    brought = request.files.get("file")
    body = brought.read(MOST_BYTES + 1) if brought and brought.filename else b""
    if brought:
        brought.close()
    if brought and brought.filename and not body:
        form.file.errors = [_("This file is empty.")]
        return _page(shown, form, 422)
    values: dict[str, object] = {"alt": form.alt.data, "credit": form.credit.data or None}
    if body:
        try:
            made = remake(body)
        except TooLarge:
            form.file.errors = [
                _(
                    "This picture is too large: %(megabytes)d MB and %(pixels)d million pixels "
                    "at most.",
                    megabytes=MOST_BYTES // 1024**2,
                    pixels=MOST_PIXELS // 10**6,
                )
            ]
            return _page(shown, form, 422)
        except NoPicture:
            form.file.errors = [_("This is not a picture that can be read.")]
            return _page(shown, form, 422)
        values |= {
            "body": made.body,
            "width": made.width,
            "height": made.height,
            "digest": made.digest,
        }
    elif shown.picture is None:
        form.file.errors = [_("Please choose a file.")]
        return _page(shown, form, 422)
    with write() as current:
        set_picture(current, shown.id, values, act())
    say(_("The picture is saved."))
    return redirect(url_for(".edit", event=event), 303)


@bp.post("/veranstaltung/<key:event>/bild/loeschung")
def remove(event: str) -> ResponseReturnValue:
    """Take the picture away."""
    shown = my_event_or_404(event)
    if ConfirmForm().validate():
        with write() as current:
            remove_picture(current, shown.id, act())
        say(_("The picture is taken away."))
    return redirect(url_for(".edit", event=event), 303)
