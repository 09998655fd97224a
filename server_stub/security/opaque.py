"""Tokens that mean nothing but themselves: endpoint tokens, refresh tokens and tickets.

Each is 256 random bits, kept as a hash. Such a hash needs no salt and no cost: there is nothing to
guess.
"""

import base64
import hashlib
import hmac
import secrets

ENDPOINT_PREFIX = "ire_"
_REFRESH_PREFIX = "irr_"
_TICKET_PREFIX = "irt_"


def new_endpoint_token() -> str:
    return ENDPOINT_PREFIX + secrets.token_urlsafe(32)


def new_refresh_token() -> str:
    return _REFRESH_PREFIX + secrets.token_urlsafe(32)


def new_ticket() -> str:
    return _TICKET_PREFIX + secrets.token_urlsafe(32)


def endpoint_token_from(seed: bytes) -> str:
    """The endpoint token of 32 bytes that nobody can guess."""
    return ENDPOINT_PREFIX + base64.urlsafe_b64encode(seed).decode().rstrip("=")


def successor_of(refresh_token: str, key: bytes) -> str:
    """The token that follows. Told from its parent, so that a lost answer can be given again
    without keeping any token; not to be told without the key."""
    digest = hmac.digest(key, _bytes(refresh_token), "sha256")
    return _REFRESH_PREFIX + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def token_hash(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(_bytes(token)).hexdigest()


def _bytes(token: str) -> bytes:
    # What is presented may be any text, half characters included; it only has to be unknown.
    return token.encode("utf-8", "surrogatepass")
