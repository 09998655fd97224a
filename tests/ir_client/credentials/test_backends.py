"""The places where secrets may be kept all do the same, and fail clearly."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend as PlatformKeyring
from keyring.errors import KeyringLocked, PasswordDeleteError

from ir_client.credentials.backends import (
    FileBackend,
    KeyringBackend,
    MemoryBackend,
    SecretBackend,
    keyring_is_real,
)
from ir_client.errors import ConfigError


class DictKeyring(PlatformKeyring):  # type: ignore[misc] # keyring is not typed as a base
    """A keyring of this test's own."""

    priority = 5  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.is_locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.is_locked:
            raise KeyringLocked("locked; the password was hunter2")
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError("not found")


@pytest.fixture
def platform_keyring() -> Iterator[DictKeyring]:
    before = keyring.get_keyring()
    mine = DictKeyring()
    keyring.set_keyring(mine)
    yield mine
    keyring.set_keyring(before)


@pytest.fixture(params=["memory", "keyring", "file"])
def backend(
    request: pytest.FixtureRequest, tmp_path: Path, platform_keyring: DictKeyring
) -> SecretBackend:
    if request.param == "memory":
        return MemoryBackend()
    if request.param == "keyring":
        return KeyringBackend()
    return FileBackend(tmp_path / "deep" / "secrets")


def test_what_is_kept_can_be_had_again_and_deleted(backend: SecretBackend) -> None:
    assert backend.get("a") is None
    backend.set("a", "hunter2")
    backend.set("b", "other")
    assert backend.get("a") == "hunter2"
    backend.delete("a")
    backend.delete("a")
    assert backend.get("a") is None
    assert backend.get("b") == "other"


def test_only_memory_does_not_last(backend: SecretBackend) -> None:
    assert backend.persistent is not isinstance(backend, MemoryBackend)
    assert backend.description


def test_the_keyring_is_used_under_our_name(platform_keyring: DictKeyring) -> None:
    KeyringBackend().set("prod", "hunter2")
    assert platform_keyring.kept == {("ir-console", "prod"): "hunter2"}


def test_a_locked_keyring_is_said_to_be_and_not_stepped_around(
    platform_keyring: DictKeyring,
) -> None:
    platform_keyring.is_locked = True
    with pytest.raises(ConfigError, match="KeyringLocked") as caught:
        KeyringBackend().get("prod")
    assert "hunter2" not in str(caught.value)
    assert "IR_NO_KEYRING" in caught.value.hint


def test_a_keyring_that_keeps_nothing_is_none(platform_keyring: DictKeyring) -> None:
    assert keyring_is_real()
    keyring.set_keyring(keyring.backends.fail.Keyring())
    assert not keyring_is_real()


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "secrets"
    FileBackend(path).set("a", "hunter2")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["secrets"]


def test_a_file_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be"):
        FileBackend(tmp_path / "file" / "secrets").set("a", "hunter2")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_file_that_others_can_read_is_not_read(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "secrets"
    FileBackend(path).set("a", "hunter2")
    path.chmod(mode)
    with pytest.raises(ConfigError, match="read by others") as caught:
        FileBackend(path).get("a")
    assert "chmod 600" in caught.value.hint


@pytest.mark.parametrize("text", ["", "hunter2", "[1]", "3"])
def test_a_broken_file_is_a_clear_error_that_quotes_nothing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "secrets"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(ConfigError) as caught:
        FileBackend(path).get("a")
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None
