"""E-mails people chose: a weekly digest of a website, and alerts when something is not as usual."""
