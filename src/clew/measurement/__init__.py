"""What an installation can say of itself in numbers, each with its denominator and its interval."""
