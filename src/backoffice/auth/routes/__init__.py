"""One module per noun of the protocol; each route reads top to bottom."""
