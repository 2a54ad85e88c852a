"""How the probe gets into somebody else's server."""
