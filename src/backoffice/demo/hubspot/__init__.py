"""A stand-in for HubSpot: consent, tokens, records, searches, and the ways it can fail."""
