"""Benchmarks of the parcels' room."""
