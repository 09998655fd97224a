"""Real files that grow, are renamed and truncated; it happens while nothing is to be read."""

import gzip
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ir_client.formats import Place, RecordAt, read_records
from ir_console.cli.intake.checkpoints import Identity, Progress
from ir_console.cli.intake.files import StoppedError
from ir_console.cli.intake.tailing import LAST_LOOKS, FollowedFile

Step = Callable[[], object]


class Events:
    """What happens to a file, one thing a look; then the reader is stopped."""

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.waited = 0.0

    def __call__(self, seconds: float) -> None:
        self.waited += seconds
        if not self.steps:
            raise StoppedError
        self.steps.pop(0)()


def nothing() -> None:
    """Let a look pass."""


A_WHILE = (nothing,) * (LAST_LOOKS + 1)


class Log:
    """A file that is written to as sensors do."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, *numbers: int) -> Step:
        return self.add_text("".join(f'{{"n": {number}}}\n' for number in numbers))

    def add_text(self, text: str) -> Step:
        def step() -> None:
            with self.path.open("a") as file:
                file.write(text)

        return step

    def rename(self, suffix: str = ".1") -> Step:
        return lambda: self.path.rename(f"{self.path}{suffix}")

    def truncate(self) -> Step:
        return lambda: os.truncate(self.path, 0)

    def rewrite(self, *numbers: int) -> Step:
        return lambda: (self.truncate()(), self.add(*numbers)())


def followed(
    path: Path, events: Events, progress: Progress | None = None
) -> Iterator[dict[str, Any]]:
    """The records, as an ingest would read them; what is broken is marked."""
    notes: list[str] = []
    try:
        for opening in FollowedFile(path, progress, notes.append).openings(events):
            for found in read_records(opening.stream, opening.place):
                yield found.record if isinstance(found, RecordAt) else {"broken": found.text}
    except StoppedError:
        pass
    yield {"notes": notes}


def read(path: Path, *steps: Step, progress: Progress | None = None) -> tuple[list[Any], str]:
    *records, last = followed(path, Events(*steps), progress)
    return [record.get("n", record) for record in records], "\n".join(last["notes"])


def test_what_is_appended_is_read_and_half_a_line_is_waited_for(tmp_path: Path) -> None:
    log = Log(tmp_path / "log")
    log.add(1)()
    steps = (log.add(2), log.add_text('{"n": '), nothing, log.add_text("3}\n"))
    assert read(log.path, *steps)[0] == [1, 2, 3]


def test_half_a_line_at_the_end_is_left(tmp_path: Path) -> None:
    log = Log(tmp_path / "log")
    log.add_text('{"n": 1}\n{"n": ')()
    assert read(log.path, nothing)[0] == [1]


def test_a_file_that_is_not_there_is_waited_for(tmp_path: Path) -> None:
    log = Log(tmp_path / "log")
    numbers, notes = read(log.path, nothing, log.add(1), log.add(2))
    assert numbers == [1, 2]
    assert "is not there; waiting for it" in notes


def test_a_renamed_file_is_read_to_its_end_and_then_the_new_one(tmp_path: Path) -> None:
    log = Log(tmp_path / "log")
    old = Log(tmp_path / "log.1")
    log.add(1)()
    steps = (log.rename(), old.add(2), log.add(4), old.add(3), *A_WHILE, log.add(5))
    numbers, notes = read(log.path, *steps)
    assert numbers == [1, 2, 3, 4, 5]
    assert "was rotated" in notes


def test_two_rotations_are_no_more_than_one_after_the_other(tmp_path: Path) -> None:
    log = Log(tmp_path / "log")
    log.add(1)()
    first = (log.rename(".1"), log.add(2), *A_WHILE)
    assert read(log.path, *first, log.rename(".2"), log.add(3), *A_WHILE)[0] == [1, 2, 3]


def test_a_truncated_file_is_read_from_its_begin(tmp_path: Path) -> None:
    log = Log(tmp_path / "log")
    log.add(1, 2)()
    numbers, notes = read(log.path, nothing, log.truncate(), log.add(3))
    assert numbers == [1, 2, 3]
    assert "was truncated" in notes


def test_a_file_that_was_truncated_and_grew_beyond_its_size_is_noticed(tmp_path: Path) -> None:
    log = Log(tmp_path / "log")
    log.add(1, 2)()
    assert read(log.path, nothing, log.rewrite(3, 4, 5, 6))[0] == [1, 2, 3, 4, 5, 6]


def test_the_rest_of_a_record_that_was_truncated_away_is_told(tmp_path: Path) -> None:
    log = Log(tmp_path / "log")
    log.add_text('{"n": 1}\n{"n": ')()
    assert read(log.path, nothing, log.rewrite(3))[0] == [1, {"broken": '{"n": '}, 3]


def test_a_header_stays_in_force_while_the_file_grows(tmp_path: Path) -> None:
    log = Log(tmp_path / "log")
    log.add_text("n,title\n1,a\n")()
    assert read(log.path, log.add_text("2,b\n3,"), nothing, log.add_text("c\n"))[0] == list("123")


# Real files on a busy disk have no deadline.
@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from(["add", "rotate", "truncate", "wait"]), max_size=12))
def test_whatever_happens_to_a_file_each_record_is_read_once(happenings: list[str]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        log = Log(Path(name) / "log")
        steps: list[Step] = []
        written = rotations = 0
        for happening in happenings:
            match happening:
                case "add":
                    steps += [log.add(written), nothing]
                    written += 1
                case "rotate":
                    rotations += 1
                    steps += [log.add(written), nothing, log.rename(f".{rotations}")]
                    written += 1
                case "truncate":
                    steps += [log.add(written), nothing, log.truncate(), nothing]
                    written += 1
                case _:
                    steps += [*A_WHILE]
            # After a rotation the next write makes the new file; its reader needs a while.
            steps += [log.add(written), *A_WHILE, *A_WHILE]
            written += 1
        assert read(log.path, *steps)[0] == [*range(written)]


def progress_in(path: Path, records: int) -> Progress:
    """As if a run had read so many records."""
    with path.open("rb") as stream:
        found = [one.after for one in read_records(stream)][records - 1] if records else Place()
        return Progress(Identity.of(stream.fileno()), found)


def test_a_run_goes_on_where_the_last_one_came_to(tmp_path: Path) -> None:
    log = Log(tmp_path / "log")
    log.add(1, 2)()
    progress = progress_in(log.path, 1)
    log.add(3)()
    numbers, notes = read(log.path, log.add(4), progress=progress)
    assert numbers == [2, 3, 4]
    assert "goes on at line 1 (byte 8)" in notes


def test_a_run_goes_on_in_a_file_that_was_renamed_since_then_in_the_new_one(tmp_path: Path) -> None:
    log = Log(tmp_path / "log")
    log.add(1, 2)()
    progress = progress_in(log.path, 1)
    log.rename()()
    log.add(3)()
    numbers, notes = read(log.path, log.add(4), progress=progress)
    assert numbers == [2, 3, 4]
    assert "renamed to log.1" in notes


def pack(path: Path) -> None:
    """As `gzip` does it."""
    packed, status = path.with_name(f"{path.name}.gz"), path.stat()
    packed.write_bytes(gzip.compress(path.read_bytes()))
    os.utime(packed, ns=(status.st_atime_ns, status.st_mtime_ns))
    path.unlink()


def shift(log: Log, *, packs: bool) -> None:
    """Rotate as `logrotate` does, `delaycompress` with it."""
    for number in range(5, 0, -1):
        for end in ("", ".gz"):
            old = Path(f"{log.path}.{number}{end}")
            if old.exists():
                old.rename(f"{log.path}.{number + 1}{end}")
                if packs and not end:
                    pack(Path(f"{log.path}.{number + 1}"))
    log.rename()()


@pytest.mark.parametrize("packs", [False, True])
@pytest.mark.parametrize("is_at_end", [False, True])
def test_what_was_rotated_several_times_since_is_read_in_order(
    tmp_path: Path, packs: bool, is_at_end: bool
) -> None:
    log = Log(tmp_path / "log")
    log.add(*range(40))()
    progress = progress_in(log.path, 40 if is_at_end else 38)
    for number in range(40, 44):
        shift(log, packs=packs)
        log.add(number)()
    (tmp_path / "log.offset").write_text('{"n": "of another program"}\n')
    (tmp_path / "log2.1").write_text('{"n": "of another file"}\n')
    numbers, notes = read(log.path, log.add(44), progress=progress)
    assert numbers == [*range(40 if is_at_end else 38, 45)]
    assert f"was renamed to log.4{'.gz' if packs else ''}" in notes


def test_files_that_were_renamed_to_their_day_are_read_in_order(tmp_path: Path) -> None:
    log = Log(tmp_path / "log")
    log.add(1, 2)()
    progress = progress_in(log.path, 1)
    for day in range(9, 12):
        log.rename(f"-202611{day:02}")()
        log.add(day)()
    assert read(log.path, progress=progress)[0] == [2, 9, 10, 11]


def test_a_run_goes_on_in_a_packed_file_that_was_renamed_since(tmp_path: Path) -> None:
    log = Log(tmp_path / "log")
    log.add(*range(40))()
    log.rename()()
    pack(tmp_path / "log.1")
    progress = progress_in(tmp_path / "log.1.gz", 39)
    (tmp_path / "log.1.gz").rename(tmp_path / "log.2.gz")
    log.add(40)()
    assert read(log.path, progress=progress)[0] == [39, 40]


def test_a_packed_file_that_begins_otherwise_is_another_one(tmp_path: Path) -> None:
    log = Log(tmp_path / "log")
    log.add(*range(40))()
    progress = progress_in(log.path, 39)
    log.path.write_text("".join(f'{{"n": {number}}}\n' for number in range(100, 140)))
    log.rename()()
    pack(tmp_path / "log.1")
    log.add(7)()
    assert read(log.path, progress=progress)[0] == [7]


def test_another_file_in_its_place_is_read_from_its_begin(tmp_path: Path) -> None:
    log = Log(tmp_path / "log")
    log.add(1, 2)()
    progress = progress_in(log.path, 2)
    log.path.unlink()
    log.add(7, 8, 9)()
    numbers, notes = read(log.path, progress=progress)
    assert numbers == [7, 8, 9]
    assert "another file" in notes


def test_a_header_is_remembered_over_runs(tmp_path: Path) -> None:
    log = Log(tmp_path / "log")
    log.add_text("n,title\n1,a\n")()
    progress = progress_in(log.path, 1)
    assert json.loads(json.dumps(progress.place.header)) == "n,title"
    assert read(log.path, log.add_text("2,b\n"), progress=progress)[0] == ["2"]


def test_looking_costs_a_wait_each_time(tmp_path: Path) -> None:
    log = Log(tmp_path / "log")
    log.add(1)()
    events = Events(*[nothing] * 10)
    list(followed(log.path, events))
    assert events.waited >= 10 * 0.2
