"""What happens to the sign-up of a party."""
