"""The `openalloc` command."""
