"""Series at the desk: their money, numbers and files."""

from ikw.web.desk.series import calls_for, copy, edit, import_file, import_undo, money, numbers

PAGES = (
    edit.bp,
    calls_for.bp,
    copy.bp,
    money.bp,
    import_file.bp,
    import_undo.bp,
    numbers.bp,
)
