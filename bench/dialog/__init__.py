"""Benchmarks of the dialogue."""
