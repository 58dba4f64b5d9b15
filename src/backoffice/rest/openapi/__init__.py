"""The root of the API: what the exposed schema offers to the role that asks, as OpenAPI 2.0."""
