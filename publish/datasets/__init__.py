"""Datasets: whole types, domains, everything and any selection as tables, in every format."""
