"""From a plan to one SQL statement: every value a parameter, every identifier quoted."""
