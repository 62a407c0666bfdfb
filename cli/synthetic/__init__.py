"""Synthetic records for the demonstration, tests and benchmarks; every one says that it is synthetic."""
