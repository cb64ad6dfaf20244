"""How personal data ends."""
