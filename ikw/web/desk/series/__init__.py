"""Series at the desk: their money, numbers and files."""

from ikw.web.desk.series import edit, import_file, money, numbers

PAGES = (
    edit.bp,
    money.bp,
    import_file.bp,
    numbers.bp,
)
