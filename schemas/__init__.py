"""The standard: JSON Schemas, codelists, the one walker over them, checks and deadlines."""
