"""The catalogues: complete, in the right forms, and in the words of the glossary."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from ikw.config import SETTINGS
from ikw.text.languages import LANGUAGES, Language

FOLDER = Path("ikw/text/translations")

every_language = pytest.mark.parametrize("language", LANGUAGES.values(), ids=lambda one: one.code)

#: What each catalogue is extracted by: what citizens read, and what organisers do.
DOMAINS = {"messages": "babel.cfg", "desk": "babel-desk.cfg"}

every_domain = pytest.mark.parametrize("domain", DOMAINS)

KEYWORDS = {"_": None, "_l": None, "gettext": None, "ngettext": (1, 2)}


@cache
def texts_of(domain: str) -> Catalog:
    """All texts of code and templates that belong to a domain."""
    catalog = Catalog()
    with Path(DOMAINS[domain]).open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    for folder in ("ikw", "templates"):
        inside = [
            (pattern.removeprefix(f"{folder}/"), method)
            for pattern, method in methods
            if pattern.startswith(f"{folder}/")
        ]
        chosen = {pattern.removeprefix(f"{folder}/"): given for pattern, given in options.items()}
        for _, _, message, comments, _ in extract_from_dir(
            folder, inside, chosen, keywords=KEYWORDS
        ):
            catalog.add(message, auto_comments=comments)
    return catalog


def catalogue_of(language: Language, domain: str = "messages") -> Catalog:
    with (FOLDER / language.locale / f"LC_MESSAGES/{domain}.po").open("rb") as file:
        return read_po(file, locale=language.locale)


@every_language
def test_a_word_of_both_catalogues_is_the_same_in_both(language: Language) -> None:
    """The desk's are read after the citizens', and would stand on their pages as well."""
    citizens, desk = (
        {message.id: message.string for message in catalogue_of(language, domain) if message.id}
        for domain in ("messages", "desk")
    )
    differ = {text: (citizens[text], desk[text]) for text in citizens.keys() & desk.keys()}
    assert {text: both for text, both in differ.items() if both[0] != both[1]} == {}


@every_domain
@every_language
def test_every_catalogue_is_complete(language: Language, domain: str) -> None:
    catalogue, texts = catalogue_of(language, domain), texts_of(domain)
    known = {message.id: message for message in catalogue if message.id}
    assert len(texts) > 350
    for wanted in texts:
        if not wanted.id:
            continue
        message = known.pop(wanted.id, None)
        assert message is not None, f"missing: {wanted.id}"
        assert not message.fuzzy, f"fuzzy: {wanted.id}"
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(forms), f"empty: {wanted.id}"
        assert isinstance(wanted.id, str) or len(forms) == catalogue.num_plurals
        originals = wanted.id if isinstance(wanted.id, tuple) else (wanted.id,)
        for form in map(str, forms):
            assert placeholders(form) <= placeholders(*originals), f"placeholder: {wanted.id}"
            assert placeholders(form) | {"num"} >= placeholders(*originals), wanted.id
            assert form.count("<a ") == originals[0].count("<a "), wanted.id
    assert not known, "no longer in the code"


def placeholders(*texts: object) -> set[str]:
    return {name for text in texts for name in re.findall(r"%\((\w+)\)[sd]", str(text))}


@every_domain
@every_language
def test_every_number_has_its_form(language: Language, domain: str) -> None:
    """The number may be left out only where the form is for one number alone."""
    catalogue = catalogue_of(language, domain)
    rule = Locale.parse(language.locale).plural_form
    for message in catalogue:
        if isinstance(message.string, tuple) and "%(num)d" in str(message.id[1]):
            for form in message.string[1 if catalogue.num_plurals < 6 else 3 :]:
                assert "%(num)d" in form, message.id
    assert catalogue.num_plurals >= len({rule(n) for n in range(200)} - {"zero"}) - 1


@every_domain
@every_language
def test_who_has_still_to_check_a_catalogue_is_said_in_it(language: Language, domain: str) -> None:
    header = catalogue_of(language, domain).header_comment
    (checked,) = (one.default.split() for one in SETTINGS if one.name == "IKW_REVIEWED")
    assert ("A native speaker's review is pending." in header) == (language.code not in checked)


#: Labels that are words of the glossary, and nothing else.
LABELS = {
    "waiting list": "waiting list",
    "Called off": "called off",
    "Postponed": "postponed",
    "Moved": "moved",
    "Programme": "programme",
    "Part of town": "part of town",
    "free of charge": "free of charge",
    "step-free": "step-free",
    "Accessibility": "accessibility",
    "Intercultural Week": "Intercultural Week",
}


@every_language
def test_labels_are_in_the_words_of_the_glossary(language: Language) -> None:
    glossary = tomllib.loads((FOLDER / "glossary.toml").read_text("utf-8"))
    assert len(glossary) >= 20
    for word, translations in glossary.items():
        assert set(translations) - {"note"} == set(LANGUAGES), word
    catalogue = catalogue_of(language)
    for label, word in LABELS.items():
        message = catalogue.get(label)
        assert message is not None
        # A Turkish İ becomes two characters.
        said = str(message.string).casefold().replace("\u0307", "")
        # Endings differ with what a label stands beside; the beginning of a word does not.
        assert glossary[word][language.code].casefold()[:4] in said, (label, said)


#: Texts that quote a button, and the button.
QUOTES = {
    "Tap on “Subscribe on this device”.": "Subscribe on this device",
    "Without a computer: tap on “Download once”. "
    "Then changes do not come by themselves.": "Download once",
}


@every_language
def test_a_button_is_quoted_as_it_is_called(language: Language) -> None:
    catalogue = catalogue_of(language)

    def said(text: str) -> str:
        message = catalogue.get(text)
        assert message is not None, text
        return str(message.string)

    for text, button in QUOTES.items():
        assert said(button) in said(text)
    suffix = "" if language.code == "de" else f".{language.code}"
    privacy = Path(f"ikw/text/pages/datenschutz{suffix}.md").read_text("utf-8")
    assert said("Read without a network") in privacy
