"""A file that outlives the console."""

import fcntl
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from ir_console.shelf import Shelf


def put(shelf: Shelf, text: str) -> None:
    shelf.change(lambda _: text)


def test_what_is_put_there_is_there_for_its_owner_only(tmp_path: Path) -> None:
    shelf = Shelf.of("prod", "https://a.example", directory=tmp_path)
    assert shelf.read() == ""
    put(shelf, "one")
    put(shelf, "two")
    assert Shelf.of("prod", "https://a.example", directory=tmp_path).read() == "two"
    assert shelf.path is not None
    assert stat.S_IMODE(shelf.path.stat().st_mode) == 0o600
    lock = f".{shelf.path.name}.lock"
    assert {path.name for path in shelf.path.parent.iterdir()} == {shelf.path.name, lock}


def test_profiles_and_servers_have_shelves_of_their_own(tmp_path: Path) -> None:
    names = {("prod", "https://a"), ("prod", "https://b"), ("test", "https://a")}
    paths = {Shelf.of(*name, directory=tmp_path).path for name in names}
    assert len(paths) == 3


def test_without_a_path_nothing_is_kept() -> None:
    shelf = Shelf()
    put(shelf, "one")
    assert shelf.read() == ""


def test_write_that_fails_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = Shelf(tmp_path / "kept.json")
    put(shelf, "one")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space"):
        put(shelf, "two")
    assert shelf.read() == "one"
    assert {path.name for path in tmp_path.iterdir()} == {"kept.json", ".kept.json.lock"}


_ADDS = """
import sys
from pathlib import Path
from ir_console.shelf import Shelf
for _ in range(100):
    Shelf(Path(sys.argv[1])).change(lambda text: text + sys.argv[2])
"""


def test_changes_of_two_processes_are_all_kept(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    both = [subprocess.Popen((sys.executable, "-c", _ADDS, path, sign)) for sign in "ab"]
    assert [one.wait(60) for one in both] == [0, 0]
    text = Shelf(path).read()
    assert (text.count("a"), text.count("b")) == (100, 100)


def test_lock_that_another_holds_is_not_waited_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ir_console.one_writer._SECONDS_BETWEEN_TRIES", 0)
    shelf = Shelf(tmp_path / "kept.json")
    put(shelf, "one")
    with (tmp_path / ".kept.json.lock").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(OSError, match="another process holds its lock"):
            put(shelf, "two")
    assert shelf.read() == "one"
    put(shelf, "two")
    assert shelf.read() == "two"
