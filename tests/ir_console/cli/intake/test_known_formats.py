import json
from pathlib import Path

import pytest

from tests.support.cli import Cli
from tests.support.packages import TURNSTILE_EVENT, Packages


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Packages:
    return Packages(monkeypatch, tmp_path / "site")


@pytest.fixture
def events(tmp_path: Path) -> Path:
    path = tmp_path / "events.jsonl"
    path.write_text(json.dumps(TURNSTILE_EVENT))
    return path


@pytest.mark.parametrize("named", [[], ["--format", "turnstile"]])
def test_ingest_reads_with_what_is_installed(
    packages: Packages, cli: Cli, events: Path, named: list[str]
) -> None:
    packages.install_the_example()
    ran = cli("ingest", "--dry-run", *named, events)
    assert ran.code == 0
    assert ran.lines[-1].startswith("1 alert would be sent (1 high)")


def test_it_is_asked_before_ours(packages: Packages, cli: Cli, events: Path) -> None:
    packages.install_the_example()
    events.write_text(json.dumps(TURNSTILE_EVENT | {"title": "ours", "severity": "critical"}))
    assert "(1 high)" in cli("ingest", "--dry-run", events).lines[-1]


def test_what_is_broken_is_told_in_one_line_and_the_rest_goes_on(
    packages: Packages, cli: Cli, events: Path
) -> None:
    packages.install_the_example()
    packages.install("acme", "import nothing_like_this", {"acme": "acme:FORMAT"})
    ran = cli("ingest", "--dry-run", events)
    assert ran.code == 0
    assert [line for line in ran.err.splitlines() if "acme" in line] == [
        "The format 'acme' of acme 1.0 is left out: ModuleNotFoundError: No module named "
        "'nothing_like_this'."
    ]


def test_a_mapping_file_takes_no_name_of_an_installed_format(
    packages: Packages, cli: Cli, events: Path, tmp_path: Path
) -> None:
    packages.install_the_example()
    mapping = tmp_path / "map.toml"
    mapping.write_text(
        'name = "turnstile"\nfields = {title = "gate", severity = {always = "low"}}\n'
    )
    ran = cli("ingest", "--dry-run", "--map", mapping, events)
    assert ran.code == 2
    assert "'turnstile' is a format already" in ran.err
