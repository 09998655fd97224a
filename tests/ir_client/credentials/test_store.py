"""Each profile's credentials are kept for its address only."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from ir_client import CredentialStore, Profile, SessionCredentials, TokenCredentials
from ir_client.credentials import Storable
from ir_client.credentials.backends import FileBackend, MemoryBackend
from ir_client.errors import ConfigError

PROD = Profile(name="prod", url="https://soc.example")


@pytest.fixture
def store(tmp_path: Path) -> CredentialStore:
    return CredentialStore(FileBackend(tmp_path / "secrets"), lock_directory=tmp_path / "locks")


@pytest.mark.parametrize(
    "credentials",
    [
        TokenCredentials(SecretStr("ire_x")),
        SessionCredentials(SecretStr("refresh")),
        SessionCredentials(SecretStr("refresh"), SecretStr("access")),
    ],
)
def test_what_is_saved_is_loaded_again(store: CredentialStore, credentials: Storable) -> None:
    store.save(PROD, credentials)
    assert store.load(PROD) == credentials
    store.delete(PROD)
    assert store.load(PROD) is None


def test_a_profile_that_is_pointed_elsewhere_does_not_take_its_login_along(
    store: CredentialStore,
) -> None:
    store.save(PROD, TokenCredentials(SecretStr("ire_x")))
    assert store.load(Profile(name="prod", url="https://evil.example")) is None


@pytest.mark.parametrize("text", ["", "{}", "[]", "7", '{"token": 7}', '{"refresh_token": null}'])
def test_an_entry_that_is_not_ours_is_no_login(text: str) -> None:
    backend = MemoryBackend()
    backend.set("prod https://soc.example", text)
    assert CredentialStore(backend).load(PROD) is None


def test_one_program_at_a_time_holds_the_lock(store: CredentialStore) -> None:
    one, other = store.vault(PROD), store.vault(PROD)
    lock = one.try_lock()
    assert lock is not None
    assert other.try_lock() is None
    lock.release()
    lock.release()
    again = other.try_lock()
    assert again is not None
    again.release()


def test_a_lock_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = CredentialStore(FileBackend(tmp_path / "s"), lock_directory=tmp_path / "file")
    with pytest.raises(ConfigError, match="cannot be written"):
        store.vault(PROD).try_lock()


def test_memory_needs_no_lock() -> None:
    vault = CredentialStore(MemoryBackend()).vault(PROD)
    assert vault.try_lock() is not None
    assert vault.try_lock() is not None


def test_a_file_is_used_only_where_it_is_named(tmp_path: Path) -> None:
    named = CredentialStore.default({"IR_CREDENTIALS_FILE": str(tmp_path / "x")})
    assert named.persistent
    assert str(tmp_path / "x") in named.description
    assert not CredentialStore.default({"IR_NO_KEYRING": "1"}).persistent
