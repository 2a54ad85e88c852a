"""Limits that only ASGI servers and event loops have."""
