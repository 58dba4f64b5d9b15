"""From a request and the schema cache to a typed plan: everything decided, nothing written yet."""
