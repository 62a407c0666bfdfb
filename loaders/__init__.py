"""A department's file → records → report → store."""
