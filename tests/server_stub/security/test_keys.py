import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from server_stub.security.keys import Keys, load_keys
from tests.support.server import cheap_settings


def test_each_purpose_has_its_own_key() -> None:
    keys = Keys.of("a secret")
    assert keys.access != keys.refresh
    assert min(len(keys.access), len(keys.refresh)) >= 32
    assert keys == Keys.of("a secret") != Keys.of("another secret")


def test_keys_are_not_shown() -> None:
    assert repr(Keys.of("a secret").access) not in repr(Keys.of("a secret"))


def test_a_secret_that_nobody_set_is_made_up_once_for_its_owner_only(tmp_path: Path) -> None:
    settings = cheap_settings(tmp_path, secret_key=None)
    keys = load_keys(settings)
    assert load_keys(settings) == keys
    (kept,) = tmp_path.iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_secret_that_was_set_is_not_kept(tmp_path: Path) -> None:
    secret = "a-secret-that-an-operator-made-up"
    keys = load_keys(cheap_settings(tmp_path, secret_key=SecretStr(secret)))
    assert keys == Keys.of(secret)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_key_file_is_not_taken_for_a_secret(tmp_path: Path) -> None:
    settings = cheap_settings(tmp_path, secret_key=None)
    settings.database_path.with_name("server.db.key").write_text("\n")
    with pytest.raises(ValueError, match="holds no key"):
        load_keys(settings)
