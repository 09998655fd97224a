"""What is proposed while a filter is typed; `|` is the cursor."""

import pytest

from ir_client.query import fields, parse, values_of
from ir_console.model.completion import complete


def proposed(text: str) -> list[str]:
    cursor = text.index("|")
    return list(complete(text.replace("|", ""), cursor).texts)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("sev|", "severity: "),
        ("SEV|", "severity: "),
        ("s|", "severity: "),
        ("web and not hos|", "host: "),
        ("-sta|", "status: "),
        ("(thr|", "threat_type: "),
        ("enr|", "enrichment."),
        ("crit|", "severity: critical"),
        ("severity: |", "critical"),
        ("severity: h|", "high"),
        ("severity >= m|", "medium"),
        ("severity: (critical or h|", "high"),
        ("not status:new and status: inv|", "investigating"),
        ("assignee: |", "me"),
        ("open: t|", "true"),
        ("received_at > |", "now-15m"),
    ],
)
def test_first_proposal(text: str, first: str) -> None:
    assert proposed(text)[0] == first


@pytest.mark.parametrize(
    "text",
    [
        "|",
        "x|",
        "powershell|",
        '"sev|',
        "host: web|",
        "severity: critical|",
        "severity: (critical or|",
        "nothing: h|",
        "status >= n|",
        "sev|erity",
        "severity: critical |",
    ],
)
def test_nothing_is_proposed(text: str) -> None:
    assert proposed(text) == []


def test_every_known_value_can_be_put_in_and_read() -> None:
    for field in fields():
        for value in values_of(field):
            typed = f"{field.name}: {value[:1]}"
            found = complete(typed, len(typed))
            assert value in found.texts or found.texts == ()
            assert parse(typed[: found.start] + value)


def test_what_is_proposed_takes_the_place_of_what_was_typed() -> None:
    found = complete("web and sev", 11)
    assert (found.start, found.typed) == (8, "sev")
