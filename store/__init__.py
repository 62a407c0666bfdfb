"""The relational store: tables, writing, revisions, the change feed, search terms."""
