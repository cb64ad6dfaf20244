"""What people are told: written, held back, sent again."""
