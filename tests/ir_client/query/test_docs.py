"""Every example of docs/filter-language.md does what the page says."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ir_client import Alert
from ir_client.query import MAX_LENGTH, QueryError, fields, parse
from ir_client.query.grammar import MAX_DEPTH, MAX_TERMS
from ir_client.query.values import MAX_NUMBER, MAX_VALUE_LENGTH, MAX_WILDCARDS

PAGE = (Path(__file__).parents[3] / "docs/filter-language.md").read_text()
NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
EXAMPLES = re.findall(r"^\| `(.+?)` \|.*\| ([✓–]) \|$", PAGE, re.MULTILINE)
MISTAKES = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
ESCAPES = re.findall(
    r"^\| .* \| (`.*`) \|$",
    PAGE.partition("| to search for")[2].partition("Limits:")[0],
    re.MULTILINE,
)


def the_alert() -> Alert:
    block = re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert block is not None
    return Alert(**json.loads(block[1]))


@pytest.mark.parametrize(("text", "sign"), EXAMPLES)
def test_an_example_finds_the_alert_or_not_as_it_says(text: str, sign: str) -> None:
    assert parse(text).matches(the_alert(), now=NOW, me=3) is (sign == "✓")


@pytest.mark.parametrize("block", MISTAKES)
def test_a_mistake_is_answered_as_it_says(block: str) -> None:
    with pytest.raises(QueryError) as raised:
        parse(block.splitlines()[0])
    mistake = raised.value
    assert block == f"{mistake.pointed()}\n{mistake}\n{mistake.hint}\n"


def test_what_is_hard_to_write_is_written_as_it_says() -> None:
    written = [text for cell in ESCAPES for text in re.findall(r"`([^`]+)`", cell)]
    assert len(written) >= 6
    for text in written:
        assert parse(text).root is not None


def test_the_page_has_examples_of_both_answers() -> None:
    assert len(EXAMPLES) > 40
    assert {sign for _, sign in EXAMPLES} == {"✓", "–"}


def test_every_field_is_listed_as_it_is() -> None:
    for field in fields():
        also = " ".join(f"`{alias}`" for alias in field.aliases)
        assert f"| `{field.name}` | {also} | {field.kind} | {field.about} |" in PAGE


def test_the_limits_are_those_of_the_code() -> None:
    assert (
        f"{MAX_LENGTH:,} characters, {MAX_TERMS} questions, {MAX_DEPTH} levels, "
        f"{MAX_VALUE_LENGTH} characters and {MAX_WILDCARDS} wildcards"
    ) in PAGE
    assert MAX_NUMBER == 2**53 - 1


def test_the_program_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(program, names)
    assert names["urgent"]([the_alert()], "severity: critical") == [the_alert()]
    with pytest.raises(SystemExit, match="Did you mean `high`"):
        names["urgent"]([], "severity: hihg")
