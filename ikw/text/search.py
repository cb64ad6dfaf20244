"""What people type and what the programme says come to the same letters, wherever one searches."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, time
from difflib import get_close_matches

#: Letters that look or sound alike, and no decomposition (NFKD) brings together.
LETTERS = {
    "ı": "i",
    "ł": "l",
    "đ": "d",
    "ø": "o",
    "æ": "ae",
    "œ": "oe",
    "ґ": "г",
    # Arabic and Persian: alef, ye, kaf and he in all their forms; the line that only stretches.
    "ٱ": "ا",
    "ى": "ي",
    "ی": "ي",
    "ې": "ي",
    "ک": "ك",
    "ة": "ه",
    "ۀ": "ه",
    "ە": "ه",
    "ھ": "ه",
    "ـ": "",
    # The joiner that Persian and Kurdish write within a word.
    "\u200c": "",
    "\u200d": "",
    # All apostrophes: п'ять, п’ять and пʼять.
    **dict.fromkeys("'’‘ʼʹ`´′‛＇", ""),
}

_LETTERS = str.maketrans(LETTERS)
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})

#: What stands between words; a hyphen may also stand where another writes none.
_HYPHEN = re.compile(r"(?<=\w)[-‐‑–](?=\w)")
_BETWEEN = re.compile(r"[^\w]+|_+")

#: "29.9.", "29.09.2023", "29. 9."
_DATE = re.compile(r"(?<![\d.:])(\d{1,2})\.\s?(\d{1,2})(?:\.\s?(\d{4}|\d{2})?)?(?![\d:])")
#: "18:00", "18.00", "18 Uhr", "18h"
_TIME = re.compile(r"(?<![\d.:])(\d{1,2})(?:[:.](\d{2}))?(?:\s?(uhr|h))?(?![\d.:\w])")

#: Words with fewer letters are sought at the beginning of others only: "Tee" is not in "Komitee".
ANYWHERE = 4
#: Words with fewer letters have too many neighbours for one of them to be meant.
MENDED = 5
#: How alike a mistyped word and the right one are at least; 1 is the same.
ALIKE = 0.8


def fold(text: str) -> str:
    """Return the text without case, accents and raised digits: "Mitte⁵¹" and "mitte51" are one.

    "ß" becomes "ss" (full case folding, Unicode Standard 3.13); NFKD takes digits down and accents
    off; digits of other scripts become ours.
    """
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    plain = (c for c in apart.translate(_LETTERS) if not unicodedata.combining(c))
    return " ".join(_in_our_digits("".join(plain)).split())


def _in_our_digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(c, c)) for c in text)


def searchable(*texts: str | None, moments: Iterable[str] = ()) -> str:
    """Return what a search looks through: the folded words, each once and after a blank.

    Umlauts are there as "ae", "oe", "ue", too, and words with a hyphen as one word as well.
    `moments` are from `day_words` and `time_words`.
    """
    whole = " ".join(filter(None, texts))
    spelled_out = unicodedata.normalize("NFC", whole).lower().translate(_GERMAN)
    spellings = [whole, spelled_out, _HYPHEN.sub("", whole), _HYPHEN.sub("", spelled_out)]
    words = dict.fromkeys(word for text in dict.fromkeys(spellings) for word in _words(text))
    return "".join(f" {word}" for word in [*words, *moments])


def _words(text: str) -> list[str]:
    return _BETWEEN.sub(" ", fold(text)).split()


def day_words(day: date) -> list[str]:
    """Return by what a search finds a day, whatever it is called in the reader's language."""
    return [f"#{day.day}.{day.month}", f"#{day.day}.{day.month}.{day.year}"]


def time_words(moment: time) -> str:
    """Return by what a search finds a time of day."""
    return f"@{moment.hour}:{moment:%M}"


def finds(query: str, text: str) -> bool:
    """Return whether every word, day and time of the query is somewhere in a searchable text."""
    wanted = terms(query)
    return bool(wanted) and all(_has(term, text) for term in wanted)


def names_somebody(query: str, text: str) -> bool:
    """Return the same for people: what they go by are words, numbers and codes, never days."""
    wanted = _words(query)
    return bool(wanted) and all(_has(_forms(word), text) for word in wanted)


#: What is sought for: one of these has to be there.
Term = tuple[str, ...]


def terms(query: str) -> list[Term]:
    """Return what a query asks for: its days and times, and its words."""
    query = _in_our_digits(unicodedata.normalize("NFKC", query).casefold())
    found: list[Term] = []

    def take(match: re.Match[str]) -> str:
        meant = [*_days(match[0]), *_times(match[0])]
        if not meant:
            return match[0]
        found.append(tuple(meant))
        return " "

    rest = _TIME.sub(take, _DATE.sub(take, query))
    return [*found, *[_forms(word) for word in _words(rest)]]


def _days(text: str) -> list[str]:
    match = _DATE.fullmatch(text)
    if match is None or not 1 <= int(match[1]) <= 31 or not 1 <= int(match[2]) <= 12:
        return []
    year = f".{match[3].zfill(4).replace('00', '20', 1)}" if match[3] else ""
    return [f"#{int(match[1])}.{int(match[2])}{year or ' '}"]


def _times(text: str) -> list[str]:
    match = _TIME.fullmatch(text)
    if match is None or not (match[2] or match[3]) or int(match[1]) > 24:
        return []
    return [f"@{int(match[1])}:{match[2] or ''}"]


def _forms(word: str) -> Term:
    """Return how a word may stand there: an Arabic one with its article or without."""
    bare = word.removeprefix("ال")
    return (word, bare) if len(bare) >= ANYWHERE and bare != word else (word,)


def _has(term: Term, text: str) -> bool:
    return any(_occurs(form, text) for form in term)


def _occurs(word: str, text: str) -> bool:
    if word[0] in "#@":
        return f" {word}" in f"{text} "
    if len(word) >= ANYWHERE:
        return word in text
    if word.isdecimal():
        # "51" is in "mitte51", and not in "1951".
        return re.search(rf"(?<![\d#@.:]){word}", text) is not None
    return f" {word}" in text or f" ال{word}" in text


def mended(query: str, texts: Iterable[str]) -> str | None:
    """Return the query with its mistyped words mended by those of the texts, if that finds any.

    A word that occurs is right as it is, and one with fewer than five letters stays.
    """
    texts = list(texts)
    known = sorted({word for text in texts for word in text.split() if len(word) >= ANYWHERE})
    words = []
    for word in query.split():
        folded = "".join(_words(word))
        if len(folded) >= MENDED and not any(_has(_forms(folded), text) for text in texts):
            words += get_close_matches(folded, known, 1, ALIKE)
        else:
            words.append(word)
    better = " ".join(words)
    if not words or better == query or not any(finds(better, text) for text in texts):
        return None
    return better
