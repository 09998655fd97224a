"""Hold what proves who we are, and keep it where only its owner can read it."""

from .kinds import (
    Credentials,
    PasswordCredentials,
    SessionCredentials,
    Storable,
    TokenCredentials,
    checked_token,
    token_from_environment,
)
from .store import CredentialStore, Vault, VaultLock

__all__ = [
    "CredentialStore",
    "Credentials",
    "PasswordCredentials",
    "SessionCredentials",
    "Storable",
    "TokenCredentials",
    "Vault",
    "VaultLock",
    "checked_token",
    "token_from_environment",
]
