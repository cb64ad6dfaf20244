"""The words a programme may use for facts that are filtered and translated."""

from __future__ import annotations

#: What a venue or an event offers so that everyone can take part.
ACCESS = (
    "step-free",
    "accessible-toilet",
    "accessible-parking",
    "hearing-loop",
    "sign-language",
    "plain-language",
    "childcare",
    "quiet-room",
    "assistance-dogs",
)

#: For whom an event is meant in particular.
AUDIENCES = ("children", "families", "young-people", "women", "older-people")

#: What somebody may need to take part, as whoever arranges it counts it.
NEEDS = ("sign-language", "wheelchair", "childcare", "interpreting")

#: What a series is: the festival week itself, or the neighbourhood workshops.
SERIES_KINDS = ("week", "workshops")

#: What is special about an event: the picnic has a page of its own.
EVENT_KINDS = ("event", "picnic")

#: How a question at sign-up is answered.
QUESTION_KINDS = ("text", "number", "choice", "yes-no")
