"""A file that outlives the console."""

import os
import stat
from pathlib import Path

import pytest

from ir_console.shelf import Shelf


def test_what_is_put_there_is_there_for_its_owner_only(tmp_path: Path) -> None:
    shelf = Shelf.of("prod", "https://a.example", directory=tmp_path)
    assert shelf.read() == ""
    shelf.write("one")
    shelf.write("two")
    assert Shelf.of("prod", "https://a.example", directory=tmp_path).read() == "two"
    assert shelf.path is not None
    assert stat.S_IMODE(shelf.path.stat().st_mode) == 0o600
    assert len(list(shelf.path.parent.iterdir())) == 1


def test_profiles_and_servers_have_shelves_of_their_own(tmp_path: Path) -> None:
    names = {("prod", "https://a"), ("prod", "https://b"), ("test", "https://a")}
    paths = {Shelf.of(*name, directory=tmp_path).path for name in names}
    assert len(paths) == 3


def test_without_a_path_nothing_is_kept() -> None:
    shelf = Shelf()
    shelf.write("one")
    assert shelf.read() == ""


def test_write_that_fails_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = Shelf(tmp_path / "kept.json")
    shelf.write("one")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space"):
        shelf.write("two")
    assert shelf.read() == "one"
    assert len(list(tmp_path.iterdir())) == 1
