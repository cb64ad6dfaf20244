"""Letters and calls at the desk."""

from ikw.web.desk.letter import calls, mailing, outbox, series_mailing

PAGES = (
    mailing.bp,
    series_mailing.bp,
    outbox.bp,
    calls.bp,
)
