"""Signing up, and what a party does with its sign-up."""

from ikw.web.registration import changes, sign_up

PAGES = (
    sign_up.bp,
    changes.bp,
)
