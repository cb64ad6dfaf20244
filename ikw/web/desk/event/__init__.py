"""Events at the desk."""

from ikw.web.desk.event import bin, form, index, picture, planner, show, tasks

PAGES = (
    planner.bp,
    index.bp,
    show.bp,
    bin.bp,
    form.bp,
    picture.bp,
    tasks.bp,
)
