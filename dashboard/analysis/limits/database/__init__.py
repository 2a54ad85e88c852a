"""Limits of the database server."""
