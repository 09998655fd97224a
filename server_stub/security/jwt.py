"""Access tokens: short-lived JWTs that name a user and the login they belong to.

Signed with HS256 and nothing else. Every claim is required, and the expiry is judged by the clock
that is given, with a little leeway for other machines' clocks.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import jwt

from server_stub.domain.clocks import Clock
from server_stub.errors import Unauthenticated

_ISSUER = "ir-central"
_AUDIENCE = "ir-central"
_TYPE = "access"
_ALGORITHM = "HS256"
_CLAIMS = ["exp", "iat", "sub", "jti", "iss", "aud", "typ", "sid"]
_LEEWAY_SECONDS = 10
_MAX_LENGTH = 4096

_INVALID = "The access token is not valid; sign in again."
_EXPIRED = "The access token has expired; refresh it or sign in again."


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """Whom an access token names, and in which login."""

    user_id: int
    login_id: str


class AccessTokens:
    """Makes and reads access tokens."""

    def __init__(self, key: bytes, *, lifetime: timedelta, clock: Clock) -> None:
        self._key = key
        self._lifetime = lifetime
        self._clock = clock
        self._jwt = jwt.PyJWT(options={"enforce_minimum_key_length": True})

    @property
    def lifetime_seconds(self) -> int:
        return int(self._lifetime.total_seconds())

    def issue(self, claims: AccessClaims) -> str:
        issued_at = int(self._clock().timestamp())
        return self._jwt.encode(
            {
                "iss": _ISSUER,
                "aud": _AUDIENCE,
                "typ": _TYPE,
                "sub": str(claims.user_id),
                "sid": claims.login_id,
                "jti": secrets.token_hex(16),
                "iat": issued_at,
                "exp": issued_at + self.lifetime_seconds,
            },
            self._key,
            algorithm=_ALGORITHM,
        )

    def read(self, token: str) -> AccessClaims:
        """Whom `token` names. Raises Unauthenticated for anything we did not issue of late."""
        if len(token) > _MAX_LENGTH:
            raise Unauthenticated(_INVALID)
        claims = self._decoded(token)
        expires_at, issued_at = claims["exp"], claims["iat"]
        # The library takes numbers that are written as text, and reads its own clock.
        if type(expires_at) is not int or type(issued_at) is not int or claims["typ"] != _TYPE:
            raise Unauthenticated(_INVALID)
        now = self._clock().timestamp()
        if issued_at > now + _LEEWAY_SECONDS:
            raise Unauthenticated(_INVALID)
        if expires_at + _LEEWAY_SECONDS <= now:
            raise Unauthenticated(_EXPIRED)
        subject, login_id = claims["sub"], claims["sid"]
        if not isinstance(login_id, str) or not (subject.isascii() and subject.isdigit()):
            raise Unauthenticated(_INVALID)
        return AccessClaims(int(subject), login_id)

    def _decoded(self, token: str) -> Mapping[str, Any]:
        try:
            return self._jwt.decode(
                token,
                self._key,
                algorithms=[_ALGORITHM],
                audience=_AUDIENCE,
                issuer=_ISSUER,
                options={
                    "require": _CLAIMS,
                    "strict_aud": True,
                    "verify_exp": False,
                    "verify_iat": False,
                },
            )
        # Besides its own errors the library lets out those of decoding what is in the token.
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError, OverflowError):
            raise Unauthenticated(_INVALID) from None


def looks_like_jwt(token: str) -> bool:
    """Whether to read it as an access token; endpoint tokens have no dots."""
    return "." in token
