"""Who works at the desk, and how they come in."""
