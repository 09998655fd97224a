"""A checkpoint is written whole or not at all, and what it cannot be is said."""

import asyncio
import logging
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import pytest

from ir_client import FileCheckpoint
from ir_client.errors import ConfigError
from ir_client.stream import checkpoint as checkpoints
from ir_client.stream.bookmark import Bookmark
from ir_client.stream.checkpoint import Checkpoint, CheckpointWriter
from ir_client.wire.cursor import StreamPosition

HERE = Bookmark(StreamPosition("e", 7), datetime(2026, 3, 1, 12, tzinfo=UTC))


def at(seq: int) -> Bookmark:
    return Bookmark(StreamPosition("e", seq))


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    checkpoint: Checkpoint = FileCheckpoint(tmp_path / "new" / "place")
    assert isinstance(checkpoint, Checkpoint)
    assert checkpoint.load() is None
    checkpoint.save(at(1))
    checkpoint.save(HERE)
    assert checkpoint.load() == HERE
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["place"]


def test_it_is_for_its_owner_only(tmp_path: Path) -> None:
    checkpoint = FileCheckpoint(str(tmp_path / "place"))
    checkpoint.save(HERE)
    assert stat.S_IMODE(checkpoint.path.stat().st_mode) == 0o600


def test_a_place_that_cannot_be_written_is_said_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = FileCheckpoint(tmp_path / "place")
    checkpoint.save(HERE)
    assert checkpoint.load() == HERE
    assert [path.name for path in tmp_path.iterdir()] == ["place"]

    def refused(**_: object) -> NoReturn:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", refused)
    with pytest.raises(ConfigError, match=r"place cannot be written: Permission denied"):
        checkpoint.load()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"7",
        b"null",
        b"[]",
        b"\xff\xfe",
        b'{"format": "someone else"}',
        b'{"format": "ir_client checkpoint 1"}',
        b'{"format": "ir_client checkpoint 1", "bookmark": "x"}',
        b'{"format": "ir_client checkpoint 1", "bookmark": 7}',
        b'{"format": "ir_client checkpoint 2", "bookmark": "e:7"}',
        b"[" * 100_000,
    ],
)
def test_a_damaged_or_foreign_file_is_an_error_that_says_what_to_do(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "place").write_bytes(content)
    with pytest.raises(ConfigError, match="place") as caught:
        FileCheckpoint(tmp_path / "place").load()
    assert "Move the file away" in caught.value.hint
    assert (tmp_path / "place").read_bytes() == content


def test_a_directory_is_no_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        FileCheckpoint(tmp_path).load()


def test_a_write_that_fails_leaves_the_old_one_and_no_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = FileCheckpoint(tmp_path / "place")
    checkpoint.save(at(1))

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoints.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        checkpoint.save(at(2))
    assert checkpoint.load() == at(1)
    assert [path.name for path in tmp_path.iterdir()] == ["place"]


class InMemory:
    """Keeps what is saved; fails as often as it is told to."""

    def __init__(self) -> None:
        self.saved: list[Bookmark] = []
        self.failures = 0
        self.tried = asyncio.Event()

    def load(self) -> Bookmark | None:
        return self.saved[-1] if self.saved else None

    def save(self, bookmark: Bookmark) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError(28, "No space left on device")
        self.saved.append(bookmark)


async def test_it_writes_what_there_is_at_the_end_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "SECONDS_BETWEEN_WRITES", 3_600.0)
    kept, here = InMemory(), [Bookmark()]
    writer = CheckpointWriter(kept, lambda: here[0])
    running = asyncio.ensure_future(writer.run())
    for seq in range(1, 1_000):
        here[0] = at(seq)
        writer.note_progress()
        await asyncio.sleep(0)
    writer.stop()
    async with asyncio.timeout(60):
        await running
    assert kept.saved[-1] == at(999)
    assert len(kept.saved) == 2  # the first, and the last


async def test_nothing_is_written_where_nothing_was_read() -> None:
    kept = InMemory()
    writer = CheckpointWriter(kept, Bookmark)
    writer.stop()
    await writer.run()
    assert kept.saved == []


async def test_a_disk_that_is_full_is_said_once_and_tried_again(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "SECONDS_BETWEEN_WRITES", 0.0)
    caplog.set_level(logging.WARNING)
    kept = InMemory()
    kept.failures = 2
    writer = CheckpointWriter(kept, lambda: HERE)
    running = asyncio.ensure_future(writer.run())
    async with asyncio.timeout(60):
        while not kept.saved:
            writer.note_progress()
            await asyncio.sleep(0.001)
    writer.stop()
    await running
    assert kept.saved == [HERE]
    assert caplog.text.count("cannot be written") == 1
