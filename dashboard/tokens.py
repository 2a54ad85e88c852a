"""Secrets that let a person or a process in."""

import secrets


def same_token(given: str, token: str) -> bool:
    """Compare ``given`` with ``token`` in constant time; False for an empty token."""
    return bool(token) and secrets.compare_digest(
        given.encode(errors="surrogatepass"), token.encode()
    )
