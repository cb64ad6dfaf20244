"""Accounts at the desk, and how one comes in."""

from ikw.web.desk.organiser import accounts, passkeys

PAGES = (
    accounts.bp,
    passkeys.bp,
)
