"""Everything about an alert is said, once, within the width."""

from datetime import timedelta

import pytest

from ir_client.wire.alerts import Actor, Alert, Change, TimelineEntry
from ir_client.wire.auth import UserRef
from ir_console.model.detail import (
    DetailInput,
    History,
    changed_fields,
    detail_text,
)
from ir_console.model.detail_fields import SHOWN_FIELDS
from ir_console.model.spans import width_of
from tests.support.builders import NOON, an_alert

NOW = NOON.timestamp() + 60

FULL = {
    "id": 42,
    "description": "first line\nsecond line",
    "assigned_analyst": UserRef(id=3, username="lee", full_name="Lee Park"),
    "assigned_analyst_id": 3,
    "enrichment_data": {"geo": {"country": "NL"}},
    "tags": ("prod", "pci"),
    "occurrences": 3,
    "reported": True,
    "time_to_first_response": 4.5,
    "confidence_score": 0.87,
    "closed_at": NOON,
}


def said(given: DetailInput) -> str:
    return "\n".join("".join(span.text for span in line) for line in detail_text(given).lines)


def an_entry(**fields: object) -> TimelineEntry:
    given = {
        "id": 1,
        "alert_id": 42,
        "at": NOON,
        "actor": Actor(kind="user", name="lee"),
        "action": "updated",
    }
    return TimelineEntry(**(given | fields))  # type: ignore[arg-type]  # checked by the model


def test_no_field_of_an_alert_is_forgotten() -> None:
    assert set(Alert.model_fields) == SHOWN_FIELDS


def test_set_fields_are_said_in_words() -> None:
    text = said(DetailInput(an_alert(**FULL), NOW, 80))
    for words in ("lee (Lee Park)", "second line", '"country": "NL"', "prod, pci", "87 %"):
        assert words in text
    assert "4 min 30 s" in text
    assert "2026-03-01 12:00:00Z  (1 min ago)" in text


def test_empty_fields_are_left_out() -> None:
    text = said(DetailInput(an_alert(), NOW, 80))
    assert "Notes and impact" not in text
    assert "Disposition" not in text


@pytest.mark.parametrize("width", [20, 38, 60, 120])
def test_lines_fit_the_pane(width: int) -> None:
    wild = an_alert(**FULL | {"title": "漢字" * 90, "rule_name": "x" * 300})
    history = History((an_entry(action="commented", comment="long " * 60),))
    for line in detail_text(DetailInput(wild, NOW, width, history)).lines:
        assert width_of(line) <= max(width, 34)


def test_hostile_text_is_made_visible() -> None:
    hostile = an_alert(title="\x1b]2;PWNED\x07", description="a\x9b2Jb", tags=("\u202ex",))
    text = said(DetailInput(hostile, NOW, 80))
    assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in text if char != "\n")
    assert "\u202e" not in text


def test_changed_fields_are_marked() -> None:
    before, after = an_alert(), an_alert(status="closed", revision=2)
    changed = changed_fields(before, after)
    assert changed == {"status"}
    text = said(DetailInput(after, NOW, 80, changed=changed))
    assert "Δ Status          Closed" in text


def test_timeline_is_told_newest_first_with_comments() -> None:
    history = History(
        (
            an_entry(action="created"),
            an_entry(
                id=2,
                at=NOON + timedelta(seconds=30),
                changes={"status": Change(before="new", after="in_progress")},
            ),
            an_entry(
                id=3,
                at=NOON + timedelta(seconds=50),
                action="commented",
                comment="Called\nthe owner",
            ),
        )
    )
    text = said(DetailInput(an_alert(), NOW, 80, history))
    assert text.index("lee commented") < text.index("status New → In progress")
    assert text.index("status New") < text.index("lee created it")
    assert "│ the owner" in text


def test_timeline_of_a_noisy_alert_is_short_and_keeps_what_people_did() -> None:
    comment = an_entry(id=1, action="commented", comment="Known scanner")
    noise = [
        an_entry(id=number, at=NOON + timedelta(seconds=number), action="seen_again")
        for number in range(2, 10_002)
    ]
    lines = detail_text(DetailInput(an_alert(), NOW, 80, History((comment, *noise)))).lines
    assert len(lines) < 300
    text = "\n".join("".join(span.text for span in line) for line in lines)
    assert "Known scanner" in text
    assert "and 9,801 more entries" in text


def test_enrichment_is_written_only_as_far_as_it_is_shown() -> None:
    class Unshown:
        def __str__(self) -> str:
            raise AssertionError("this is never shown")

    data = {"shown": "here", "long": ["x" * 100] * 100, "last": Unshown()}
    text = said(DetailInput(an_alert().model_copy(update={"enrichment_data": data}), NOW, 80))
    assert '"shown": "here"' in text


@pytest.mark.parametrize(
    ("history", "words"),
    [
        (History(), "loading…"),
        (History(()), "nothing yet"),
        (History(None, "The server failed"), "The server failed"),
    ],
)
def test_timeline_has_a_look_for_every_state(history: History, words: str) -> None:
    assert words in said(DetailInput(an_alert(), NOW, 80, history))


def test_owner_in_the_timeline_has_a_name() -> None:
    change = Change(before=None, after=3)
    history = History((an_entry(changes={"assigned_analyst_id": change}),))
    text = said(DetailInput(an_alert(**FULL), NOW, 80, history))
    assert "owner – → lee" in text
