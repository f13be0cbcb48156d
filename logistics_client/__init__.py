"""Parcels, traces, work orders and promises: one vocabulary, and the clients that fill it."""
