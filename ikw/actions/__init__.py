"""Verbs across nouns. Each is called inside write() and gets the time passed in; none sends."""
