"""Letters become mails: composed in the recipient's language, delivered by SMTP."""

from __future__ import annotations

from flask import Flask
from flask_mail import Mail


def init_app(app: Flask) -> None:
    """Set Flask-Mail up from the MAIL_* settings."""
    Mail(app)
