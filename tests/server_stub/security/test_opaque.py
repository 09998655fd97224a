from server_stub.security.opaque import (
    new_endpoint_token,
    new_refresh_token,
    successor_of,
    token_hash,
)

KEY = b"k" * 32


def test_tokens_are_long_and_never_the_same() -> None:
    tokens = {new_endpoint_token() for _ in range(50)} | {new_refresh_token() for _ in range(50)}
    assert len(tokens) == 100
    assert min(map(len, tokens)) >= 43


def test_a_successor_follows_from_its_parent_and_the_key_only() -> None:
    assert successor_of("a", KEY) == successor_of("a", KEY)
    assert len({successor_of("a", KEY), successor_of("b", KEY), successor_of("a", b"x" * 32)}) == 3


def test_what_is_kept_is_not_the_token() -> None:
    assert "secret" not in token_hash("secret")
    assert token_hash("secret") == token_hash("secret") != token_hash("Secret")
    assert token_hash("\ud800")
