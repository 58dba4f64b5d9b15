"""Outside services that name the company behind an address."""
