"""Sign-ups at the desk."""

from ikw.web.desk.registration import caller, door, export, index, show

PAGES = (
    index.bp,
    show.bp,
    caller.bp,
    export.bp,
    door.bp,
)
