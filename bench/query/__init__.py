"""The query engine and its peers, over the same rows: `python -m bench.query --help`."""
