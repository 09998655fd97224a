"""The types of the filter language."""

from datetime import datetime
from typing import assert_type

from ir_client import Alert, IRClient
from ir_client.query import Field, Query, Selection, fields, parse, values_of
from ir_client.rest.alerts import AlertQuery


def asked(alert: Alert, now: datetime) -> None:
    query = parse("severity: high")
    assert_type(query, Query)
    assert_type(query.matches(alert, now=now, me=1, raw={}), bool)
    assert_type(query.field_names, frozenset[str])
    assert_type(Selection(query).takes(alert, now=now), bool)


def listed(client: IRClient) -> None:
    assert_type(client.alerts.list(query="severity: high"), AlertQuery)
    assert_type(client.alerts.list(query=parse("severity: high")), AlertQuery)


def completed() -> None:
    assert_type(fields(), tuple[Field, ...])
    assert_type(values_of(fields()[0]), tuple[str, ...])
