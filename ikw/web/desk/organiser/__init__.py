"""Accounts at the desk, and how one comes in."""

from ikw.web.desk.organiser import accounts, kept_forms, passkeys

PAGES = (
    accounts.bp,
    kept_forms.bp,
    passkeys.bp,
)
