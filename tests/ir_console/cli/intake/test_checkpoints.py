import json
import os
from pathlib import Path

import pytest

from ir_client.formats import Place
from ir_console.cli.exits import UsageProblem
from ir_console.cli.intake.checkpoints import CheckpointFile, Identity, Progress
from ir_console.cli.intake.spans import UnderWay


def a_file(tmp_path: Path, content: bytes = b"one\n", name: str = "log") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def identity_of(path: Path) -> Identity:
    with path.open("rb") as stream:
        return Identity.of(stream.fileno())


def begins(identity: Identity, path: Path) -> bool:
    with path.open("rb") as stream:
        return identity.begins(stream.fileno())


def test_what_was_noted_is_read_by_the_next_run(tmp_path: Path) -> None:
    file, other = a_file(tmp_path), a_file(tmp_path, name="other")
    progress = Progress(
        identity_of(file), Place(4, 2, "id,title"), (UnderWay("key", Place(9, 3, "id,title")),)
    )
    checkpoint = CheckpointFile(tmp_path / "deep" / "checkpoint.json")
    checkpoint.load()
    checkpoint.note(file, progress)
    checkpoint.close()
    again = CheckpointFile(tmp_path / "deep" / "checkpoint.json")
    again.load()
    assert again.of(file) == progress
    assert again.of(other) is None
    assert oct((tmp_path / "deep" / "checkpoint.json").stat().st_mode)[-3:] == "600"


def test_a_file_is_known_by_its_begin_while_it_grows(tmp_path: Path) -> None:
    file = a_file(tmp_path)
    identity = identity_of(file)
    a_file(tmp_path, b"one\ntwo\n")
    assert begins(identity, file)
    a_file(tmp_path, b"onf\ntwo\n")
    assert not begins(identity, file)
    a_file(tmp_path, b"on")
    assert not begins(identity, file)


def test_a_damaged_checkpoint_says_what_to_do_and_is_left_alone(tmp_path: Path) -> None:
    for content in (b"{", b"[]", b'{"format": "x"}', b"\xff", b'{"files": {"a": {}}}'):
        path = a_file(tmp_path, content, "checkpoint")
        with pytest.raises(UsageProblem, match="damaged") as raised:
            CheckpointFile(path).load()
        assert "begin anew" in raised.value.hint
        assert path.read_bytes() == content


def test_a_place_that_cannot_be_written_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    blocked = a_file(tmp_path) / "checkpoint"
    with pytest.raises(UsageProblem, match="cannot be used"):
        CheckpointFile(blocked).load()


def test_what_was_kept_stays_when_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, path = a_file(tmp_path), tmp_path / "checkpoint"
    checkpoint = CheckpointFile(path)
    checkpoint.note(file, Progress(identity_of(file), Place(1)))
    kept = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        checkpoint.note(file, Progress(identity_of(file), Place(2)))
    assert path.read_bytes() == kept
    assert sorted(one.name for one in tmp_path.iterdir()) == ["checkpoint", "log"]


def test_each_file_server_and_format_has_a_checkpoint_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    asked = [("a", "http://x", "auto"), ("b", "http://x", "auto"), ("a", "http://y", "auto")]
    asked.append(("a", "http://x", "suricata"))
    paths = {CheckpointFile.default_for(Path(file), url, name).path for file, url, name in asked}
    assert len(paths) == 4
    assert all(path and path.is_relative_to(tmp_path) for path in paths)


def test_nothing_is_kept_without_a_path(tmp_path: Path) -> None:
    file = a_file(tmp_path)
    checkpoint = CheckpointFile(None)
    checkpoint.load()
    checkpoint.note(file, Progress(identity_of(file), Place(1)))
    assert json.dumps(sorted(one.name for one in tmp_path.iterdir())) == '["log"]'


def test_a_checkpoint_belongs_to_one_run_at_a_time(tmp_path: Path) -> None:
    file = a_file(tmp_path)
    first, second = CheckpointFile(tmp_path / "kept"), CheckpointFile(tmp_path / "kept")
    first.load()
    for _ in range(2):
        with pytest.raises(UsageProblem, match="in use by another run") as raised:
            second.load()
        assert "--checkpoint" in raised.value.hint
        # Each time it is written it is another file.
        first.note(file, Progress(identity_of(file), Place(4, 2)))
    first.close()
    second.load()
    assert second.of(file) == Progress(identity_of(file), Place(4, 2))


def test_a_checkpoint_that_was_never_written_is_an_empty_one(tmp_path: Path) -> None:
    file, kept = a_file(tmp_path), a_file(tmp_path, b"", "kept")
    checkpoint = CheckpointFile(kept)
    checkpoint.load()
    assert checkpoint.of(file) is None
