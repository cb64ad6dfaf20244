"""What organisers do with an event."""
