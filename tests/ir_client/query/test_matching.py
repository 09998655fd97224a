"""What a query finds."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ir_client.query import Query, parse
from ir_client.query.tree import Node
from ir_client.wire.alerts import Alert
from ir_client.wire.auth import UserRef
from tests.support.builders import NOON, an_alert
from tests.support.naive_query import answer
from tests.support.queries import alerts, json_objects, nodes

POWERSHELL = an_alert(
    id=7,
    title="Encoded PowerShell on ws-07",
    description=r"powershell -enc … from C:\Users\dana",
    severity="critical",
    status="investigating",
    source_ip="10.1.2.3",
    destination_ip="2001:db8::5",
    source_port=49812,
    destination_port=443,
    affected_hostname="WS-07.corp",
    rule_name="Encoded command line",
    risk_score=87.5,
    assigned_analyst_id=3,
    assigned_analyst=UserRef(id=3, username="dana", full_name="Dana S."),
    tags=("Lateral", "vip"),
    mitre_techniques=("T1059.001",),
    enrichment_data={"geo": {"country": "NL"}, "hits": [3, 40], "seen": True, "none": None},
    false_positive=False,
)
RAW: dict[str, Any] = {"event": {"kind": "alert"}, "event.kind": "flat", "port": "443"}


def found(text: str, alert: Alert = POWERSHELL, **asked: Any) -> bool:
    asked = {"now": NOON + timedelta(minutes=30), "me": 3, "raw": RAW} | asked
    return parse(text).matches(alert, **asked)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "powershell",
        '"-enc … FROM"',
        "power*ws-07",
        "t1059.001",
        "severity: critical",
        "severity: CRITICAL",
        "severity: (high or critical)",
        "severity: crit*",
        "severity >= high",
        "severity > high",
        "severity <= critical",
        "is_open: true",
        "overdue: false",
        "source_ip: 10.1.2.3",
        "source_ip: 10.0.0.0/8",
        "source_ip: 10.1.*",
        "source_ip > 10.0.0.0/16",
        "source_ip < 11.0.0.0",
        "ip: 2001:db8::/32",
        "port: 443",
        "port > 49000",
        "host: ws-07.CORP",
        "host: ws-??.*",
        "rule: *command*",
        "title: powershell",
        "title: on*07",
        'description: "c:\\users"',
        "risk_score: 87.5",
        "risk_score > 80 and risk_score < 90",
        "assignee: me",
        "assignee: dana",
        "assignee: 3",
        "assignee: *",
        "tags: vip",
        "tags: (vip and lateral)",
        "mitre: T1059*",
        "enrichment.geo.country: nl",
        "enrichment.hits: 40",
        "enrichment.hits > 10",
        "enrichment.seen: true",
        "enrichment.geo: *",
        "raw.event.kind: alert",
        'raw."event.kind": flat',
        "raw.port: 443",
        'raw.port: "443"',
        "received_at > now-1h",
        "received_at: 2026-03-01",
        "received_at >= 2026-03-01T12:00",
        "received_at <= 2026-03-01",
        "received_at: 2026-03-01T12:00",
        'received_at: "2026-03-01 13:00:00+01:00"',
        "-closed",
        "not team: *",
        "not closed_at > now-99d",
        "not status: closed not disposition: benign",
        "closed or critical or powershell",
    ],
)
def test_found(text: str) -> None:
    assert found(text)
    assert not found(f"not ({text})" if text else "not *")


@pytest.mark.parametrize(
    "text",
    [
        "mimikatz",
        "severity: high",
        "severity < critical",
        "is_overdue: true",
        "source_ip: 10.2.0.0/16",
        "source_ip: 2001:db8::/32",
        "source_ip > 10.0.0.0/8",
        "source_ip > 10.1.2.3",
        "source_ip < 10.1.2.3",
        "source_ip < 2001:db8::",
        "destination_ip > 10.0.0.0",
        "host: ws-07",
        "title: ws-08",
        "risk_score < 87.5",
        "assignee: mo",
        'assignee: "me"',
        'assignee: "3"',
        "tags: lat",
        "enrichment.hits: *0*",
        "enrichment.none: *",
        "enrichment.geo.country.x: *",
        "enrichment.seen: 1",
        "enrichment.hits > 50",
        "raw.event: alert",
        "received_at > 2026-03-01",
        "received_at < 2026-03-01",
        "received_at > now",
        "closed_at < now",
        "closed_at >= now-99d",
        "external_alert_id: EXT",
    ],
)
def test_not_found(text: str) -> None:
    assert not found(text)


def test_nobody_is_me_without_a_user() -> None:
    assert not found("assignee: me", me=None)
    assert not found("assignee: me", an_alert(), me=None)


def test_the_age_of_an_alert_depends_on_when_it_is_asked() -> None:
    alert = an_alert(received_at=NOON)
    for hours, is_overdue in ((23, False), (25, True)):
        now = NOON + timedelta(hours=hours)
        assert found("is_overdue: true", alert, now=now) is is_overdue
        assert found("received_at < now-24h", alert, now=now) is is_overdue


def test_fields_fold_only_a_to_z_and_bare_text_folds_all() -> None:
    alert = an_alert(title="Émotet in BÜRO", affected_hostname="BÜRO-1")
    assert found("BüRO", alert)
    assert found('"émotet IN bÜro"', alert)
    assert found("host: bÜro-1", alert)
    assert not found("host: büro-1", alert)


def test_an_address_that_is_none_lies_nowhere() -> None:
    alert = an_alert(source_ip="unknown")
    assert not found("source_ip: 0.0.0.0/0", alert)
    assert found("source_ip: unk*", alert)


def test_an_unknown_severity_of_a_newer_server_ranks_lowest() -> None:
    alert = an_alert(severity="debug")
    assert found("severity < info", alert)
    assert found('severity: "debug"', alert)


@pytest.mark.parametrize("text", ["received_at > now-100w", "is_overdue: true"])
def test_the_first_moment_of_the_calendar_has_a_past_all_the_same(text: str) -> None:
    parse(text).matches(an_alert(), now=datetime.min.replace(tzinfo=UTC))


askers = st.sampled_from([None, 1, 2])
times = st.integers(-100, 100).map(lambda hours: NOON + timedelta(hours=hours))


@given(nodes, alerts(), json_objects, askers, times)
@settings(max_examples=150, deadline=None)
def test_a_second_evaluator_agrees(
    node: Node, alert: Alert, raw: dict[str, Any], me: int | None, now: datetime
) -> None:
    agree(node, alert, raw, me, now)


@pytest.mark.prove
@given(nodes, alerts(), json_objects, askers, times)
@settings(max_examples=6_000, deadline=None)
def test_a_second_evaluator_agrees_thousands_of_times(
    node: Node, alert: Alert, raw: dict[str, Any], me: int | None, now: datetime
) -> None:
    agree(node, alert, raw, me, now)


def agree(node: Node, alert: Alert, raw: dict[str, Any], me: int | None, now: datetime) -> None:
    expected = answer(node, alert, now=now, me=me, raw=raw)
    assert Query(node).matches(alert, now=now, me=me, raw=raw) is expected
