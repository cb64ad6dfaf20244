"""Texts that a town fills in: Impressum, Datenschutz, Barrierefreiheit, one Markdown file each."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, current_app, render_template
from markdown_it import MarkdownIt
from markupsafe import Markup

from ikw.config import ROOT
from ikw.web.caching import cached

bp = Blueprint("pages", __name__)

#: HTML in a text is shown, not obeyed.
MARKDOWN = MarkdownIt("commonmark", {"html": False})

SHIPPED = ROOT / "ikw" / "text" / "pages"


@bp.get("/impressum", endpoint="imprint", defaults={"name": "impressum"})
@bp.get("/datenschutz", endpoint="privacy", defaults={"name": "datenschutz"})
@bp.get("/barrierefreiheit", endpoint="accessibility", defaults={"name": "barrierefreiheit"})
@cached
def show(name: str) -> str:
    """Answer with a text: the town's own in instance/pages/, else the one that ships."""
    source = read(name)
    title, _, rest = source.partition("\n")
    # The text is the town's own, and MARKDOWN lets no HTML through.
    text = Markup(MARKDOWN.render(rest))  # noqa: S704
    return render_template("pages/show.html", title=title.lstrip("# ").strip(), text=text)


def read(name: str) -> str:
    """Return the source of a text, with the town's name and contact filled in."""
    own = Path(current_app.instance_path) / "pages" / f"{name}.md"
    source = (own if own.exists() else SHIPPED / f"{name}.md").read_text("utf-8")
    for setting in ("TOWN", "CONTACT_NAME", "CONTACT_PHONE", "CONTACT_EMAIL", "KEEP_DAYS"):
        source = source.replace(f"{{{setting}}}", str(current_app.config[f"IKW_{setting}"]))
    return source
