"""The secret of a server, and the keys made of it, one for each purpose."""

import hmac
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from server_stub.settings import ServerSettings

_MADE_UP_BYTES = 48


@dataclass(frozen=True, slots=True)
class Keys:
    """What signs access tokens, what names the successors of refresh tokens, and what makes
    digests of idempotency keys and their requests."""

    access: bytes = field(repr=False)
    refresh: bytes = field(repr=False)
    answers: bytes = field(repr=False)

    @classmethod
    def of(cls, secret: str) -> "Keys":
        return cls(
            _derived(secret, b"access tokens"),
            _derived(secret, b"refresh successors"),
            _derived(secret, b"kept answers"),
        )


def load_keys(settings: ServerSettings) -> Keys:
    """The keys of the configured secret, or of one made up once and kept beside the database."""
    if settings.secret_key is not None:
        return Keys.of(settings.secret_key.get_secret_value())
    path = settings.database_path
    return Keys.of(_kept_secret(path.with_name(f"{path.name}.key")))


def _kept_secret(path: Path) -> str:
    if path.exists():
        kept = path.read_text().strip()
        if len(kept) < _MADE_UP_BYTES:
            raise ValueError(f"{path} holds no key; remove it, and everyone signs in again")
        return kept
    made_up = secrets.token_urlsafe(_MADE_UP_BYTES)
    # Created for its owner only from the start: there is no moment in which others may read it.
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(made_up + "\n")
    return made_up


def _derived(secret: str, purpose: bytes) -> bytes:
    return hmac.digest(secret.encode(), purpose, "sha256")
