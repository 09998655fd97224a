"""What every format does, shown by the samples of each.

Golden files are written anew with `IR_WRITE_GOLDEN=1`; look at them before you keep them.
"""

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ir_client.formats.outcomes import Rejected, Skipped
from ir_client.formats.registry import FORMATS, recognise
from ir_client.wire.alerts import AlertDraft
from tests.support.format_samples import (
    FORMATS_BY_NAME,
    drafts_of,
    golden_file,
    objects_of,
    outcomes_of,
    records_of,
    written,
)

OTHERS = FORMATS_BY_NAME.keys() - {"native"}
every_format = pytest.mark.parametrize("name", FORMATS_BY_NAME)


@every_format
def test_what_becomes_of_each_sample_is_what_was_looked_at(name: str) -> None:
    known = FORMATS_BY_NAME[name]
    told = written(outcomes_of(known))
    if os.environ.get("IR_WRITE_GOLDEN"):
        golden_file(known).write_text(told)
    assert told == golden_file(known).read_text()


@every_format
def test_a_sample_is_recognised_by_its_own_format_alone(name: str) -> None:
    known = FORMATS_BY_NAME[name]
    assert records_of(known)
    for record in records_of(known):
        found = [other.name for other in FORMATS if other.recognises(record)]
        # The few names of our own format are everybody's: it comes last.
        assert [other for other in found if other in {name} | OTHERS] == [name], record
        assert recognise(record) is known


@every_format
def test_an_envelope_is_opened_by_the_format_of_what_is_inside(name: str) -> None:
    known = FORMATS_BY_NAME[name]
    for found in objects_of(known):
        if known.unwrap(found) is not None:
            assert next(one.name for one in FORMATS if one.unwrap(found) is not None) == name
        else:
            assert [one.name for one in FORMATS if one.unwrap(found) is not None] == []


@every_format
def test_each_field_of_a_mapping_is_filled_by_some_sample(name: str) -> None:
    mapping = FORMATS_BY_NAME[name].mapping
    if mapping is None:
        return
    drafts = drafts_of(FORMATS_BY_NAME[name])
    filled = {field for draft in drafts for field, value in draft if value not in (None, (), {})}
    kept = {
        path
        for draft in drafts
        for context in draft.enrichment_data.values()
        if isinstance(context, dict)
        for path in context
    }
    assert mapping.fields.keys() - filled == set()
    assert set(mapping.context) - kept == set()
    if mapping.tactics:
        assert any(draft.threat_type != "unknown" for draft in drafts)


@every_format
def test_an_alert_has_what_an_analyst_needs_of_any(name: str) -> None:
    drafts = drafts_of(FORMATS_BY_NAME[name])
    assert drafts
    ids = [draft.external_alert_id for draft in drafts]
    assert len(set(ids)) == len(ids)
    for draft in drafts:
        assert not draft.title.startswith("Alert from ")
        assert draft.raw_alert_data


@every_format
def test_the_whole_record_is_kept(name: str) -> None:
    known = FORMATS_BY_NAME[name]
    for record in records_of(known):
        draft = known.draft(record)
        if isinstance(draft, AlertDraft) and "raw_alert_data" not in record:
            assert draft.raw_alert_data == record


@every_format
def test_the_order_of_keys_changes_nothing(name: str) -> None:
    known = FORMATS_BY_NAME[name]
    for record in records_of(known):
        assert _but_description(known.draft(_turned(record))) == _but_description(
            known.draft(record)
        )


_junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30)
    | st.sampled_from(
        ["", "-", "0", "9" * 400, "T1059", "2018-03-24", "::1%lo", "{path}", "1e999"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@every_format
@given(data=st.data())
def test_nothing_in_a_record_makes_a_format_raise(name: str, data: st.DataObject) -> None:
    known = FORMATS_BY_NAME[name]
    record = json.loads(json.dumps(data.draw(st.sampled_from(records_of(known)))))
    for _ in range(data.draw(st.integers(1, 3))):
        _replace(record, data.draw(st.sampled_from(list(_places(record)))), data.draw(_junk))
    assert isinstance(known.recognises(record), bool)
    assert isinstance(known.draft(record), AlertDraft | Skipped | Rejected)
    known.unwrap(record)


@given(st.dictionaries(st.text(max_size=12), _junk, max_size=4))
def test_nothing_makes_recognition_raise(record: dict[str, Any]) -> None:
    for known in FORMATS:
        assert isinstance(known.recognises(record), bool)
        known.unwrap(record)


def _but_description(outcome: AlertDraft | Skipped | Rejected) -> object:
    """A description may list fields in the order that the source wrote them in."""
    return (
        outcome.model_dump(exclude={"description"}) if isinstance(outcome, AlertDraft) else outcome
    )


def _turned(value: Any) -> Any:
    """The same JSON with the keys of every object the other way round."""
    match value:
        case dict():
            return {key: _turned(value[key]) for key in reversed(value)}
        case list():
            return [_turned(one) for one in value]
    return value


_Place = tuple[str | int, ...]


def _places(value: Any, at: _Place = ()) -> Iterator[_Place]:
    """The way to every value in some JSON."""
    if at:
        yield at
    match value:
        case dict():
            for key, inner in value.items():
                yield from _places(inner, (*at, key))
        case list():
            for index, inner in enumerate(value):
                yield from _places(inner, (*at, index))


def _replace(record: Any, place: _Place, value: object) -> None:
    for step in place[:-1]:
        record = record[step]
    record[place[-1]] = value


def test_every_format_has_samples_and_a_golden_file() -> None:
    assert [known.name for known in FORMATS if not golden_file(known).exists()] == []


def test_a_format_is_known_by_one_name() -> None:
    assert len(FORMATS_BY_NAME) == len(FORMATS)
