"""The three places where secrets may be kept: the keyring, a file named on purpose, memory.

Each failure says what to do. A keyring that fails is not stepped around, and a file that others
can read is not read.
"""

import json
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from ..errors import ConfigError

SERVICE = "ir-console"


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
                texts = dict(json.load(file))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError):
            # The cause is left out: it may quote the file.
            raise ConfigError(
                f"{self._path} cannot be read as a credentials file",
                hint="Remove it and log in again.",
            ) from None
        return {str(key): str(text) for key, text in texts.items()}

    def _write(self, texts: dict[str, str]) -> None:
        try:
            self._replace(texts)
        except OSError as error:
            raise ConfigError(
                f"{self._path} cannot be written: {error.strerror}",
                hint="Name a file in a directory of yours in IR_CREDENTIALS_FILE.",
            ) from error

    def _replace(self, texts: dict[str, str]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, temporary = tempfile.mkstemp(dir=self._path.parent, prefix=".credentials-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:  # mkstemp made it 0600
                json.dump(texts, file)
            Path(temporary).replace(self._path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


def keyring_is_real() -> bool:
    """Whether the keyring keeps secrets at all, and not in a plain file."""
    import keyring

    backend = keyring.get_keyring()
    return float(backend.priority) >= 1 and not type(backend).__module__.startswith(
        ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt")
    )
