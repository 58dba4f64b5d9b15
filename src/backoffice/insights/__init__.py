"""What visitors wanted, how good the answers were, and what everybody asks about."""
