"""Hearing: one streaming recogniser process for all calls of a machine."""
