from pathlib import Path

import pytest

from ir_client.formats import FORMATS
from ir_console.cli.exits import UsageProblem
from ir_console.cli.intake.map_files import formats_with
from tests.support.cli import Cli

LEAST = 'name = "acme"\nfields = {title = "text", severity = {always = "low"}}\n'


def a_map(tmp_path: Path, text: str = LEAST) -> Path:
    path = tmp_path / "acme.toml"
    path.write_text(text)
    return path


def test_without_a_mapping_there_are_ours() -> None:
    assert formats_with(None) is FORMATS


def test_a_mapping_that_tells_its_records_apart_comes_before_ours(tmp_path: Path) -> None:
    formats = formats_with(a_map(tmp_path, LEAST + '[recognise]\nhas = ["text"]\n'))
    assert [known.name for known in formats] == ["acme", *(known.name for known in FORMATS)]


def test_one_that_takes_every_record_is_alone(tmp_path: Path) -> None:
    assert [known.name for known in formats_with(a_map(tmp_path))] == ["acme"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name =", "acme.toml is no TOML: Invalid value"),
        ("name = 3", "acme.toml: name: 3 is no text"),
        (LEAST.replace("acme", "suricata"), "acme.toml: name: 'suricata' is a format already"),
        (LEAST.replace("acme", "auto"), "acme.toml: name: 'auto' is a format already"),
    ],
)
def test_a_file_that_is_no_mapping_says_what_to_do(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(UsageProblem) as raised:
        formats_with(a_map(tmp_path, text))
    assert says in str(raised.value)
    assert raised.value.hint == "docs/formats.md shows a whole mapping file."


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match=r"none\.toml cannot be read: No such file"):
        formats_with(tmp_path / "none.toml")


def test_ingest_reads_with_a_mapping(cli: Cli) -> None:
    records = Path("examples/door_events.jsonl").resolve()
    ran = cli("ingest", "--map", Path("examples/door_sensor.toml").resolve(), "--dry-run", records)
    assert ran.code == 1
    assert ran.lines[-1].startswith("3 alerts would be sent (1 critical, 2 medium), 1 skipped, 1")
    assert "door-sensor" in ran.lines[1]
