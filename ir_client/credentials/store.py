"""Keep each profile's credentials, and keep two programs from renewing them at once.

Stored in the platform's keyring; in a file only where `IR_CREDENTIALS_FILE` names one; else nowhere
but in memory. Never a silent step down: `CredentialStore.persistent` says whether what is saved
will be there tomorrow. An entry belongs to a profile *and* its address, so that a profile pointed
elsewhere does not send its token there.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import platformdirs
from pydantic import SecretStr

from ..config import Profile
from ..errors import ConfigError
from .backends import (
    SERVICE,
    FileBackend,
    KeyringBackend,
    MemoryBackend,
    SecretBackend,
    keyring_is_real,
)
from .kinds import SessionCredentials, Storable, TokenCredentials

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows: no lock between processes there
    fcntl = None  # type: ignore[assignment] # a missing module is tested for where it is used


class CredentialStore:
    """The credentials of each profile, in one of the three places."""

    def __init__(self, backend: SecretBackend, *, lock_directory: Path | None = None) -> None:
        self._backend = backend
        self._locks = lock_directory or platformdirs.user_state_path(SERVICE)

    @classmethod
    def default(cls, env: Mapping[str, str] | None = None) -> "CredentialStore":
        """The place that this machine and its environment call for."""
        env = os.environ if env is None else env
        if named := env.get("IR_CREDENTIALS_FILE"):
            return cls(FileBackend(Path(named)))
        if env.get("IR_NO_KEYRING") or not keyring_is_real():
            return cls(MemoryBackend())
        return cls(KeyringBackend())

    @property
    def persistent(self) -> bool:
        """Whether what is saved is still there when the program has ended."""
        return self._backend.persistent

    @property
    def description(self) -> str:
        """Where credentials are kept, in words."""
        return self._backend.description

    def load(self, profile: Profile) -> Storable | None:
        """What is kept for a profile at its address, if anything."""
        text = self._backend.get(_key(profile))
        return None if text is None else _decode(text)

    def save(self, profile: Profile, credentials: Storable) -> None:
        """Keep credentials for a profile at its address."""
        self._backend.set(_key(profile), _encode(credentials))

    def delete(self, profile: Profile) -> None:
        """Forget what is kept for a profile."""
        self._backend.delete(_key(profile))

    def vault(self, profile: Profile) -> "Vault":
        """The place of one profile's credentials."""
        return Vault(self, profile, lock_path=self._locks / f"{profile.name}.lock")


class Vault:
    """Where one profile's credentials are kept, with a lock between processes.

    Refresh tokens rotate and reuse of an old one ends the login, so two programs of one user
    must not renew at the same time.
    """

    def __init__(self, store: CredentialStore, profile: Profile, *, lock_path: Path) -> None:
        self._store = store
        self._profile = profile
        self._lock_path = lock_path

    def load(self) -> Storable | None:
        return self._store.load(self._profile)

    def save(self, credentials: Storable) -> None:
        self._store.save(self._profile, credentials)

    def delete(self) -> None:
        self._store.delete(self._profile)

    def try_lock(self) -> "VaultLock | None":
        """The lock, or None while another process holds it."""
        if fcntl is None or not self._store.persistent:
            return VaultLock(None)
        descriptor = self._opened()
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return VaultLock(descriptor)

    def _opened(self) -> int:
        try:
            self._lock_path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            return os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise ConfigError(
                f"{self._lock_path} cannot be written: {error.strerror}",
                hint="Make its directory yours, or use IR_TOKEN.",
            ) from error


class VaultLock:
    """A held lock; `release` gives it back, as does the end of the process."""

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _key(profile: Profile) -> str:
    return f"{profile.name} {profile.url}"


def _encode(credentials: Storable) -> str:
    if isinstance(credentials, TokenCredentials):
        return json.dumps({"token": credentials.token.get_secret_value()})
    access = credentials.access_token
    return json.dumps(
        {
            "refresh_token": credentials.refresh_token.get_secret_value(),
            "access_token": access.get_secret_value() if access is not None else None,
        }
    )


def _decode(text: str) -> Storable | None:
    """What was kept; None when it is not ours: the user then logs in anew."""
    try:
        kept = json.loads(text)
    except ValueError:
        return None
    match kept:
        case {"token": str(token)} if token:
            return TokenCredentials(SecretStr(token))
        case {"refresh_token": str(refresh), **rest} if refresh:
            access = rest.get("access_token")
            kept_access = SecretStr(access) if isinstance(access, str) else None
            return SessionCredentials(SecretStr(refresh), kept_access)
        case _:
            return None
