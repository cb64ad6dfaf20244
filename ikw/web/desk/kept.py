"""What was typed when a session ended or something had to be added first: kept and shown again.

Nothing is kept on the device (docs/decisions/0009-nothing-is-kept-on-the-device-unasked.md).
"""

from __future__ import annotations

from flask import current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from ikw import clock
from ikw.actions.organiser import kept_forms, sign_in
from ikw.db import session, write
from ikw.model import KeptForm
from ikw.web import forms

#: In the address of a page: the number of what is to stand in its form.
KEPT = "angefangen"


def keep_of_former_session(secret: str | None) -> str | None:
    """Keep what was just sent in a session that has ended by time; return where it is found again.

    It has to come with the token of a form of that session: nobody else can have it kept.
    """
    former = secret and sign_in.former_session_of(session(), secret, now=clock.real())
    token = request.form.get("form_token", "")
    if not former or not forms.is_token_of(token, former.token_hash):
        return None
    kept = keep(former.organiser_id)
    return url_of(kept) if kept else None


def keep(organiser_id: int) -> KeptForm | None:
    """Keep what was just sent for an organiser; files are asked for again."""
    answers = [
        pair for pair in request.form.items(multi=True) if pair[0] not in {"form_token", "was"}
    ]
    if not any(value.strip() for _name, value in answers):
        return None
    g.was_kept = True
    with write() as current:
        return kept_forms.keep(current, organiser_id, request.path, answers, clock.real())


def url_of(kept: KeptForm) -> str:
    """Return where what is kept is shown again, without the language."""
    here = url_for("desk.kept_forms.show", number=kept.id)
    return here.removeprefix(request.script_root)


def has_page(path: str) -> bool:
    """Return whether the form that is sent to an address is shown there, too."""
    try:
        current_app.url_map.bind("").match(path, "GET")
    except (HTTPException, RequestRedirect):
        return False
    return True


def open_kept() -> None:
    """Let the forms of this page hold what was kept of them, if the address says so."""
    number = request.args.get(KEPT, type=int)
    if request.method != "GET" or number is None:
        return
    kept = kept_forms.kept_of(session(), g.desk_session.organiser_id, number)
    if kept is not None and kept.path == request.path:
        g.kept_form = kept
        g.kept_answers = kept_forms.answers_of(kept)


#: In the address of a page where something is added: the number of the form that waits for it.
BACK = "zurueck"


def add_first(pages: dict[str, str]) -> ResponseReturnValue | None:
    """Keep the form and lead to where something is added that it needs; `pages` by button."""
    endpoint = pages.get(request.form.get("was", ""))
    if endpoint is None or not forms.ConfirmForm().validate():
        return None
    kept = keep(g.desk_session.organiser_id)
    there = url_for(endpoint)
    return redirect(f"{there}?{BACK}={kept.id}" if kept else there, 303)


def back(otherwise: str, name: str, value: str, *, several: bool = False) -> ResponseReturnValue:
    """Lead back to the form that waits for what was added, with it chosen; or somewhere else."""
    number = request.args.get(BACK, type=int)
    found = number and kept_forms.kept_of(session(), g.desk_session.organiser_id, number)
    if not found:
        return redirect(otherwise, 303)
    with write():
        kept_forms.answer(found, name, value, several=several)
    return redirect(f"{request.script_root}{url_of(found)}", 303)


def note_sent() -> None:
    """Forget what was kept of the form that was just sent with success."""
    if "was_kept" in g:
        return
    organiser_id = g.desk_session.organiser_id
    if any(kept.path == request.path for kept in kept_forms.all_kept(session(), organiser_id)):
        with write() as current:
            kept_forms.note_sent(current, organiser_id, request.path)
