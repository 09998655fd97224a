import base64
import json
from datetime import timedelta
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server_stub.errors import Unauthenticated
from server_stub.security.jwt import AccessClaims, AccessTokens, looks_like_jwt
from tests.support.server import FakeClock

KEY = b"k" * 32
CLAIMS = AccessClaims(7, "login-1")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def tokens(clock: FakeClock) -> AccessTokens:
    return AccessTokens(KEY, lifetime=timedelta(minutes=30), clock=clock)


def forged(
    clock: FakeClock, key: bytes | str = KEY, algorithm: str = "HS256", **changes: Any
) -> str:
    """A token like ours with something changed; None takes a claim out."""
    now = int(clock().timestamp())
    claims: dict[str, Any] = {
        "iss": "ir-central",
        "aud": "ir-central",
        "typ": "access",
        "sub": "7",
        "sid": "login-1",
        "jti": "1",
        "iat": now,
        "exp": now + 60,
    }
    claims = {name: value for name, value in (claims | changes).items() if value is not None}
    return jwt.PyJWT().encode(claims, key, algorithm=algorithm)


def test_a_token_names_its_user_and_login(tokens: AccessTokens, clock: FakeClock) -> None:
    assert tokens.read(tokens.issue(CLAIMS)) == CLAIMS
    assert tokens.read(forged(clock)) == CLAIMS


def test_a_token_ends_with_its_lifetime_and_a_little_leeway(
    tokens: AccessTokens, clock: FakeClock
) -> None:
    token = tokens.issue(CLAIMS)
    clock.advance(minutes=30, seconds=9)
    assert tokens.read(token) == CLAIMS
    clock.advance(seconds=1)
    with pytest.raises(Unauthenticated, match="expired"):
        tokens.read(token)


@pytest.mark.parametrize(
    "changes",
    [{name: None} for name in ("exp", "iat", "sub", "sid", "jti", "iss", "aud", "typ")]
    + [
        {"typ": "refresh"},
        {"iss": "someone-else"},
        {"aud": "someone-else"},
        {"aud": ["ir-central"]},
        {"sub": 7},
        {"sub": "-7"},
        {"sub": "²"},
        {"sub": "seven"},
        {"sid": 7},
        {"exp": "9999999999"},
        {"exp": 9999999999.5},
        {"iat": True},
        {"iat": 9999999999},
        {"nbf": 9999999999},
        {"key": b"x" * 32},
        {"algorithm": "HS512", "key": b"k" * 64},
        {"algorithm": "none", "key": ""},
    ],
    ids=str,
)
def test_abuse_07_08_what_we_did_not_issue_like_this_is_refused(
    tokens: AccessTokens, clock: FakeClock, changes: dict[str, Any]
) -> None:
    with pytest.raises(Unauthenticated):
        tokens.read(forged(clock, **changes))


def part(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "a.b.c",
        "x" * 5_000,
        "\ud800.a.b",
        "\0.\0.\0",
        f"{part({'alg': 'none'})}.{part({})}.",
        f"{part({'alg': 'HS256', 'crit': ['x']})}.{part({})}.x",
        f"{part([])}.{part([])}.x",
        "[" * 900 + ".a.b",
    ],
    ids=range(11),
)
def test_abuse_03_junk_is_refused_like_anything_else(tokens: AccessTokens, token: str) -> None:
    with pytest.raises(Unauthenticated):
        tokens.read(token)


@given(st.text(max_size=80), st.integers(0, 60))
def test_no_text_gets_in_and_none_does_worse(text: str, position: int) -> None:
    tokens = AccessTokens(KEY, lifetime=timedelta(minutes=30), clock=FakeClock())
    token = tokens.issue(CLAIMS)
    with pytest.raises(Unauthenticated):
        tokens.read(text)
    if text:
        with pytest.raises(Unauthenticated):
            tokens.read(token[:position] + "!" + text + token[position:])


def test_endpoint_tokens_are_told_from_access_tokens() -> None:
    assert looks_like_jwt("a.b.c")
    assert not looks_like_jwt("ire_0123456789")
