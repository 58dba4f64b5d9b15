"""What the catalogue says about the exposed schemas, read once and kept until it changes."""
