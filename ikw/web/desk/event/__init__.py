"""Events at the desk."""

from ikw.web.desk.event import bin, form, index, many, picture, planner, show, tasks, times

PAGES = (
    planner.bp,
    index.bp,
    times.bp,
    many.bp,
    show.bp,
    bin.bp,
    form.bp,
    picture.bp,
    tasks.bp,
)
