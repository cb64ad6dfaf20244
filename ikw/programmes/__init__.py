"""A programme as a file: read it into the database, write it back."""
