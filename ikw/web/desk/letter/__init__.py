"""Letters and calls at the desk."""

from ikw.web.desk.letter import calls, mailing, outbox

PAGES = (
    mailing.bp,
    outbox.bp,
    calls.bp,
)
