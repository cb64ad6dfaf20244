"""Letters become mails: composed in the recipient's language, delivered by SMTP."""

from __future__ import annotations

import smtplib
import ssl
from email import charset, policy
from email.encoders import encode_base64
from email.mime.base import MIMEBase
from functools import cache
from typing import Any

import flask_mail
from flask import Flask
from flask_mail import Mail


def init_app(app: Flask) -> None:
    """Set Flask-Mail up from the MAIL_* settings."""
    Mail(app)
    # Not every server takes 8-bit letters or long lines; quoted-printable has neither.
    charset.add_charset("utf-8", charset.SHORTEST, charset.QP, "utf-8")


@cache
def _certificates() -> ssl.SSLContext:
    """Return whose certificates are believed; reading them takes longer than sending a letter."""
    return ssl.create_default_context()


class Message(flask_mail.Message):
    """A message that can carry an invitation (RFC 6047, 2.4)."""

    #: METHOD and bytes of a calendar.
    invitation: tuple[str, bytes] | None = None

    def _message(self) -> MIMEBase:
        message: MIMEBase = super()._message()
        # Headers are folded as they were made: CPython folds encoded words anew and loses the
        # spaces between them.
        message.policy = policy.SMTP.clone(refold_source="none")
        if self.invitation is not None:
            method, body = self.invitation
            # Last, as the alternative that says most to a reader who understands it.
            alternatives: Any = message.get_payload(0)
            part = MIMEBase("text", "calendar", policy=None, method=method, charset="utf-8")
            part.set_payload(body)
            encode_base64(part)
            alternatives.attach(part)
        return message


class Connection(flask_mail.Connection):
    """A connection that gives up on a silent server, and checks who answers by its certificate."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app.extensions["mail"])
        self.timeout = app.config["MAIL_TIMEOUT"]

    def configure_host(self) -> smtplib.SMTP:
        """Connect and log in. Raises smtplib's errors and OSError."""
        mail = self.mail
        host = (
            smtplib.SMTP_SSL(mail.server, mail.port, timeout=self.timeout, context=_certificates())
            if mail.use_ssl
            else smtplib.SMTP(mail.server, mail.port, timeout=self.timeout)
        )
        try:
            if mail.use_tls:
                host.starttls(context=_certificates())
            if mail.username and mail.password:
                host.login(mail.username, mail.password)
        except BaseException:
            host.close()
            raise
        return host
