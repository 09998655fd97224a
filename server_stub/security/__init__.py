"""Prove who asks: passwords, access and refresh tokens, endpoint tokens, logins."""

from server_stub.security.authentication import Authentication
from server_stub.security.principals import LoginId, Principal, TokenPrincipal, UserPrincipal
from server_stub.security.sessions import Sessions

__all__ = [
    "Authentication",
    "LoginId",
    "Principal",
    "Sessions",
    "TokenPrincipal",
    "UserPrincipal",
]
