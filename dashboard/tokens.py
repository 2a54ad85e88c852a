"""Secrets that let a person or a process in."""

import secrets


def same_token(given: str, token: str) -> bool:
    """Whether ``given`` is the secret ``token``, in constant time; never where there is none."""
    return bool(token) and secrets.compare_digest(
        given.encode(errors="surrogatepass"), token.encode()
    )
