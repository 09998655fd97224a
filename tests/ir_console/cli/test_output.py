import io
import json
import subprocess
import sys

import pytest

from ir_console.cli.output import Column, Output

HOSTILE = "a\x1b[31mb\u202ec\x9bd\x7f"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def plain() -> tuple[Output, io.StringIO, io.StringIO]:
    stdout, stderr = io.StringIO(), io.StringIO()
    return Output(stdout, stderr, env={}), stdout, stderr


def at_terminal(env: dict[str, str] | None = None) -> tuple[Output, Terminal, Terminal]:
    stdout, stderr = Terminal(), Terminal()
    return Output(stdout, stderr, env=env or {}), stdout, stderr


def test_data_goes_to_stdout_and_words_to_stderr() -> None:
    output, stdout, stderr = plain()
    output.line("data")
    output.note("words")
    assert (stdout.getvalue(), stderr.getvalue()) == ("data\n", "words\n")


def test_columns_are_aligned_by_cells_not_characters() -> None:
    output, stdout, _ = plain()
    output.table([Column("HOST"), Column("N")], [["東京サーバ", "1"], ["paris", "2"]])
    assert stdout.getvalue() == "HOST        N\n東京サーバ  1\nparis       2\n"


def test_a_long_cell_is_cut_also_in_the_middle_of_a_wide_character() -> None:
    output, stdout, _ = plain()
    output.table([Column("HOST", limit=6), Column("N")], [["東京サーバ", "1"]])
    assert stdout.getvalue() == "HOST    N\n東京 …  1\n"


def test_numbers_are_aligned_to_the_right() -> None:
    output, stdout, _ = plain()
    output.table([Column("ID", align_right=True), Column("X")], [["7", "a"], ["1234", "b"]])
    assert stdout.getvalue() == "  ID  X\n   7  a\n1234  b\n"


def test_an_empty_table_is_its_titles() -> None:
    output, stdout, _ = plain()
    output.table([Column("ID"), Column("TITLE")], [])
    assert stdout.getvalue() == "ID  TITLE\n"


@pytest.mark.parametrize("style", [None, "critical"])
def test_there_is_no_colour_off_a_terminal(style: str | None) -> None:
    output, stdout, _ = plain()
    output.line("x", style=style)
    output.table([Column("S", styled=True)], [["critical"]])
    assert "\x1b" not in stdout.getvalue()


def test_severities_are_coloured_at_a_terminal() -> None:
    output, stdout, _ = at_terminal()
    output.table([Column("S", styled=True)], [["critical"]])
    assert "\x1b[1;31mcritical\x1b[0m" in stdout.getvalue()


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_there_is_no_colour_where_none_is_wanted(env: dict[str, str]) -> None:
    output, stdout, _ = at_terminal(env)
    output.line("x", style="critical")
    assert stdout.getvalue() == "x\n"


def test_no_way_out_lets_a_control_character_through() -> None:
    output, stdout, stderr = plain()
    output.line(HOSTILE)
    output.block(f"{HOSTILE}\nsecond")
    output.table([Column("T")], [[HOSTILE]])
    output.record({"title": HOSTILE})
    output.document({"title": HOSTILE})
    output.note(HOSTILE)
    written = stdout.getvalue() + stderr.getvalue()
    assert all(char == "\n" or char.isprintable() for char in written)


def test_json_keeps_the_data_as_it_was() -> None:
    output, stdout, _ = plain()
    output.record({"title": HOSTILE})
    assert stdout.getvalue().count("\n") == 1
    assert json.loads(stdout.getvalue()) == {"title": HOSTILE}


def test_progress_is_shown_to_people_only_and_cleared_before_data() -> None:
    output, stdout, stderr = plain()
    output.progress("half way")
    assert stderr.getvalue() == ""

    output, stdout, stderr = at_terminal()
    output.progress("half way")
    output.line("data")
    assert stderr.getvalue() == "\r\x1b[Khalf way\r\x1b[K"
    assert stdout.getvalue() == "data\n"


def test_a_reader_that_goes_away_ends_the_program_quietly() -> None:
    script = (
        "from ir_console.cli.output import Output\n"
        "output = Output.standard()\n"
        "while True: output.record({'n': 1})"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None
        assert writer.stderr is not None
        assert writer.stdout.readline() == b'{"n": 1}\n'
        writer.stdout.close()
        assert writer.wait(timeout=120) == 0
        assert writer.stderr.read() == b""


def test_the_last_column_ends_with_the_terminal_and_whole_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "24")
    rows = [["7", "a title that is longer than that"]]
    output, stdout, _ = at_terminal({"NO_COLOR": "1"})
    output.table([Column("ID"), Column("TITLE")], rows)
    assert stdout.getvalue().splitlines()[1] == "7   a title that is lon…"
    output, stdout, _ = plain()
    output.table([Column("ID"), Column("TITLE")], rows)
    assert rows[0][1] in stdout.getvalue()
