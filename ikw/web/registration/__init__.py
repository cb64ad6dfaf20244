"""Signing up, and what a party does with its sign-up."""

from ikw.web.registration import changes, data, sign_up

PAGES = (
    sign_up.bp,
    changes.bp,
    data.bp,
)
