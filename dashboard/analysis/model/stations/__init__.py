"""Where simulated requests wait and are served, from the kernel's queue to the database."""
