"""Alerts as files: export, and the other forms of a list."""

import csv
import io
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from ir_console.cli import alerts as module
from tests.support.cli import Cli
from tests.support.live_server import LiveServer

Ingest = Callable[..., str]


@pytest.fixture
def ingest(server: LiveServer, admin: Cli, tmp_path: Path) -> Ingest:
    """Makes alerts with one word in common, which it returns."""

    def make(*alerts: dict[str, Any]) -> str:
        word = uuid4().hex
        path = tmp_path / "alerts.jsonl"
        lines = [{"title": "Beacon", "severity": "high"} | one for one in alerts]
        path.write_text(
            "".join(json.dumps(one | {"title": f"{one['title']} {word}"}) + "\n" for one in lines)
        )
        admin.set(IR_TOKEN=server.ingest_token)
        assert admin("ingest", path).code == 0
        admin.unset("IR_TOKEN")
        return word

    return make


def test_an_export_holds_every_page_and_says_how_many(
    admin: Cli, ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    word = ingest(*({"external_alert_id": uuid4().hex} for _ in range(7)))
    monkeypatch.setattr(module, "PAGE_SIZE", 2)
    ran = admin("alerts", "export", "--search", word)
    header, *rows = csv.reader(io.StringIO(ran.out))
    assert header[0] == "id"
    assert len({row[0] for row in rows}) == len(rows) == 7
    assert ran.err == "7 alerts written.\n"
    assert len(admin("alerts", "export", "--search", word, "--limit", "3").lines) == 4


def test_an_exported_cell_is_never_a_formula_and_json_has_every_field(
    admin: Cli, ingest: Ingest
) -> None:
    word = ingest({"title": "=cmd|' /C calc'!A0\x1b[2J"})
    (_, row) = csv.reader(io.StringIO(admin("alerts", "export", "--search", word).out))
    assert row[-1].startswith("'=cmd")
    assert "\x1b" not in admin("alerts", "list", "--search", word, "--format", "csv").out
    told = admin("alerts", "export", "--search", word, "--format", "json")
    (alert,) = map(json.loads, told.lines)
    assert alert["title"].startswith("=cmd")
    assert "enrichment_data" in alert
    assert told.out.rstrip("\n").isprintable()


def test_a_list_is_the_same_csv_and_markdown_as_an_export(admin: Cli, ingest: Ingest) -> None:
    word = ingest({"title": "a | b [x](http://e)"})
    for form in ("csv", "markdown"):
        listed = admin("alerts", "list", "--search", word, "--format", form).out
        assert listed == admin("alerts", "export", "--search", word, "--format", form).out
    assert r"a \| b \[x\]\(http://e\)" in listed


def test_one_alert_as_markdown_and_csv(admin: Cli, ingest: Ingest) -> None:
    word = ingest({"title": "<b>x</b>", "description": "# one\n[two](x)"})
    number = admin("alerts", "list", "--search", word, "--json").document["alerts"][0]["id"]
    shown = admin("alerts", "show", number, "--format", "markdown").out
    assert rf"## #{number} \<b\>x\</b\>" in shown
    assert "> \\# one\n> \\[two\\]\\(x\\)\n" in shown
    assert "### Timeline" in shown
    assert len(admin("alerts", "show", number, "--format", "csv").lines) == 2


def test_a_file_is_ours_alone_and_whole_or_as_it_was(
    admin: Cli, ingest: Ingest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    word = ingest({}, {"external_alert_id": "b" + uuid4().hex})
    folder = tmp_path / "out"
    folder.mkdir()
    path = folder / "alerts.csv"
    path.write_text("mine")
    path.chmod(0o644)
    broken = admin("alerts", "export", "-o", path, "--url", "http://127.0.0.1:1")
    assert broken.code == 4
    assert path.read_text() == "mine"
    ran = admin("alerts", "export", "--search", word, "-o", path)
    assert (ran.code, ran.out, ran.err) == (0, "", "2 alerts written.\n")
    assert path.read_bytes().count(b"\r\n") == 3
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(folder.iterdir()) == [path]


@pytest.mark.parametrize("name", ["/dev/full", "nowhere/alerts.csv", "."])
def test_a_file_that_cannot_be_written_is_named_in_one_line(
    admin: Cli, ingest: Ingest, tmp_path: Path, name: str
) -> None:
    word = ingest({})
    path = tmp_path / name
    ran = admin("alerts", "export", "--search", word, "-o", path)
    assert ran.code == 1
    assert ran.err.startswith(f"ir-console: {path} cannot be written: ")
    assert ran.err.count("\n") == 1


def test_times_may_be_given_as_ago(admin: Cli, ingest: Ingest) -> None:
    word = ingest({})
    asked = ["alerts", "list", "--search", word, "--json", "--updated-after"]
    assert admin(*asked, "1h").document["total"] == 1
    assert admin(*asked, "0s").document["total"] == 0
