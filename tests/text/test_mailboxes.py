"""E-mail addresses as people write them, and the slips that they are asked about."""

from __future__ import annotations

import pytest

from ikw.text.mailboxes import bare, near_miss

#: What somebody types or pastes, and the address in it.
TYPED = {
    "anna@gmx.de": "anna@gmx.de",
    "anna@gmx.de.": "anna@gmx.de",
    "anna@gmx.de;": "anna@gmx.de",
    "anna@gmx.de,": "anna@gmx.de",
    " anna@gmx.de ": "anna@gmx.de",
    "Anna <anna@gmx.de>": "anna@gmx.de",
    "Anna Muster <anna@gmx.de>,": "anna@gmx.de",
    '"Muster, Anna" <anna@gmx.de>;': "anna@gmx.de",
    "<anna@gmx.de>": "anna@gmx.de",
    "<mailto:anna@gmx.de>": "anna@gmx.de",
    "mailto:anna@gmx.de": "anna@gmx.de",
    "'anna@gmx.de'": "anna@gmx.de",
    "(anna@gmx.de)": "anna@gmx.de",
    "anna @ gmx.de": "anna@gmx.de",
    "anna@gmx .de": "anna@gmx.de",
    "anna@gmx. de": "anna@gmx.de",
    "anna@gmx,de": "anna@gmx.de",
    "anna(at)gmx.de": "anna@gmx.de",
    "anna [at] gmx.de": "anna@gmx.de",
    # Nothing that we could mend without asking.
    "anna": "anna",
    "anna@": "anna@",
    "anna@b@gmx.de": "anna@b@gmx.de",
    "o'neill@example.org": "o'neill@example.org",
    "anna+ikw@example.org": "anna+ikw@example.org",
}

#: Slips of the pen, and the domain that was meant.
SLIPS = {
    "gmial.com": "gmail.com",
    "gmail.con": "gmail.com",
    "gmail.co": "gmail.com",
    "gmail.de": "gmail.com",
    "gmailcom": "gmail.com",
    "gnail.com": "gmail.com",
    "gmx.d": "gmx.de",
    "gxm.de": "gmx.de",
    "gmx.ed": "gmx.de",
    "wbe.de": "web.de",
    "web.dee": "web.de",
    "t-onlin.de": "t-online.de",
    "tonline.de": "t-online.de",
    "hotmial.com": "hotmail.com",
    "outlok.de": "outlook.de",
    "yahooo.com": "yahoo.com",
    "icloud.con": "icloud.com",
    "frenet.de": "freenet.de",
}

#: Right as they are: nobody is asked.
RIGHT = [
    "gmail.com",
    "gmx.net",
    "gmx.at",
    "web.de",
    "mail.de",
    "mail.ru",
    "me.com",
    "yahoo.com.tr",
    "online.de",
    "rheine.de",
    "caritas-rheine.de",
    "example.org",
    "mailbox.org",
    "uni-muenster.de",
]


@pytest.mark.parametrize(("typed", "address"), TYPED.items())
def test_what_stands_around_an_address_is_left_out(typed: str, address: str) -> None:
    assert bare(typed) == address
    assert bare(address) == address


@pytest.mark.parametrize(("typed", "meant"), SLIPS.items())
def test_a_slip_of_the_pen_is_noticed(typed: str, meant: str) -> None:
    assert near_miss(f"anna@{typed}") == f"anna@{meant}"


@pytest.mark.parametrize("domain", RIGHT)
def test_nobody_is_asked_about_a_domain_that_may_be_right(domain: str) -> None:
    assert near_miss(f"anna@{domain}") is None
