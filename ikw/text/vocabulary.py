"""How the code words of a programme are called in the reader's language."""

from __future__ import annotations

from ikw.text.translate import _l

ACCESS: dict[str, str] = {
    "step-free": _l("Step-free"),
    "accessible-toilet": _l("Accessible toilet"),
    "accessible-parking": _l("Parking for disabled people"),
    "hearing-loop": _l("Hearing loop"),
    "sign-language": _l("Sign language interpretation"),
    "plain-language": _l("Plain language"),
    "childcare": _l("Childcare"),
    "quiet-room": _l("Quiet room"),
    "assistance-dogs": _l("Assistance dogs welcome"),
}

AUDIENCES: dict[str, str] = {
    "children": _l("For children"),
    "families": _l("For families"),
    "young-people": _l("For young people"),
    "women": _l("For women only"),
    "older-people": _l("For older people"),
}
