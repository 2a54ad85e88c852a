"""Limits on the way to the workers: the kernel's queue, and our own generator."""
