"""Who is this visitor: a cascade of providers over what was seen of them, and outside services."""
