"""Hold what proves who we are, and keep it where only its owner can read it.

Stored in the platform's keyring; in a file only where `IR_CREDENTIALS_FILE` names one, readable by
its owner alone; else nowhere but in memory. Never a silent step down: `CredentialStore.persistent`
says whether what is saved will be there tomorrow. An entry belongs to a profile *and* its
address, so that a profile pointed elsewhere does not send its token there.
"""

import json
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import platformdirs
from pydantic import SecretStr

from .config import Profile
from .errors import ConfigError

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows: no lock between processes there
    fcntl = None  # type: ignore[assignment] # a missing module is tested for where it is used

SERVICE = "ir-console"


@dataclass(frozen=True, slots=True)
class PasswordCredentials:
    """A user name and password: the client logs in when it first needs a token."""

    username: str
    password: SecretStr


@dataclass(frozen=True, slots=True)
class TokenCredentials:
    """A token that is used as it is: an endpoint token, or a JWT that nobody renews."""

    token: SecretStr

    def __post_init__(self) -> None:
        object.__setattr__(self, "token", checked_token(self.token))


@dataclass(frozen=True, slots=True)
class SessionCredentials:
    """A login that goes on: the refresh token, and the access token where it may still be good."""

    refresh_token: SecretStr
    access_token: SecretStr | None = None


Credentials = PasswordCredentials | TokenCredentials | SessionCredentials
Storable = TokenCredentials | SessionCredentials


def checked_token(token: SecretStr) -> SecretStr:
    """The token without surrounding blanks, or ConfigError when it cannot stand in a header."""
    text = token.get_secret_value().strip()
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        # The text is not repeated, and libraries that would repeat it never see it.
        raise ConfigError(
            "The token holds blanks or characters that no token has",
            hint="Copy it again, whole and without line breaks.",
        )
    return SecretStr(text)


def token_from_environment(env: Mapping[str, str] | None = None) -> TokenCredentials | None:
    """The token in `IR_TOKEN`, if there is one."""
    text = (os.environ if env is None else env).get("IR_TOKEN", "")
    return TokenCredentials(SecretStr(text)) if text.strip() else None


class SecretBackend(Protocol):
    """Where texts are kept by key."""

    @property
    def persistent(self) -> bool: ...
    @property
    def description(self) -> str: ...
    def get(self, key: str) -> str | None: ...
    def set(self, key: str, text: str) -> None: ...
    def delete(self, key: str) -> None: ...


class MemoryBackend:
    """Keeps secrets until the program ends."""

    persistent = False
    description = "memory only: there is no keyring here, and IR_CREDENTIALS_FILE is not set"

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def get(self, key: str) -> str | None:
        return self._texts.get(key)

    def set(self, key: str, text: str) -> None:
        self._texts[key] = text

    def delete(self, key: str) -> None:
        self._texts.pop(key, None)


class KeyringBackend:
    """Keeps secrets in the platform's keyring; one that fails is said to, not stepped around."""

    persistent = True
    description = "the keyring"

    def get(self, key: str) -> str | None:
        import keyring

        with _keyring_trouble():
            return keyring.get_password(SERVICE, key)

    def set(self, key: str, text: str) -> None:
        import keyring

        with _keyring_trouble():
            keyring.set_password(SERVICE, key, text)

    def delete(self, key: str) -> None:
        import keyring
        from keyring.errors import PasswordDeleteError

        with _keyring_trouble(), suppress(PasswordDeleteError):
            keyring.delete_password(SERVICE, key)


@contextmanager
def _keyring_trouble() -> Iterator[None]:
    from keyring.errors import KeyringError

    try:
        yield
    except KeyringError as error:
        raise ConfigError(
            f"The keyring failed: {type(error).__name__}",
            hint="Unlock it, or set IR_NO_KEYRING=1 and use IR_TOKEN or IR_CREDENTIALS_FILE.",
        ) from None


class FileBackend:
    """Keeps secrets in a file that was named on purpose and that only its owner can read."""

    persistent = True

    def __init__(self, path: Path) -> None:
        self._path = path
        self.description = f"the file {path}"

    def get(self, key: str) -> str | None:
        return self._read().get(key)

    def set(self, key: str, text: str) -> None:
        self._write(self._read() | {key: text})

    def delete(self, key: str) -> None:
        texts = self._read()
        if texts.pop(key, None) is not None:
            self._write(texts)

    def _read(self) -> dict[str, str]:
        try:
            with self._path.open(encoding="utf-8") as file:
                mode = os.fstat(file.fileno()).st_mode
                if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
                    raise ConfigError(
                        f"{self._path} can be read by others",
                        hint=f"Make it yours alone: chmod 600 {self._path}",
                    )
                texts = json.load(file)
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            # The cause is left out: it may quote the file.
            raise ConfigError(
                f"{self._path} cannot be read as a credentials file",
                hint="Remove it and log in again.",
            ) from None
        return {str(key): str(text) for key, text in dict(texts).items()}

    def _write(self, texts: dict[str, str]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, temporary = tempfile.mkstemp(dir=self._path.parent, prefix=".credentials-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:  # mkstemp made it 0600
                json.dump(texts, file)
            Path(temporary).replace(self._path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


def _keyring_is_real() -> bool:
    """Whether the keyring keeps secrets at all, and not in a plain file."""
    import keyring

    backend = keyring.get_keyring()
    return float(backend.priority) >= 1 and not type(backend).__module__.startswith(
        ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt")
    )


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
        if env.get("IR_NO_KEYRING") or not _keyring_is_real():
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
        self._lock_path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return VaultLock(descriptor)


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
        if "token" in kept:
            return TokenCredentials(SecretStr(kept["token"]))
        access = kept.get("access_token")
        return SessionCredentials(
            SecretStr(kept["refresh_token"]), SecretStr(access) if access else None
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
