"""Limits of the server: its workers, their threads, their event loops, their computing."""
