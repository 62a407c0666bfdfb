"""Datasets measured against what the databases themselves write."""
