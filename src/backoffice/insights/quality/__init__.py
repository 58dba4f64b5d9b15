"""How good the agent's answers were, 1 to 5, with a receipt of how the score came about."""
