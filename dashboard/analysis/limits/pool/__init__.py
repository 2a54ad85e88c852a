"""Limits of the connection pool."""
