"""What everybody asks about: groups of conversations found in the visitors' words."""
