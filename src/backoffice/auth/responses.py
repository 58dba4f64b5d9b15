"""What answers have in common."""

# Of every answer that carries a token.
NOT_STORED = {"Cache-Control": "no-store", "Pragma": "no-cache"}
