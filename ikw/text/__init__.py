"""Languages, dates and the folding of words for search."""
