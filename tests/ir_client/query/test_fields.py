"""The table of fields agrees with the alert that it describes."""

import pytest

from ir_client.query import Field, Kind, field_named, fields, parse, values_of
from ir_client.wire.alerts import Alert, AlertDraft


@pytest.mark.parametrize("field", fields(), ids=str)
def test_a_field_reads_what_an_alert_has(field: Field) -> None:
    known = {*Alert.model_fields, *AlertDraft.model_fields, "is_open"}
    assert set(field.attributes) <= known
    assert field.about


def test_no_name_stands_for_two_fields() -> None:
    names = [name for field in fields() for name in (field.name, *field.aliases)]
    assert len(names) == len(set(names))


def test_every_field_of_an_alert_can_be_asked_about() -> None:
    asked = {name for field in fields() for name in field.attributes}
    # Minutes that the server derives from the times, which can be asked about.
    left_out = {"time_to_first_response", "time_to_resolution", "assigned_analyst"}
    assert set(Alert.model_fields) - asked == left_out


def test_names_and_aliases_have_no_case() -> None:
    assert field_named("HOST") is field_named("affected_hostname")
    assert field_named("nothing") is None


@pytest.mark.parametrize("field", fields(), ids=str)
def test_every_proposed_value_can_be_asked_for(field: Field) -> None:
    for value in values_of(field):
        asks = ">" if field.kind is Kind.TIME else ":"
        assert parse(f"{field} {asks} {value}").field_names == {field.name}


def test_a_query_says_what_it_needs() -> None:
    query = parse('raw."event.kind": x or assignee: me or tags: a or bare')
    assert query.needs_raw
    assert query.uses_me
    assert query.field_names == {"raw", "assigned_analyst", "tags"}
    assert not parse("tags: raw").needs_raw
    assert not parse('assignee: "me"').uses_me
