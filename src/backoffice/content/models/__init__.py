"""Types of every configuration as it holds."""
