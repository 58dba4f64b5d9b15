"""What is kept of a visitor: given out, erased for good, or deleted some days after it was said."""
