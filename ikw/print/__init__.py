"""What is printed or shown as a picture: typeset by Typst, in every language and direction."""
