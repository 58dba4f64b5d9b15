"""Rose's clients: organizations, their websites, and what these are reached and written with."""
